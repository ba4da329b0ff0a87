#include "model/generators/winograd_layer.h"

#include "model/generators/torch_threads.h"

namespace loom::model {
namespace {

// Below, LibTorch's own convolution is quicker: few channels pay for too few products, and few tiles for the reading of
// weights that are four times as many.
constexpr std::int64_t kLeastChannels = 32;
constexpr std::int64_t kLeastTiles = 5;

}  // namespace

bool WinogradLayer::mayTake(const torch::Tensor& weight) {
  return weight.scalar_type() == torch::kFloat32 && weight.dim() == 4 && weight.size(2) == 3 && weight.size(3) == 3 &&
         weight.size(0) >= kLeastChannels && weight.size(1) >= kLeastChannels;
}

bool WinogradLayer::takes(const torch::Tensor& x, const torch::Tensor& weight, std::int64_t pad) const {
  if (!x.is_cpu() || x.scalar_type() != torch::kFloat32 || torch::GradMode::is_enabled() || !mayTake(weight)) {
    return false;
  }
  return winogradTiles(m_kind, static_cast<int>(x.size(2)), static_cast<int>(x.size(3)), static_cast<int>(pad)) >=
         kLeastTiles;
}

torch::Tensor WinogradLayer::forward(const torch::Tensor& x, const torch::Tensor& scale, const torch::Tensor& weight,
                                     std::int64_t pad, const ChannelFinish& finish) const {
  const ParallelJobs jobs = torchJobs();
  if (!m_weights) {
    const WeightStrides strides{weight.stride(0), weight.stride(1), weight.stride(2), weight.stride(3)};
    m_weights =
        std::make_shared<WinogradWeights>(m_kind, weight.const_data_ptr<float>(), strides,
                                          static_cast<int>(weight.size(0)), static_cast<int>(weight.size(1)), jobs);
  }
  const torch::Tensor input = x.contiguous(at::MemoryFormat::ChannelsLast);
  const torch::Tensor scales = scale.defined() ? scale.contiguous() : torch::Tensor();
  WinogradCall call;
  call.input = input.const_data_ptr<float>();
  call.count = static_cast<int>(input.size(0));
  call.height = static_cast<int>(input.size(2));
  call.width = static_cast<int>(input.size(3));
  call.pad = static_cast<int>(pad);
  call.inputScale = scales.defined() ? scales.const_data_ptr<float>() : nullptr;
  call.finish = finish;
  torch::Tensor output = torch::empty({input.size(0), weight.size(0), winogradOutput(m_kind, call.height, call.pad),
                                       winogradOutput(m_kind, call.width, call.pad)},
                                      input.options(), at::MemoryFormat::ChannelsLast);
  call.output = output.data_ptr<float>();
  winogradConvolution(*m_weights, call, jobs);
  return output;
}

}  // namespace loom::model

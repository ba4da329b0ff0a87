#include "model/generators/dcgan.h"

#include "model/generators/layer_chain.h"

namespace loom::model {
namespace {

constexpr std::int64_t kKernel = 4;
constexpr std::size_t kMaxBlocks = 11;  // 4096 pixels: beyond it one picture's activations take gigabytes

GeneratorInfo describe(const DcganOptions& options) {
  GeneratorInfo info;
  info.architecture = "DCGAN";
  info.zDim = options.zDim;
  info.channels = options.blocks.back().channels;
  info.height = info.width = options.resolution();
  std::string widths;
  for (std::size_t i = 0; i + 1 < options.blocks.size(); ++i) {
    widths += (i ? ", " : "") + std::to_string(options.blocks[i].channels);
  }
  info.options.emplace_back("Channels", widths);
  return info;
}

/// Reads one block's convolution; returns what does not fit, or an empty string.
std::string readConvolution(const ChainLayer& layer, std::int64_t in, DcganOptions::Block& block) {
  const TensorView& weight = *layer.weight;
  if (weight.shape.size() != 4) {
    return named(weight) + " is not a convolution";
  }
  if (weight.shape[2] != kKernel || weight.shape[3] != kKernel) {
    return named(weight) + " has a kernel other than 4×4";
  }
  if (in != 0 && weight.shape[0] != in) {
    return named(weight) + " does not take the " + std::to_string(in) + " channels of the layer before it";
  }
  block.channels = static_cast<int>(weight.shape[1]);
  block.bias = layer.bias != nullptr;
  block.norm = false;
  if (block.channels < 1 || (layer.bias && layer.bias->shape != std::vector{weight.shape[1]})) {
    return named(weight) + " and its bias do not agree";
  }
  return {};
}

/// Fills `options` from the chain; returns what does not fit, or an empty string.
std::string readOptions(const LayerChain& chain, DcganOptions& options) {
  std::int64_t channels = 0;
  int expected = 0;  // the number at which the next convolution must stand: one ReLU lies between blocks
  for (const auto& [number, layer] : chain.layers) {
    if (!layer.weight) {
      return "layer " + std::to_string(number) + " has no weight";
    }
    if (layer.isNorm() && !options.blocks.empty() && number == expected - 1 && !options.blocks.back().norm) {
      if (layer.weight->shape[0] != channels) {
        return named(*layer.weight) + " does not fit the convolution before it";
      }
      options.blocks.back().norm = true;
      ++expected;
      continue;
    }
    if (number != expected) {
      return named(*layer.weight) + " stands where a DCGAN has none";
    }
    DcganOptions::Block block;
    if (auto mismatch = readConvolution(layer, channels, block); !mismatch.empty()) {
      return mismatch;
    }
    if (options.blocks.empty()) {
      options.zDim = static_cast<int>(layer.weight->shape[0]);
    }
    channels = block.channels;
    options.blocks.push_back(block);
    expected = number + 2;
  }
  if (options.blocks.size() < 2 || options.blocks.size() > kMaxBlocks) {
    return "it has " + std::to_string(options.blocks.size()) + " convolutions, a DCGAN has 2 to " +
           std::to_string(kMaxBlocks);
  }
  if (options.zDim < 1 || (channels != 1 && channels != 3) || options.blocks.back().norm) {
    return "the last layer gives " + std::to_string(channels) + " channels, a picture has 1 or 3";
  }
  return {};
}

Recognition recogniseDcgan(const TensorGroup& group, const Checkpoint&) {
  Recognition recognition;
  const auto chain = readLayerChain(group, recognition.mismatch);
  if (!chain) {
    return recognition;
  }
  DcganOptions options;
  recognition.mismatch = readOptions(*chain, options);
  if (recognition.mismatch.empty()) {
    recognition.fileName = replacePrefix("main.", chain->prefix);
    recognition.make = [options] { return std::make_shared<DcganGenerator>(options); };
  }
  return recognition;
}

}  // namespace

DcganGenerator::DcganGenerator(const DcganOptions& options) : Generator(describe(options)) {
  using namespace torch::nn;
  std::int64_t in = options.zDim;
  for (std::size_t i = 0; i < options.blocks.size(); ++i) {
    const auto& block = options.blocks[i];
    m_main->push_back(ConvTranspose2d(ConvTranspose2dOptions(in, block.channels, kKernel)
                                          .stride(i ? 2 : 1)
                                          .padding(i ? 1 : 0)
                                          .bias(block.bias)));
    if (block.norm) {
      m_main->push_back(BatchNorm2d(block.channels));
    }
    if (i + 1 < options.blocks.size()) {
      m_main->push_back(ReLU(ReLUOptions(true)));
    } else {
      m_main->push_back(Tanh());
    }
    in = block.channels;
  }
  register_module("main", m_main);
}

torch::Tensor DcganGenerator::synthesize(const torch::Tensor& w, const SynthesisControl& control) {
  const torch::Tensor x = w.view({w.size(0), w.size(1), 1, 1});
  return m_fixed.empty() ? runChain(m_main, x, control) : m_fixed.forward(x, control);
}

void DcganGenerator::finishLoading() {
  m_latentWeight = m_main->parameters().front().detach().flatten(1).t().clone();  // before a norm goes into it
  m_fixed.add(m_main);
  unregister_module("main");
  m_main = nullptr;
}

std::vector<torch::Tensor> DcganGenerator::latentWeights() const { return {m_latentWeight}; }

Architecture dcganArchitecture() {
  return {"DCGAN",
          "a Sequential of transposed convolutions (main.0.weight, main.3.weight, …), 4×4 each, whose channels follow on "
          "one another and end in 1 or 3, with batch norms between",
          recogniseDcgan};
}

}  // namespace loom::model

#include "model/training/progressive_discriminator.h"

#include "model/training/equalised_layers.h"

namespace loom::model {
namespace {

using torch::Tensor;
using Then = EqualisedLayer::Then;

class ProgressiveDiscriminator : public Discriminator {
 public:
  ProgressiveDiscriminator(const std::vector<int>& widths, const DataShape& shape) {
    const auto layer = [&](const std::string& name, std::vector<std::int64_t> sizes, Then then) {
      return register_module(name, std::make_shared<EqualisedLayer>(std::move(sizes), true, then));
    };
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const std::string pixels = std::to_string(4 << i);
      const int width = widths[i];
      m_fromRgb.push_back(layer("fromrgb" + pixels, {width, shape.channels, 1, 1}, Then::LeakyRelu));
      m_scales.emplace_back();
      if (i > 0) {
        m_scales.back() = {layer("conv" + pixels + "_0", {width, width, 3, 3}, Then::LeakyRelu),
                           layer("conv" + pixels + "_1", {widths[i - 1], width, 3, 3}, Then::LeakyRelu)};
      }
    }
    m_conv = layer("conv4", {widths[0], widths[0] + 1, 3, 3}, Then::LeakyRelu);
    m_fc = layer("fc", {widths[0], std::int64_t{widths[0]} * 16}, Then::LeakyRelu);
    m_out = layer("out", {1, widths[0]}, Then::Nothing);
  }

  void setFade(double fade) override { m_fade = fade; }

  Verdict judge(const Tensor& x, const Tensor&) override {
    std::size_t scale = 0;
    while (scale + 1 < m_scales.size() && (4 << scale) < x.size(2)) {
      ++scale;
    }
    const Tensor picture = x.contiguous(at::MemoryFormat::ChannelsLast);
    Tensor y = m_fromRgb[scale]->forward(picture);
    for (std::size_t i = scale; i > 0; --i) {
      for (const auto& layer : m_scales[i]) {
        y = layer->forward(y);
      }
      y = torch::avg_pool2d(y, 2);
      if (i == scale && m_fade > 0.0) {
        const Tensor lower = m_fromRgb[i - 1]->forward(torch::avg_pool2d(picture, 2));
        y = torch::lerp(y, lower.to(y.scalar_type()), m_fade);
      }
    }
    y = m_conv->forward(withGroupDeviation(y));
    return {m_out->forward(m_fc->forward(y.flatten(1))).squeeze(1), {}};
  }

 private:
  double m_fade = 0.0;
  std::vector<std::shared_ptr<EqualisedLayer>> m_fromRgb;
  std::vector<std::vector<std::shared_ptr<EqualisedLayer>>> m_scales;  // of the doubling down to 4 there are none
  std::shared_ptr<EqualisedLayer> m_conv;
  std::shared_ptr<EqualisedLayer> m_fc;
  std::shared_ptr<EqualisedLayer> m_out;
};

}  // namespace

std::shared_ptr<Discriminator> makeProgressiveDiscriminator(const std::vector<int>& widths, const DataShape& shape) {
  return std::make_shared<ProgressiveDiscriminator>(widths, shape);
}

}  // namespace loom::model

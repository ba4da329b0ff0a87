// StyleGAN3's layers by the kernels of model/device: what a GPU runs. In half precision where the original's GPU code
// is (num_fp16_res of networks_stylegan3.py).
#include "model/device/kernel_ops.h"
#include "model/generators/stylegan3/stylegan3_layers.h"

#include <cmath>

namespace loom::model {

using torch::Tensor;

Tensor Stylegan3Layer::forwardByKernels(const Tensor& input, const Tensor& w) const {
  const bool half = m_shape.half && useHalf(input);
  const auto type = half ? torch::kFloat16 : torch::kFloat32;
  const Tensor x = input.to(type);
  Tensor styles = m_affine->forward(w);
  FilteredBending bending{.scale = {},
                          .bias = m_bias,
                          .upFilter = m_upFilter,
                          .downFilter = m_downFilter,
                          .resampling = {m_shape.up, m_shape.down, m_shape.padBefore, m_shape.padAfter},
                          .slope = m_plan.slope,
                          .gain = m_plan.gain,
                          .clamp = m_plan.clamp};
  if (m_shape.isToRgb) {
    styles = styles * m_inputGain;
  } else {
    styles = styles * styles.square().mean().rsqrt();
    bending.scale = demodulation(styles, m_weightSquares, m_inputGain);
  }
  const int pad = m_shape.kernel - 1;
  Tensor y;
  if (w.size(0) == 1 && m_weight.numel() <= x.numel()) {
    const Tensor factors = bending.scale.defined() ? bending.scale[0] : Tensor();
    y = torch::conv2d(x, modulatedWeights(m_weight, styles[0], factors, type), {}, 1, pad);
    bending.scale = Tensor();
  } else {
    // Weights are of magnitude 1: without the scale a sum over the kernel could leave half's range.
    const double fanIn = static_cast<double>(m_weight.size(1)) * m_shape.kernel * m_shape.kernel;
    const double within = half && bending.scale.defined() ? std::sqrt(fanIn) : 1.0;
    y = torch::conv2d(bent(x, {.scale = styles / within}), m_weight.to(type), {}, 1, pad);
    if (bending.scale.defined()) {
      bending.scale = bending.scale * within;
    }
  }
  return filteredBent(y, bending, m_shape.isToRgb ? torch::kFloat32 : type);
}

}  // namespace loom::model

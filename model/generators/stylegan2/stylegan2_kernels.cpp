// StyleGAN2's layers by the kernels of model/device: what a GPU runs. In half precision where the original's GPU code
// is (num_fp16_res of networks_stylegan2.py), guarded as there: weights and styles are scaled so that no sum leaves
// half's range, which demodulation takes out again.
#include "model/device/kernel_ops.h"
#include "model/generators/stylegan2/stylegan2_layers.h"

#include <cmath>

namespace loom::model {
namespace {

using torch::Tensor;

LoomActivation kernelActivation(Activation activation) {
  switch (activation) {
    case Activation::Linear: return LOOM_LINEAR;
    case Activation::Relu: return LOOM_RELU;
    case Activation::LeakyRelu: return LOOM_LEAKY_RELU;
    case Activation::Tanh: return LOOM_TANH;
    case Activation::Sigmoid: return LOOM_SIGMOID;
    case Activation::Elu: return LOOM_ELU;
    case Activation::Selu: return LOOM_SELU;
    case Activation::Softplus: return LOOM_SOFTPLUS;
    case Activation::Swish: return LOOM_SWISH;
  }
  return LOOM_LINEAR;
}

}  // namespace

/// Of each kernel the largest weight becomes 1 / √fan-in.
void Stylegan2Convolution::makeHalfWeights() const {
  const double fanIn = static_cast<double>(m_weight.size(1) * m_kernel * m_kernel);
  const Tensor most = m_weight.detach().abs().amax({1, 2, 3}, true);
  const Tensor norm = most.clamp_min(1e-30).reciprocal() / std::sqrt(fanIn);
  m_half.exact = m_weight.detach() * norm;  // keeps the order in memory
  m_half.weight = m_half.exact.to(torch::kFloat16);
  m_half.squares = m_weightSquares * norm.flatten(1).square();
}

Tensor Stylegan2Convolution::forwardByKernels(const Tensor& x, const Tensor& w, Stylegan2Pass& pass) const {
  const auto type = x.scalar_type();
  const bool half = type == torch::kFloat16;
  if (half && !m_half.weight.defined()) {
    makeHalfWeights();
  }
  Tensor styles = m_affine->forward(w);
  if (half) {
    styles = styles / styles.abs().amax({1}, true);
  }
  Bending bending{.scale = demodulation(styles, half ? m_half.squares : m_weightSquares, m_inner),
                  .bias = m_gainedBias,
                  .noise = noiseFor(w.size(0), pass.noise),
                  .activation = kernelActivation(m_activation),
                  .gain = m_outer,
                  .clamp = m_clamp ? m_bound : -1.0};
  Tensor y;
  if (w.size(0) == 1 && m_weight.numel() <= x.numel()) {
    y = convolve(x, modulatedWeights(half ? m_half.exact : m_weight, styles[0], bending.scale[0], type), {});
    bending.scale = Tensor();
  } else {
    const Tensor all = x.size(0) == w.size(0) ? x : x.expand({w.size(0), -1, -1, -1});
    y = convolve(bent(all, {.scale = styles}), half ? m_half.weight : m_weight, {});
  }
  return bend(y, bending);
}

Tensor FirFilter::byKernels(const Tensor& x, int up, int down, std::int64_t before, std::int64_t after) const {
  return resampled(x, m_spread.select(0, 0).select(0, 0),
                   {up, down, static_cast<int>(before), static_cast<int>(after)});
}

}  // namespace loom::model

// Scale, bias, noise, activation, gain and clamp in one pass, one element at a time: the body that the CUDA kernel and
// the CPU loop share. bias_act.py of NVlabs/stylegan3, torch_utils/ops, and what networks_stylegan2.py does before it.
#pragma once

#include "model/device/picture_offset.h"

#include <cmath>

namespace loom::model {

/// Without its gain.
LOOM_HOST_DEVICE inline float activated(LoomActivation activation, float x, float slope) {
  constexpr float kSeluScale = 1.0507009873554805F;
  constexpr float kSeluAlpha = 1.6732632423543772F;
  constexpr float kStraight = 20.0F;  // beyond it log(1 + e^x) is x in float32, and e^x soon too large
  switch (activation) {
    case LOOM_LINEAR: return x;
    case LOOM_RELU: return x < 0.0F ? 0.0F : x;  // NaN stays what it is
    case LOOM_LEAKY_RELU: return x > 0.0F ? x : x * slope;
    case LOOM_TANH: return tanhf(x);
    case LOOM_SIGMOID: return 1.0F / (1.0F + expf(-x));
    case LOOM_ELU: return x > 0.0F ? x : expm1f(x);
    case LOOM_SELU: return kSeluScale * (x > 0.0F ? x : kSeluAlpha * expm1f(x));
    case LOOM_SOFTPLUS: return x > kStraight ? x : log1pf(expf(x));
    case LOOM_SWISH: return x / (1.0F + expf(-x));
  }
  return x;
}

/// Within ±bound; NaN stays what it is. A negative bound is none.
LOOM_HOST_DEVICE inline float clamped(float x, float bound) {
  if (bound < 0.0F) {
    return x;
  }
  x = x > bound ? bound : x;
  return x < -bound ? -bound : x;
}

/// Element `offset` of picture `picture`. `Element` is float or Half, as the job tells.
template <typename Element>
LOOM_HOST_DEVICE inline void biasActAt(const LoomBiasAct& job, int picture, int offset) {
  const PictureElement at = elementAt(job.shape, offset);
  const std::size_t place = pictureOffset(job.shape, picture) + static_cast<std::size_t>(offset);
  float x = load(static_cast<const Element*>(job.input)[place]);
  if (job.scale != nullptr) {
    x *= job.scale[picture * job.shape.channels + at.channel];
  }
  if (job.bias != nullptr) {
    x += job.bias[at.channel];
  }
  if (job.noise != nullptr) {
    const std::size_t plane = static_cast<std::size_t>(job.shape.height) * static_cast<std::size_t>(job.shape.width);
    const std::size_t first = job.noisePerPicture != 0 ? static_cast<std::size_t>(picture) * plane : 0;
    x += job.noise[first + static_cast<std::size_t>(at.y * job.shape.width + at.x)];
  }
  x = clamped(activated(job.activation, x, job.slope) * job.gain, job.clamp);
  store(x, static_cast<Element*>(job.output)[place]);
}

/// The whole job on the CPU, in host memory: the tests' and gpu-check's way to the body. So are the other …Host.
void biasActHost(const LoomBiasAct& job);

}  // namespace loom::model

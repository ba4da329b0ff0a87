// Modulation and demodulation (modulated_conv2d in networks_stylegan2.py and networks_stylegan3.py of
// NVlabs/stylegan3): the bodies that the CUDA kernels and the CPU loops share. The scaling of activations is
// LoomBiasAct's.
#pragma once

#include "model/device/host_device.h"
#include "model/device/kernel_jobs.h"

#include <cmath>
#include <cstddef>

namespace loom::model {

/// Lanes that add up one factor together, a warp's.
inline constexpr int kDemodulationLanes = 32;

/// The share of `lane` in the sum of factor `out` of picture `picture`.
LOOM_HOST_DEVICE inline float demodulationPart(const LoomDemodulation& job, int picture, int out, int lane) {
  const float* styles = job.styles + static_cast<std::size_t>(picture) * static_cast<std::size_t>(job.inChannels);
  const float* squares = job.squares + static_cast<std::size_t>(out) * static_cast<std::size_t>(job.inChannels);
  float sum = 0.0F;
  for (int in = lane; in < job.inChannels; in += kDemodulationLanes) {
    sum += styles[in] * styles[in] * squares[in];
  }
  return sum;
}

LOOM_HOST_DEVICE inline void storeFactor(const LoomDemodulation& job, int picture, int out, float sum) {
  job.factors[static_cast<std::size_t>(picture) * static_cast<std::size_t>(job.outChannels) +
              static_cast<std::size_t>(out)] = job.gain / sqrtf(sum + job.epsilon);
}

/// Element `offset` of the weights in their order in memory.
template <typename Element>
LOOM_HOST_DEVICE inline void modulatedWeightAt(const LoomModulatedWeights& job, int offset) {
  const int in = offset / job.inStride % job.inChannels;
  const int out = offset / job.outStride % job.outChannels;
  const float factor = job.factors != nullptr ? job.factors[out] : 1.0F;
  store(job.weights[offset] * job.styles[in] * factor, static_cast<Element*>(job.result)[offset]);
}

/// The whole jobs on the CPU, in host memory.
void demodulationHost(const LoomDemodulation& job);
void modulatedWeightsHost(const LoomModulatedWeights& job);

}  // namespace loom::model

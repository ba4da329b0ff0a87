// The kernels around model/device/modulation.h: a warp a factor, a thread a weight.
#include "model/device/modulation.h"

#include "model/cuda/kernel_launch.h"

namespace loom::cuda {

namespace {

__global__ void demodulationKernel(LoomDemodulation job) {
  const int out = static_cast<int>(blockIdx.x * blockDim.y + threadIdx.y);
  if (out >= job.outChannels) {  // the whole warp, so the shuffles below lack nobody
    return;
  }
  const int picture = static_cast<int>(blockIdx.y);
  float sum = model::demodulationPart(job, picture, out, static_cast<int>(threadIdx.x));
  for (int half = model::kDemodulationLanes / 2; half > 0; half /= 2) {
    sum += __shfl_down_sync(0xFFFFFFFFU, sum, half);
  }
  if (threadIdx.x == 0) {
    model::storeFactor(job, picture, out, sum);
  }
}

template <typename Element>
__global__ void weightsKernel(LoomModulatedWeights job, unsigned elements) {
  const unsigned step = gridDim.x * blockDim.x;
  for (unsigned offset = blockIdx.x * blockDim.x + threadIdx.x; offset < elements; offset += step) {
    model::modulatedWeightAt<Element>(job, static_cast<int>(offset));
  }
}

}  // namespace

LoomCudaError demodulation(const LoomDemodulation* job, void* stream) {
  if (job->count <= 0 || job->inChannels <= 0 || job->outChannels <= 0 || job->count > mostBlocks) {
    return failure("styles of no layer");
  }
  return launchOn(job->factors, stream, "demodulate styles on the GPU", [&](cudaStream_t queue) {
    constexpr unsigned warps = threadsPerBlock / warpSize;
    const dim3 grid((static_cast<unsigned>(job->outChannels) + warps - 1) / warps, static_cast<unsigned>(job->count));
    demodulationKernel<<<grid, dim3(warpSize, warps), 0, queue>>>(*job);
  });
}

LoomCudaError modulatedWeights(const LoomModulatedWeights* job, void* stream) {
  if (job->inChannels <= 0 || job->outChannels <= 0 || job->taps <= 0 || job->inStride <= 0 || job->outStride <= 0 ||
      std::int64_t{job->inChannels} * job->outChannels > std::numeric_limits<int>::max() / job->taps) {
    return failure("weights of no layer");
  }
  return launchOn(job->result, stream, "modulate weights on the GPU", [&](cudaStream_t queue) {
    const auto elements = static_cast<unsigned>(job->inChannels * job->outChannels * job->taps);
    if (job->resultElement == LOOM_HALF) {
      weightsKernel<model::Half><<<blocksFor(elements), threadsPerBlock, 0, queue>>>(*job, elements);
    } else {
      weightsKernel<float><<<blocksFor(elements), threadsPerBlock, 0, queue>>>(*job, elements);
    }
  });
}

}  // namespace loom::cuda

// The kernel around model/device/bias_act.h: one thread an element, neighbours in memory side by side.
#include "model/device/bias_act.h"

#include "model/cuda/kernel_launch.h"

namespace loom::cuda {

namespace {

template <typename Element>
__global__ void biasActKernel(LoomBiasAct job) {
  // Unsigned: one step behind the last element may be beyond 2^31.
  const auto elements = static_cast<unsigned>(model::elementsOf(job.shape));
  const unsigned step = gridDim.x * blockDim.x;
  for (unsigned offset = blockIdx.x * blockDim.x + threadIdx.x; offset < elements; offset += step) {
    model::biasActAt<Element>(job, static_cast<int>(blockIdx.y), static_cast<int>(offset));
  }
}

}  // namespace

LoomCudaError biasAct(const LoomBiasAct* job, void* stream) {
  if (LoomCudaError error = refused(job->shape)) {
    return error;
  }
  return launchOn(job->output, stream, "scale and bend activations on the GPU", [&](cudaStream_t queue) {
    const dim3 grid(blocksFor(static_cast<std::size_t>(model::elementsOf(job->shape))),
                    static_cast<unsigned>(job->shape.count));
    if (job->element == LOOM_HALF) {
      biasActKernel<model::Half><<<grid, threadsPerBlock, 0, queue>>>(*job);
    } else {
      biasActKernel<float><<<grid, threadsPerBlock, 0, queue>>>(*job);
    }
  });
}

}  // namespace loom::cuda

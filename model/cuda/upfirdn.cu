// The kernel around model/device/upfirdn.h: one thread a pixel of the output. Neighbours read the same pixels, which
// the cache then has.
#include "model/device/upfirdn.h"

#include "model/cuda/kernel_launch.h"

namespace loom::cuda {

namespace {

template <typename Element>
__global__ void upfirdnKernel(LoomUpfirdn job) {
  const auto elements = static_cast<unsigned>(model::elementsOf(job.output));
  const unsigned step = gridDim.x * blockDim.x;
  for (unsigned offset = blockIdx.x * blockDim.x + threadIdx.x; offset < elements; offset += step) {
    model::upfirdnAt<Element>(job, static_cast<int>(blockIdx.y), static_cast<int>(offset));
  }
}

LoomCudaError refusedFactors(const LoomUpfirdn& job) {
  if (job.upX < 1 || job.upY < 1 || job.downX < 1 || job.downY < 1 || job.filterHeight < 1 || job.filterWidth < 1) {
    return failure("a factor or filter below 1");
  }
  if (job.filter == nullptr && job.filterHeight * job.filterWidth > 1) {
    return failure("a filter without taps");
  }
  const bool fits = job.output.count == job.input.count && job.output.channels == job.input.channels &&
                    job.output.height == loomUpfirdnSize(job.input.height, job.upY, job.downY, job.padTop,
                                                         job.padBottom, job.filterHeight) &&
                    job.output.width == loomUpfirdnSize(job.input.width, job.upX, job.downX, job.padLeft, job.padRight,
                                                        job.filterWidth);
  return fits ? nullptr : failure("the output is not of the size that the filter leaves");
}

}  // namespace

LoomCudaError upfirdn(const LoomUpfirdn* job, void* stream) {
  for (const LoomPictures* shape : {&job->input, &job->output}) {
    if (LoomCudaError error = refused(*shape)) {
      return error;
    }
  }
  if (LoomCudaError error = refusedFactors(*job)) {
    return error;
  }
  return launchOn(job->result, stream, "filter pictures on the GPU", [&](cudaStream_t queue) {
    const dim3 grid(blocksFor(static_cast<std::size_t>(model::elementsOf(job->output))),
                    static_cast<unsigned>(job->output.count));
    if (job->element == LOOM_HALF) {
      upfirdnKernel<model::Half><<<grid, threadsPerBlock, 0, queue>>>(*job);
    } else {
      upfirdnKernel<float><<<grid, threadsPerBlock, 0, queue>>>(*job);
    }
  });
}

}  // namespace loom::cuda

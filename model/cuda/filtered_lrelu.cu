// The kernel around model/device/filtered_lrelu_tile.h: one block a tile of one channel, all between input and output
// in shared memory.
#include "model/device/filtered_lrelu_tile.h"

#include "model/cuda/kernel_launch.h"

namespace loom::cuda {

namespace {

constexpr int sharedFloats = 48 * 1024 / static_cast<int>(sizeof(float));  // what every device grants without asking
constexpr int rowsPerBlock = static_cast<int>(threadsPerBlock) / warpSize;

template <typename In, typename Out>
__global__ void __launch_bounds__(threadsPerBlock) filterKernel(LoomFilteredLrelu job, model::LreluTiling tiling) {
  extern __shared__ float memory[];
  const int across = (job.output.width + tiling.tileWidth - 1) / tiling.tileWidth;
  const int number = static_cast<int>(blockIdx.x);
  const model::LreluTile tile{static_cast<int>(blockIdx.z), static_cast<int>(blockIdx.y),
                              number / across * tiling.tileHeight, number % across * tiling.tileWidth};
  const model::LreluThread thread{static_cast<int>(threadIdx.x), warpSize, static_cast<int>(threadIdx.y), rowsPerBlock};
#pragma unroll
  for (int stage = 0; stage < model::kLreluStages; ++stage) {
    model::lreluStage<In, Out>(stage, job, tiling, tile, memory, thread);
    __syncthreads();
  }
}

LoomCudaError refusedJob(const LoomFilteredLrelu& job) {
  for (const LoomPictures* shape : {&job.input, &job.output}) {
    if (LoomCudaError error = refused(*shape)) {
      return error;
    }
  }
  if (job.up < 1 || job.down < 1 || job.upTaps < 1 || job.downTaps < 1) {
    return failure("a factor or filter below 1");
  }
  if ((job.upFilter == nullptr && job.upTaps > 1) || (job.downFilter == nullptr && job.downTaps > 1)) {
    return failure("a filter without taps");
  }
  const auto size = [&](int pixels, int before, int after) {
    return loomFilteredLreluSize(pixels, job.up, job.down, before, after, job.upTaps, job.downTaps);
  };
  const bool fits = job.output.count == job.input.count && job.output.channels == job.input.channels &&
                    job.output.height == size(job.input.height, job.padTop, job.padBottom) &&
                    job.output.width == size(job.input.width, job.padLeft, job.padRight);
  return fits ? nullptr : failure("the output is not of the size that the filters leave");
}

template <typename In, typename Out>
void launch(const LoomFilteredLrelu& job, const model::LreluTiling& tiling, cudaStream_t queue) {
  const int across = (job.output.width + tiling.tileWidth - 1) / tiling.tileWidth;
  const int down = (job.output.height + tiling.tileHeight - 1) / tiling.tileHeight;
  const dim3 grid(static_cast<unsigned>(across * down), static_cast<unsigned>(job.output.channels),
                  static_cast<unsigned>(job.output.count));
  const dim3 block(warpSize, rowsPerBlock);
  filterKernel<In, Out><<<grid, block, static_cast<std::size_t>(tiling.floats) * sizeof(float), queue>>>(job, tiling);
}

}  // namespace

LoomCudaError filteredLrelu(const LoomFilteredLrelu* job, void* stream) {
  if (LoomCudaError error = refusedJob(*job)) {
    return error;
  }
  const model::LreluTiling tiling = model::lreluTiling(*job, sharedFloats);
  if (tiling.tileHeight == 0) {
    return failure("the filters are too long for a tile");
  }
  if (job->inputElement == LOOM_FLOAT && job->outputElement == LOOM_HALF) {
    return failure("half precision begins before filtered_lrelu");
  }
  return launchOn(job->result, stream, "filter activations on the GPU", [&](cudaStream_t queue) {
    if (job->inputElement == LOOM_FLOAT) {
      launch<float, float>(*job, tiling, queue);
    } else if (job->outputElement == LOOM_FLOAT) {
      launch<model::Half, float>(*job, tiling, queue);
    } else {
      launch<model::Half, model::Half>(*job, tiling, queue);
    }
  });
}

}  // namespace loom::cuda

#include "model/device/kernel_ops.h"

#include "model/cuda_library.h"
#include "model/device/bias_act.h"
#include "model/device/filtered_lrelu_tile.h"
#include "model/device/kernel_trial.h"
#include "model/device/modulation.h"
#include "model/device/tensor_stream.h"
#include "model/device/upfirdn.h"
#include "model/model_error.h"

namespace loom::model {
namespace {

using torch::Tensor;

thread_local bool kernelsOnCpu = false;
thread_local bool halfAllowed = true;
thread_local bool tilesAllowed = true;

/// The job on the device where `result` lies.
template <typename Job>
void run(const Job& job, const Tensor& result, std::string (CudaLibrary::*onGpu)(const Job&, void*) const,
         void (*onCpu)(const Job&)) {
  if (!result.is_cuda()) {
    onCpu(job);
    return;
  }
  const std::string problem = (CudaLibrary::instance().*onGpu)(job, currentStream(result.device()));
  if (!problem.empty()) {
    throw ModelError(problem);
  }
}

LoomElement elementOf(torch::ScalarType type) {
  TORCH_CHECK(type == torch::kFloat32 || type == torch::kFloat16, "float32 or half is wanted, not ", type);
  return type == torch::kFloat16 ? LOOM_HALF : LOOM_FLOAT;
}

Tensor dense(const Tensor& x) {
  return x.is_contiguous() || x.is_contiguous(at::MemoryFormat::ChannelsLast) ? x : x.contiguous();
}

/// Of a dense tensor.
LoomPictures shapeOf(const Tensor& x) {
  TORCH_CHECK(x.dim() == 4, "pictures have four dimensions, not ", x.dim());
  const auto size = [&](int dimension) { return static_cast<int>(x.size(dimension)); };
  return {size(0), size(1), size(2), size(3), x.is_contiguous() ? 0 : 1};
}

/// float32, without gaps, on the device of `x`; undefined stays undefined.
Tensor numbers(const Tensor& values, std::int64_t count, const Tensor& x) {
  if (!values.defined()) {
    return values;
  }
  TORCH_CHECK(values.numel() == count, count, " numbers are wanted, not ", values.numel());
  TORCH_CHECK(values.device() == x.device(), "a kernel's tensors lie on ", values.device(), " and ", x.device());
  return values.to(torch::kFloat32).contiguous();
}

const float* dataOf(const Tensor& values) { return values.defined() ? values.const_data_ptr<float>() : nullptr; }

void bendInto(const Tensor& x, Tensor& y, const Bending& bending) {
  const std::int64_t plane = x.size(2) * x.size(3);
  const bool noisePerPicture = bending.noise.defined() && bending.noise.numel() != plane;
  const Tensor scale = numbers(bending.scale, x.size(0) * x.size(1), x);
  const Tensor bias = numbers(bending.bias, x.size(1), x);
  const Tensor noise = numbers(bending.noise, noisePerPicture ? x.size(0) * plane : plane, x);
  const LoomBiasAct job{.shape = shapeOf(x),
                        .element = elementOf(x.scalar_type()),
                        .input = x.const_data_ptr(),
                        .output = y.mutable_data_ptr(),
                        .scale = dataOf(scale),
                        .bias = dataOf(bias),
                        .noise = dataOf(noise),
                        .noisePerPicture = noisePerPicture ? 1 : 0,
                        .activation = bending.activation,
                        .slope = static_cast<float>(bending.slope),
                        .gain = static_cast<float>(bending.gain),
                        .clamp = static_cast<float>(bending.clamp)};
  run(job, y, &CudaLibrary::biasAct, biasActHost);
}

int tapsOf(const Tensor& filter) { return filter.defined() ? static_cast<int>(filter.size(0)) : 1; }

constexpr int kTileFloats = 48 * 1024 / static_cast<int>(sizeof(float));  // as the kernel has it

/// In one thread a tile, of which the kernel's block would have 256.
void filteredLreluOnCpu(const LoomFilteredLrelu& job) { filteredLreluHost(job, lreluTiling(job, kTileFloats)); }

/// filtered_lrelu step by step, for filters so long that no tile fits a block's memory.
Tensor filteredInSteps(const Tensor& x, const FilteredBending& bending) {
  const auto squareOf = [&](const Tensor& filter, double gain) {
    const Tensor taps = filter.defined() ? filter : torch::ones({1}, bending.bias.options());
    return (taps.dim() == 1 ? torch::outer(taps, taps) : taps) * gain;
  };
  const Resampling& all = bending.resampling;
  const Tensor biased = bent(x, {.scale = bending.scale, .bias = bending.bias});
  const Tensor large = resampled(biased, squareOf(bending.upFilter, static_cast<double>(all.up) * all.up),
                                 {.up = all.up, .before = all.before, .after = all.after});
  return resampled(
      bend(large,
           {.activation = LOOM_LEAKY_RELU, .slope = bending.slope, .gain = bending.gain, .clamp = bending.clamp}),
      squareOf(bending.downFilter, 1.0), {.down = all.down});
}

}  // namespace

bool useKernels(const Tensor& x) { return (x.is_cuda() || kernelsOnCpu) && !torch::GradMode::is_enabled(); }
bool useHalf(const Tensor& x) { return halfAllowed && useKernels(x); }

KernelTrial::KernelTrial(Half half, Filters filters)
    : m_kernels(kernelsOnCpu), m_half(halfAllowed), m_tiles(tilesAllowed) {
  kernelsOnCpu = true;
  tilesAllowed = filters == Filters::InTiles;
  halfAllowed = half == Half::AsTheOriginal;
}

KernelTrial::~KernelTrial() {
  kernelsOnCpu = m_kernels;
  halfAllowed = m_half;
  tilesAllowed = m_tiles;
}

Tensor bent(const Tensor& x, const Bending& bending) {
  const Tensor input = dense(x);
  Tensor output = torch::empty_like(input);
  bendInto(input, output, bending);
  return output;
}

Tensor bend(Tensor x, const Bending& bending) {
  Tensor inPlace = dense(x);
  bendInto(inPlace, inPlace, bending);
  return inPlace;
}

Tensor resampled(const Tensor& x, const Tensor& filter, const Resampling& resampling) {
  const Tensor input = dense(x);
  const Tensor taps = numbers(filter, filter.size(0) * filter.size(1), x);
  const auto rows = static_cast<int>(filter.size(0));
  const auto columns = static_cast<int>(filter.size(1));
  LoomUpfirdn job{.input = shapeOf(input),
                  .output = shapeOf(input),
                  .element = elementOf(x.scalar_type()),
                  .pixels = input.const_data_ptr(),
                  .result = nullptr,
                  .filter = dataOf(taps),
                  .filterHeight = rows,
                  .filterWidth = columns,
                  .flip = 0,
                  .upX = resampling.up,
                  .upY = resampling.up,
                  .downX = resampling.down,
                  .downY = resampling.down,
                  .padLeft = resampling.before,
                  .padRight = resampling.after,
                  .padTop = resampling.before,
                  .padBottom = resampling.after,
                  .gain = 1.0F};
  const auto size = [&](int pixels, int length) {
    return loomUpfirdnSize(pixels, resampling.up, resampling.down, resampling.before, resampling.after, length);
  };
  job.output.height = size(job.input.height, rows);
  job.output.width = size(job.input.width, columns);
  TORCH_CHECK(job.output.height > 0 && job.output.width > 0, "nothing is left of a picture by its filter");
  Tensor output =
      torch::empty({x.size(0), x.size(1), job.output.height, job.output.width}, x.options(),
                   job.input.channelsLast != 0 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous);
  job.result = output.mutable_data_ptr();
  run(job, output, &CudaLibrary::upfirdn, upfirdnHost);
  return output;
}

Tensor filteredBent(const Tensor& x, const FilteredBending& bending, torch::ScalarType type) {
  const Tensor input = dense(x);
  const Tensor scale = numbers(bending.scale, x.size(0) * x.size(1), x);
  const Tensor bias = numbers(bending.bias, x.size(1), x);
  const Tensor up = bending.upFilter.defined() ? numbers(bending.upFilter, bending.upFilter.numel(), x) : Tensor();
  const Tensor down =
      bending.downFilter.defined() ? numbers(bending.downFilter, bending.downFilter.numel(), x) : Tensor();
  const Resampling& all = bending.resampling;
  LoomFilteredLrelu job{.input = shapeOf(input),
                        .output = shapeOf(input),
                        .inputElement = elementOf(x.scalar_type()),
                        .outputElement = elementOf(type),
                        .pixels = input.const_data_ptr(),
                        .result = nullptr,
                        .scale = dataOf(scale),
                        .bias = dataOf(bias),
                        .upFilter = dataOf(up),
                        .downFilter = dataOf(down),
                        .up = all.up,
                        .down = all.down,
                        .upTaps = tapsOf(up),
                        .downTaps = tapsOf(down),
                        .downIsSquare = down.defined() && down.dim() == 2 ? 1 : 0,
                        .padLeft = all.before,
                        .padRight = all.after,
                        .padTop = all.before,
                        .padBottom = all.after,
                        .slope = static_cast<float>(bending.slope),
                        .gain = static_cast<float>(bending.gain),
                        .clamp = static_cast<float>(bending.clamp)};
  if (!tilesAllowed || lreluTiling(job, kTileFloats).tileHeight == 0) {
    return filteredInSteps(input, bending).to(type);
  }
  const auto size = [&](int pixels) {
    return loomFilteredLreluSize(pixels, all.up, all.down, all.before, all.after, job.upTaps, job.downTaps);
  };
  job.output.height = size(job.input.height);
  job.output.width = size(job.input.width);
  job.output.channelsLast = 0;
  TORCH_CHECK(job.output.height > 0 && job.output.width > 0, "nothing is left of a picture by its filters");
  Tensor output = torch::empty({x.size(0), x.size(1), job.output.height, job.output.width}, x.options().dtype(type));
  job.result = output.mutable_data_ptr();
  run(job, output, &CudaLibrary::filteredLrelu, filteredLreluOnCpu);
  return output;
}

Tensor demodulation(const Tensor& styles, const Tensor& squares, double gain) {
  constexpr float kEpsilon = 1e-8F;
  const Tensor from = numbers(styles, styles.numel(), styles);
  const Tensor of = numbers(squares, squares.size(0) * styles.size(1), styles);
  Tensor factors = torch::empty({styles.size(0), squares.size(0)}, from.options());
  const LoomDemodulation job{.count = static_cast<int>(styles.size(0)),
                             .inChannels = static_cast<int>(styles.size(1)),
                             .outChannels = static_cast<int>(squares.size(0)),
                             .styles = dataOf(from),
                             .squares = dataOf(of),
                             .factors = factors.mutable_data_ptr<float>(),
                             .epsilon = kEpsilon,
                             .gain = static_cast<float>(gain)};
  run(job, factors, &CudaLibrary::demodulation, demodulationHost);
  return factors;
}

Tensor modulatedWeights(const Tensor& weight, const Tensor& styles, const Tensor& factors, torch::ScalarType type) {
  TORCH_CHECK(weight.is_non_overlapping_and_dense() && weight.scalar_type() == torch::kFloat32 && weight.dim() == 4,
              "weights of four dimensions without gaps are wanted");
  const Tensor before = numbers(styles, weight.size(1), weight);
  const Tensor behind = numbers(factors, weight.size(0), weight);
  Tensor result = torch::empty_like(weight, weight.options().dtype(type));  // in the same order in memory
  TORCH_CHECK(result.strides() == weight.strides(), "torch laid weights otherwise than they were");
  // A dimension of one element may claim any stride.
  const auto stride = [&](int dimension) {
    return weight.size(dimension) > 1 ? static_cast<int>(weight.stride(dimension)) : 1;
  };
  const LoomModulatedWeights job{.inChannels = static_cast<int>(weight.size(1)),
                                 .outChannels = static_cast<int>(weight.size(0)),
                                 .taps = static_cast<int>(weight.size(2) * weight.size(3)),
                                 .inStride = stride(1),
                                 .outStride = stride(0),
                                 .resultElement = elementOf(type),
                                 .weights = weight.const_data_ptr<float>(),
                                 .styles = dataOf(before),
                                 .factors = dataOf(behind),
                                 .result = result.mutable_data_ptr()};
  run(job, result, &CudaLibrary::modulatedWeights, modulatedWeightsHost);
  return result;
}

}  // namespace loom::model

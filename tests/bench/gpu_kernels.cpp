#include "tests/bench/gpu_kernels.h"

#include "model/device/bias_act.h"
#include "model/device/filtered_lrelu_tile.h"
#include "model/device/modulation.h"
#include "model/device/rgba_pack.h"
#include "model/device/upfirdn.h"
#include "tests/model/device/by_definition.h"

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>

namespace loom::bench {
namespace {

using test::Stored;

void require(LoomCudaError error) {
  if (error != nullptr) {
    throw std::runtime_error(error);
  }
}

/// Copies of host memory on the device, for the pointers of a job.
class DeviceMemory {
 public:
  explicit DeviceMemory(const LoomCudaInterface& cuda) : m_cuda(cuda) {}
  ~DeviceMemory() {
    for (void* memory : m_all) {
      m_cuda.release(memory);
    }
  }
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;

  template <typename Element>
  Element* copy(const std::vector<Element>& values) {
    return static_cast<Element*>(copy(values.data(), values.size() * sizeof(Element)));
  }
  void* copy(const void* host, std::size_t bytes) {
    void* memory = nullptr;
    require(m_cuda.allocate(0, bytes, &memory));
    m_all.push_back(memory);
    require(m_cuda.copyToDevice(memory, host, bytes));
    return memory;
  }

 private:
  const LoomCudaInterface& m_cuda;
  std::vector<void*> m_all;
};

double microsecondsOf(const LoomCudaInterface& cuda, const std::function<LoomCudaError()>& queue) {
  constexpr int kRuns = 50;
  require(queue());
  require(cuda.synchronize(0, nullptr));
  const auto start = std::chrono::steady_clock::now();
  for (int run = 0; run < kRuns; ++run) {
    require(queue());
  }
  require(cuda.synchronize(0, nullptr));
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count() / kRuns;
}

/// A check that fills `result`; what it throws is CUDA's refusal.
KernelResult checked(const std::string& name, double allowed, const std::function<void(KernelResult&)>& check) {
  KernelResult result{.name = name, .allowed = allowed};
  try {
    check(result);
  } catch (const std::exception& error) {
    result.error = error.what();
  }
  return result;
}

std::string placeOf(bool half, bool channelsLast) {
  return std::string(half ? "half" : "float32") + (channelsLast ? ", channels last" : ", planes");
}

KernelResult checkBiasAct(const LoomCudaInterface& cuda, LoomActivation activation, bool half, bool channelsLast) {
  const LoomElement element = half ? LOOM_HALF : LOOM_FLOAT;
  // exp and tanh are not rounded alike on both.
  const double allowed = half ? 0x1p-10 : 1e-5;
  return checked("bias_act, activation " + std::to_string(activation) + ", " + placeOf(half, channelsLast), allowed,
                 [&](KernelResult& result) {
                   QRandomGenerator random(1);
                   Stored input(2, 67, 129, 131, channelsLast, element);
                   input.fill(random);
                   Stored expected(2, 67, 129, 131, channelsLast, element);
                   Stored got(2, 67, 129, 131, channelsLast, element);
                   const auto scale = test::someFloats(random, 2 * 67);
                   const auto bias = test::someFloats(random, 67);
                   const auto noise = test::someFloats(random, 129 * 131);
                   LoomBiasAct job{input.shape(), element,     input.data(), expected.data(),
                                   scale.data(),  bias.data(), noise.data(), 0,
                                   activation,    0.2F,        1.4F,         2.0F};
                   model::biasActHost(job);
                   DeviceMemory device(cuda);
                   job.input = device.copy(input.data(), input.bytes());
                   job.output = device.copy(got.data(), got.bytes());
                   job.scale = device.copy(scale);
                   job.bias = device.copy(bias);
                   job.noise = device.copy(noise);
                   result.microseconds = microsecondsOf(cuda, [&] { return cuda.biasAct(&job, nullptr); });
                   require(cuda.copyToHost(got.data(), job.output, got.bytes()));
                   result.difference = test::difference(got.read(), expected.read());
                 });
}

struct UpfirdnCase {
  const char* name;
  int up, down, before, after, taps;
};

KernelResult checkUpfirdn(const LoomCudaInterface& cuda, const UpfirdnCase& one, bool half, bool channelsLast) {
  const LoomElement element = half ? LOOM_HALF : LOOM_FLOAT;
  return checked(std::string("upfirdn2d, ") + one.name + ", " + placeOf(half, channelsLast), half ? 0x1p-10 : 1e-5,
                 [&](KernelResult& result) {
                   QRandomGenerator random(2);
                   constexpr int kSide = 65;
                   Stored input(2, 33, kSide, kSide, channelsLast, element);
                   input.fill(random);
                   const int size = loomUpfirdnSize(kSide, one.up, one.down, one.before, one.after, one.taps);
                   Stored expected(2, 33, size, size, channelsLast, element);
                   Stored got(2, 33, size, size, channelsLast, element);
                   const auto filter = test::someFloats(random, one.taps * one.taps);
                   LoomUpfirdn job{input.shape(), got.shape(), element,   input.data(), expected.data(), filter.data(),
                                   one.taps,      one.taps,    0,         one.up,       one.up,          one.down,
                                   one.down,      one.before,  one.after, one.before,   one.after,       1.0F};
                   model::upfirdnHost(job);
                   DeviceMemory device(cuda);
                   job.pixels = device.copy(input.data(), input.bytes());
                   job.result = device.copy(got.data(), got.bytes());
                   job.filter = device.copy(filter);
                   result.microseconds = microsecondsOf(cuda, [&] { return cuda.upfirdn(&job, nullptr); });
                   require(cuda.copyToHost(got.data(), job.result, got.bytes()));
                   result.difference = test::difference(got.read(), expected.read());
                 });
}

struct LreluCase {
  const char* name;
  int up, down, upTaps, downTaps;
  bool square;
  int pad;
};

KernelResult checkFilteredLrelu(const LoomCudaInterface& cuda, const LreluCase& one, bool halfIn, bool halfOut) {
  const LoomElement in = halfIn ? LOOM_HALF : LOOM_FLOAT;
  const LoomElement out = halfOut ? LOOM_HALF : LOOM_FLOAT;
  return checked(
      std::string("filtered_lrelu, ") + one.name + (halfIn ? ", half to " : ", float32 to ") +
          (halfOut ? "half" : "float32"),
      halfOut ? 0x1p-10 : 1e-5, [&](KernelResult& result) {
        QRandomGenerator random(3);
        constexpr int kSide = 71;
        Stored input(2, 19, kSide, kSide, halfIn, in);
        input.fill(random);
        const int size = loomFilteredLreluSize(kSide, one.up, one.down, one.pad, one.pad, one.upTaps, one.downTaps);
        Stored expected(2, 19, size, size, false, out);
        Stored got(2, 19, size, size, false, out);
        const auto scale = test::someFloats(random, 2 * 19);
        const auto bias = test::someFloats(random, 19);
        const auto up = test::someFloats(random, one.upTaps);
        const auto down = test::someFloats(random, one.square ? one.downTaps * one.downTaps : one.downTaps);
        LoomFilteredLrelu job{input.shape(), got.shape(),  in,         out,         input.data(), expected.data(),
                              scale.data(),  bias.data(),  up.data(),  down.data(), one.up,       one.down,
                              one.upTaps,    one.downTaps, one.square, one.pad,     one.pad,      one.pad,
                              one.pad,       0.2F,         1.4F,       256.0F};
        model::filteredLreluHost(job, model::lreluTilingOf(job, 16, 32));
        DeviceMemory device(cuda);
        job.pixels = device.copy(input.data(), input.bytes());
        job.result = device.copy(got.data(), got.bytes());
        job.scale = device.copy(scale);
        job.bias = device.copy(bias);
        job.upFilter = device.copy(up);
        job.downFilter = device.copy(down);
        result.microseconds = microsecondsOf(cuda, [&] { return cuda.filteredLrelu(&job, nullptr); });
        require(cuda.copyToHost(got.data(), job.result, got.bytes()));
        result.difference = test::difference(got.read(), expected.read());
      });
}

/// The largest difference of two plain arrays, as a share.
double difference(const std::vector<float>& got, const std::vector<float>& expected) {
  test::Pictures a(1, 1, 1, static_cast<int>(got.size()));
  test::Pictures b = a;
  a.values.assign(got.begin(), got.end());
  b.values.assign(expected.begin(), expected.end());
  return test::difference(a, b);
}

KernelResult checkDemodulation(const LoomCudaInterface& cuda) {
  return checked("demodulation", 1e-5, [&](KernelResult& result) {
    QRandomGenerator random(4);
    const auto styles = test::someFloats(random, 3 * 77);
    const auto squares = test::someFloats(random, 129 * 77, 0.0, 2.0);
    std::vector<float> expected(3 * 129, NAN);
    std::vector<float> got = expected;
    LoomDemodulation job{3, 77, 129, styles.data(), squares.data(), expected.data(), 1e-8F, 1.5F};
    model::demodulationHost(job);
    DeviceMemory device(cuda);
    job.styles = device.copy(styles);
    job.squares = device.copy(squares);
    job.factors = device.copy(got);
    result.microseconds = microsecondsOf(cuda, [&] { return cuda.demodulation(&job, nullptr); });
    require(cuda.copyToHost(got.data(), job.factors, got.size() * sizeof(float)));
    result.difference = difference(got, expected);
  });
}

KernelResult checkWeights(const LoomCudaInterface& cuda, bool half) {
  return checked(
      std::string("modulated weights, ") + (half ? "half" : "float32"), half ? 0x1p-10 : 1e-6,
      [&](KernelResult& result) {
        constexpr int kOut = 96;
        constexpr int kIn = 77;
        constexpr int kTaps = 9;
        QRandomGenerator random(5);
        const auto weights = test::someFloats(random, kOut * kIn * kTaps);
        const auto styles = test::someFloats(random, kIn);
        const auto factors = test::someFloats(random, kOut);
        Stored expected(1, 1, 1, kOut * kIn * kTaps, false, half ? LOOM_HALF : LOOM_FLOAT);
        Stored got = expected;
        LoomModulatedWeights job{
            kIn,           kOut,           kTaps,          1, kIn * kTaps, expected.element(), weights.data(),
            styles.data(), factors.data(), expected.data()};
        model::modulatedWeightsHost(job);
        DeviceMemory device(cuda);
        job.weights = device.copy(weights);
        job.styles = device.copy(styles);
        job.factors = device.copy(factors);
        job.result = device.copy(got.data(), got.bytes());
        result.microseconds = microsecondsOf(cuda, [&] { return cuda.modulatedWeights(&job, nullptr); });
        require(cuda.copyToHost(got.data(), job.result, got.bytes()));
        result.difference = test::difference(got.read(), expected.read());
      });
}

/// Bit for bit.
KernelResult checkPacking(const LoomCudaInterface& cuda, int channels, bool half) {
  return checked(
      "packing, " + std::to_string(channels) + (half ? " channels, half" : " channels, float32"), 0.0,
      [&](KernelResult& result) {
        QRandomGenerator random(6);
        constexpr int kHeight = 517;
        constexpr int kWidth = 511;
        Stored planes(1, channels, kHeight, kWidth, false, half ? LOOM_HALF : LOOM_FLOAT);
        planes.fill(random);
        const auto expected =
            half ? model::packRgbaHost(static_cast<const model::Half*>(planes.data()), channels, kHeight, kWidth, {})
                 : model::packRgbaHost(static_cast<const float*>(planes.data()), channels, kHeight, kWidth, {});
        std::vector<std::uint8_t> got(expected.size());
        DeviceMemory device(cuda);
        const void* source = device.copy(planes.data(), planes.bytes());
        std::uint8_t* target = device.copy(got);
        result.microseconds = microsecondsOf(cuda, [&] {
          return cuda.packRgba(source, planes.element(), channels, kHeight, kWidth, -1.0F, 1.0F, target, nullptr);
        });
        require(cuda.copyToHost(got.data(), target, got.size()));
        result.difference = got == expected ? 0.0 : 1.0;
      });
}

}  // namespace

std::vector<KernelResult> checkKernels(const LoomCudaInterface& cuda) {
  std::vector<KernelResult> results;
  for (const bool half : {false, true}) {
    for (const bool channelsLast : {false, true}) {
      for (int activation = LOOM_LINEAR; activation <= LOOM_SWISH; ++activation) {
        results.push_back(checkBiasAct(cuda, static_cast<LoomActivation>(activation), half, channelsLast));
      }
      for (const UpfirdnCase& one : {UpfirdnCase{"twice the size", 2, 1, 2, 1, 4},
                                     {"blur", 1, 1, 1, 1, 4},
                                     {"half the size, cut", 1, 2, -3, -2, 4},
                                     {"by 4, 7 taps", 4, 1, 5, 3, 7}}) {
        results.push_back(checkUpfirdn(cuda, one, half, channelsLast));
      }
    }
    results.push_back(checkWeights(cuda, half));
    results.push_back(checkPacking(cuda, 1, half));
    results.push_back(checkPacking(cuda, 3, half));
  }
  for (const LreluCase& one : {LreluCase{"2 up, 2 down", 2, 2, 12, 12, false, 9},
                               {"4 up, 2 down", 4, 2, 24, 12, false, 14},
                               {"2 up, 2 down, square", 2, 2, 12, 12, true, 9},
                               {"cut alone", 1, 1, 1, 1, false, -3}}) {
    results.push_back(checkFilteredLrelu(cuda, one, false, false));
    results.push_back(checkFilteredLrelu(cuda, one, true, true));
    results.push_back(checkFilteredLrelu(cuda, one, true, false));
  }
  results.push_back(checkDemodulation(cuda));
  return results;
}

}  // namespace loom::bench

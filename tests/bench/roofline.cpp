#include "tests/bench/roofline.h"

#include "model/kernels/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/bench/roofline.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "model/generators/torch_threads.h"
#include "model/kernels/big_memory.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace loom::bench::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr int kSums = 12;  // more than two units of four cycles can have in flight

/// Returns the floating-point operations that were done; `rest` keeps the compiler from leaving them out.
double MultiplyAndAdd(std::int64_t rounds, float* rest) {
  const hn::CappedTag<float, 16> tag;
  using V = hn::Vec<decltype(tag)>;
  V sums[kSums];
  for (int i = 0; i < kSums; ++i) {
    sums[i] = hn::Set(tag, rest[i]);
  }
  const V factor = hn::Set(tag, 0.999F);
  const V term = hn::Set(tag, 0.001F);
  for (std::int64_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 12
    for (int i = 0; i < kSums; ++i) {
      sums[i] = hn::MulAdd(sums[i], factor, term);
    }
  }
  for (int i = 0; i < kSums; ++i) {
    rest[i] = hn::GetLane(sums[i]);
  }
  return 2.0 * static_cast<double>(rounds) * kSums * static_cast<double>(hn::Lanes(tag));
}

}  // namespace loom::bench::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace loom::bench {

HWY_EXPORT(MultiplyAndAdd);

namespace {

template <typename Work>
double bestSeconds(const Work& work) {
  constexpr int kRounds = 5;
  double best = 1e9;
  for (int round = 0; round < kRounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    work();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

}  // namespace

Roofline measureRoofline() {
  const model::ParallelJobs jobs = model::torchJobs();
  Roofline roofline;
  constexpr std::int64_t kRounds = 10'000'000;
  double done = 0.0;
  const double computing = bestSeconds([&] {
    jobs.run(jobs.threads, [&](std::int64_t job) {
      float rest[16] = {1.0F, 2.0F, 3.0F};
      const double here = HWY_DYNAMIC_DISPATCH(MultiplyAndAdd)(kRounds, rest);
      if (job == 0) {
        done = here * (rest[0] > 0.0F ? 1.0 : 2.0);
      }
    });
  });
  roofline.flops = done * jobs.threads / computing;

  constexpr std::size_t kFloats = std::size_t{32} << 20U;  // of each thread
  const auto memory = model::bigFloats(2 * kFloats * static_cast<std::size_t>(jobs.threads));
  std::memset(memory.get(), 0, 2 * kFloats * sizeof(float) * static_cast<std::size_t>(jobs.threads));
  const double copying = bestSeconds([&] {
    jobs.run(jobs.threads, [&](std::int64_t job) {
      float* from = memory.get() + 2 * kFloats * static_cast<std::size_t>(job);
      std::memcpy(from + kFloats, from, kFloats * sizeof(float));
    });
  });
  roofline.bytes = 2.0 * kFloats * sizeof(float) * jobs.threads / copying;
  return roofline;
}

}  // namespace loom::bench
#endif

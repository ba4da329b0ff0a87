// How kernels get at threads: those of whoever calls them (LibTorch's pool), never some of their own.
#pragma once

#include <cstdint>
#include <functional>

namespace loom::model {

struct ParallelJobs {
  int threads = 1;
  /// Runs work(job) for every job from 0 to jobs − 1, on up to `threads` threads, and returns when all are done.
  std::function<void(std::int64_t jobs, const std::function<void(std::int64_t job)>& work)> run;
};

}  // namespace loom::model

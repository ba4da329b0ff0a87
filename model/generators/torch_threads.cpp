// Compiled with OpenMP, and this file alone: at::parallel_for is a template that without it runs everything in one
// thread, and says nothing.
#ifndef _OPENMP
#error "torch_threads.cpp needs OpenMP"
#endif

#include "model/generators/torch_threads.h"

#include <ATen/Parallel.h>

namespace loom::model {

ParallelJobs torchJobs() {
  return {at::in_parallel_region() ? 1 : at::get_num_threads(),
          [](std::int64_t jobs, const std::function<void(std::int64_t)>& work) {
            at::parallel_for(0, jobs, 1, [&](std::int64_t begin, std::int64_t end) {
              for (std::int64_t job = begin; job < end; ++job) {
                work(job);
              }
            });
          }};
}

}  // namespace loom::model

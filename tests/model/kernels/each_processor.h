// Kernels are compiled for several kinds of processors; a test takes each that this machine can be, in turn.
#pragma once

#include "model/kernels/parallel_jobs.h"
#include "model/kernels/vector_targets.h"

#include <hwy/highway.h>
#include <hwy/targets.h>

#include <string>
#include <vector>

namespace loom::test {

struct Processor {
  std::int64_t target;
  std::string name;
};

inline std::vector<Processor> processors() {
  std::vector<Processor> all;
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    all.push_back({target, hwy::TargetName(target)});
  }
  return all;
}

/// While it lives, kernels take this machine for that one.
class As {
 public:
  explicit As(const Processor& processor) { hwy::SetSupportedTargetsForTest(processor.target); }
  ~As() { hwy::SetSupportedTargetsForTest(0); }
  As(const As&) = delete;
  As& operator=(const As&) = delete;
};

/// One job after the other, told to be three threads: jobs are cut as for these.
inline model::ParallelJobs inTurn() {
  return {3, [](std::int64_t jobs, const std::function<void(std::int64_t)>& work) {
            for (std::int64_t job = 0; job < jobs; ++job) {
              work(job);
            }
          }};
}

}  // namespace loom::test

// LibTorch's own threads, for arithmetic of ours.
#pragma once

#include "model/kernels/parallel_jobs.h"

namespace loom::model {

/// As many as LibTorch would take here: one inside of a parallel region, and where it was told so.
ParallelJobs torchJobs();

}  // namespace loom::model

// Each kernel of libloom_cuda beside the loops that share its body.
#pragma once

#include "model/cuda/cuda_interface.h"

#include <string>
#include <vector>

namespace loom::bench {

struct KernelResult {
  std::string name;
  double difference = 0.0;  ///< largest, as a share of the largest magnitude; infinite where a value is no number
  double allowed = 0.0;
  double microseconds = 0.0;  ///< of one run, among many queued at once
  std::string error = {};     ///< what CUDA says; empty where it ran
  bool good() const { return error.empty() && difference <= allowed; }
};

/// On device 0.
std::vector<KernelResult> checkKernels(const LoomCudaInterface& cuda);

}  // namespace loom::bench

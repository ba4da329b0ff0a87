// The seam of every generator. Inside model/ only: it speaks in tensors.
#pragma once

#include "model/generator_info.h"
#include "model/opened_model.h"

#include <torch/torch.h>

namespace loom::model {

/// What a synthesis needs beside its latents. Options of later architectures (noise, resolution, …) belong here.
struct SynthesisControl {
  const Interrupt& interrupt;

  /// Called between layers. Throws Interrupted where the picture is no longer wanted.
  void checkpoint() const {
    if (interrupt && interrupt()) {
      throw Interrupted();
    }
  }
};

/// A module whose parameters carry the names of the Python original, so that a state_dict loads without a table. The
/// same class is trained and explored.
class Generator : public torch::nn::Module {
 public:
  explicit Generator(GeneratorInfo info) : m_info(std::move(info)) {}

  const GeneratorInfo& info() const { return m_info; }

  /// z: N×zDim → w. Without a mapping network w is z.
  virtual torch::Tensor map(const torch::Tensor& z, const SynthesisControl&) { return z; }

  /// w → N×C×H×W in `info().range`, not clamped.
  virtual torch::Tensor synthesize(const torch::Tensor& w, const SynthesisControl& control) = 0;

 private:
  GeneratorInfo m_info;
};

}  // namespace loom::model

// The seam of every generator. Inside model/ only: it speaks in tensors.
#pragma once

#include "model/generator_info.h"
#include "model/interrupt.h"
#include "model/model_error.h"
#include "model/synthesis_settings.h"

#include <torch/torch.h>

namespace loom::model {

/// How one synthesis is to go, and whether it is still wanted.
struct SynthesisControl {
  const Interrupt& interrupt;
  SynthesisSettings settings;
  torch::Tensor wMean;  ///< 1×wDim that stands in for the checkpoint's own mean of w; undefined: its own
  /// Activations may stay with the generator, so that the next picture begins at the first layer that changed. Not while
  /// weights are trained.
  bool keepActivations = false;
  /// Called in passing with a picture of at least `coarseResolution` pixels, below the final one's, where the generator
  /// has such: N×C×R×R float32 in `info().range`, only to be read. Null: not wanted.
  std::function<void(const torch::Tensor&)> coarse = nullptr;
  int coarseResolution = 0;

  /// Called between layers. Throws Interrupted where the picture is no longer wanted.
  void checkpoint() const {
    if (interrupt && interrupt()) {
      throw Interrupted();
    }
  }
};

/// What a layer of a hierarchical generator is fed with. w: N×conditionLayers×dim, or N×dim for all layers alike. → N×dim
inline torch::Tensor conditionOf(const torch::Tensor& w, std::int64_t layer) {
  return w.dim() == 3 ? w.select(1, layer) : w;
}

/// A module whose parameters carry the names of the Python original, so that a state_dict loads without a table. The
/// same class is trained and explored.
class Generator : public torch::nn::Module {
 public:
  explicit Generator(GeneratorInfo info) : m_info(std::move(info)) {}

  const GeneratorInfo& info() const { return m_info; }

  /// From what the generator is fed with to what `synthesize` takes.
  /// z: N×zDim, or of an image-to-image generator the picture: N×C×H×W in `info().range`.
  /// c: N×classCount label vectors (one-hot, blended, or switches); undefined where `info().labels` is None.
  /// Returns N×styleLayers×wDim, truncated, where there is a mapping network; else whatever synthesize takes (z itself,
  /// z beside its class embedding, the picture beside its label planes).
  virtual torch::Tensor map(const torch::Tensor& z, const torch::Tensor& c, const SynthesisControl& control) {
    (void)c;
    (void)control;
    return z;
  }

  /// w → N×C×H×W in `info().range`, not clamped. w: as `map` gives it, or of a hierarchical generator
  /// N×conditionLayers×conditionDim, see `conditionOf`.
  virtual torch::Tensor synthesize(const torch::Tensor& w, const SynthesisControl& control) = 0;

  /// The linear maps by which a latent enters: of each style layer its style's from w, out×wDim, not scaled; without a
  /// mapping network the first layer's from z. Empty: there is none.
  virtual std::vector<torch::Tensor> latentWeights() const { return {}; }

  /// Prepares what follows from the weights. Called once they were filled in and stand on their device; while they are
  /// trained again before each use, gradients asked for. Throws ModelError.
  virtual void finishLoading() {}

 protected:
  /// For `finishLoading`: what shows only once the weights are there.
  GeneratorInfo& editableInfo() { return m_info; }

 private:
  GeneratorInfo m_info;
};

}  // namespace loom::model

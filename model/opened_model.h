// An opened checkpoint with its generator, ready to make pictures. The one door from a file to pixels.
#pragma once

#include "model/chain_layout.h"
#include "model/checkpoint/checkpoint_reader.h"
#include "model/frame.h"
#include "model/generator_info.h"
#include "model/generator_inputs.h"
#include "model/interrupt.h"
#include "model/latent_state.h"
#include "model/model_error.h"
#include "model/synthesis_settings.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace loom::model {

/// The file holds a program (TorchScript) and would have to run it; it was not trusted with that.
class TrustNeeded : public ModelError {
 public:
  using ModelError::ModelError;
};

/// No generator that is known fits the file, and it does not read as a plain stack of layers either.
class UnknownNetwork : public ModelError {
 public:
  UnknownNetwork(const std::string& message, ChainFindings findings)
      : ModelError(message), m_findings(std::move(findings)) {}
  const ChainFindings& findings() const { return m_findings; }

 private:
  ChainFindings m_findings;
};

/// How a file is to be opened.
struct OpenOptions {
  std::string group;   ///< which of several networks in the file, by name; empty: the best that is recognised
  bool trust = false;  ///< a file that holds a program may run it
  std::optional<ChainLayout> layout = {};     ///< its stack of layers, or
  std::filesystem::path layoutFile = {};      ///< the file that tells it; neither: a sidecar, if there is one
  bool asChain = false;  ///< read it as a stack of layers even where a known architecture fits
};

/// How one frame is to be made.
struct RenderOptions {
  Precision precision = Precision::Exact;  ///< Draft: where GeneratorInfo::hasDrafts; elsewhere Exact
  /// Keeps activations for the next frame, which then begins at the first layer that changed; some hundred megabytes.
  bool keepActivations = false;
  /// Gets a coarse picture of at least `coarseResolution` pixels on the way to the whole, where the network has such.
  /// Runs on the thread that renders. Null: not wanted.
  std::function<void(Frame)> coarse = nullptr;
  int coarseResolution = 0;
};

/// Immutable once opened. Its members may be called from any thread; what runs the network takes turns.
class OpenedModel {
 public:
  /// Reads the checkpoint at `path`, recognises the architecture, builds the generator on the compute device and checks
  /// the weights. Throws CheckpointError (file) or ModelError (network).
  static std::shared_ptr<OpenedModel> open(const std::filesystem::path& path, const ReadControl& control = {},
                                           const OpenOptions& options = {});
  ~OpenedModel();

  std::uint64_t id() const;  ///< unique in this process
  const std::filesystem::path& path() const;
  const GeneratorInfo& info() const;
  const std::string& container() const;  ///< e.g. "safetensors", "PyTorch zip"
  const std::string& group() const;      ///< name of the state_dict taken; empty for a bare one
  const std::vector<std::string>& groups() const;  ///< every group that some architecture recognises, best first
  /// Tensors of the file's top level, outside the group, that belong to the network as well.
  const std::vector<std::string>& companions() const;
  const std::vector<std::pair<std::string, std::string>>& metadata() const;
  const std::vector<std::string>& notes() const;
  /// Name and shape of every tensor of the state_dict taken, in file order.
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> tensors() const;

  /// How the stack of layers was read; null where the network is of an architecture of its own.
  const LayoutReading* layout() const;
  /// What keeps `layout` from being this network's, a clause; empty where it fits. `sizes`, where given, gets the size
  /// behind every layer.
  std::string whyNot(const ChainLayout& layout, std::vector<std::string>* sizes = nullptr) const;

  /// What the network gives for `inputs`. Throws ModelError that names the input which is missing, has a wrong shape, or
  /// which this generator does not take.
  GeneratorOutputs generate(const GeneratorInputs& inputs, const SynthesisSettings& settings = {},
                            const Interrupt& interrupt = {}) const;

  /// What `generate` takes for the picture at `state`: one picture, N = 1. `picture`: 1×C×H×W in the network's range, of
  /// an image-to-image generator; null otherwise.
  GeneratorInputs inputsFor(const LatentState& state, const FloatTensor* picture = nullptr,
                            const Interrupt& interrupt = {}) const;

  /// w of each z, not truncated: N×zDim → N×wDim, of a generator with a mapping network; with classes, of class 0.
  /// Throws ModelError.
  FloatTensor mapLatents(const FloatTensor& z) const;

  /// The linear maps that a latent enters the layers by, units×dim: of each style layer from w, without a mapping network
  /// the one of the first layer from z. Empty where the generator has none, or is not asked for them.
  std::vector<FloatTensor> latentWeights() const;

  /// The pictures at `states` as RGBA8 in host memory, each scaled down to at most `side` pixels (0: as it is made) by
  /// averages; a generator with smaller outputs makes the nearest one. Those with equal settings are made together.
  std::vector<Frame> renderSmall(const std::vector<LatentState>& states, int side, const Interrupt& interrupt = {}) const;

  /// The pictures at `states`, of each the same whatever the others are. Small ones are made side by side, each by one of
  /// the processor's threads, which is sooner than all threads at one; others as `render` makes them. To the byte as
  /// `render` has them, except where LibTorch splits a sum among its threads: there by a rounding apart. `interrupt` is
  /// asked from those threads.
  std::vector<Frame> renderEach(const std::vector<LatentState>& states, const Interrupt& interrupt = {},
                                const FloatTensor* picture = nullptr) const;

  /// How many pictures a call of `renderEach` should be given so that no thread stands idle; 1: it makes one by one.
  int sideBySide() const;

  /// The picture at `state` as RGBA8 on the device that made it. `generation` is copied into the frame. `picture` as in
  /// `inputsFor`.
  Frame render(const LatentState& state, std::uint64_t generation = 0, const Interrupt& interrupt = {},
               const FloatTensor* picture = nullptr, const RenderOptions& options = {}) const;

 private:
  struct Parts;
  explicit OpenedModel(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> m_parts;
};

}  // namespace loom::model

// An opened checkpoint with its generator, ready to make pictures. The one door from a file to pixels.
#pragma once

#include "model/checkpoint/checkpoint_reader.h"
#include "model/float_tensor.h"
#include "model/frame.h"
#include "model/generator_info.h"
#include "model/latent_state.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

namespace loom::model {

/// The file was read, but no generator could be made of it; `what()` is a sentence for people that names the file.
class ModelError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Thrown out of a synthesis whose `Interrupt` answered true.
class Interrupted : public std::exception {
 public:
  const char* what() const noexcept override { return "the picture was given up for a newer one"; }
};

/// Asked between layers: true gives the picture up.
using Interrupt = std::function<bool()>;

/// Immutable once opened; `generate` and `render` may be called from any one thread at a time.
class OpenedModel {
 public:
  /// Reads the checkpoint at `path`, recognises the architecture, builds the generator on the compute device and checks
  /// the weights. Throws CheckpointError (file) or ModelError (network). `group` chooses among several state_dicts in
  /// the file by name; empty takes the best that is recognised.
  static std::shared_ptr<OpenedModel> open(const std::filesystem::path& path, const ReadControl& control = {},
                                           const std::string& group = {});
  ~OpenedModel();

  std::uint64_t id() const;  ///< unique in this process
  const std::filesystem::path& path() const;
  const GeneratorInfo& info() const;
  const std::string& container() const;  ///< e.g. "safetensors", "PyTorch zip"
  const std::string& group() const;      ///< name of the state_dict taken; empty for a bare one
  const std::vector<std::pair<std::string, std::string>>& metadata() const;
  const std::vector<std::string>& notes() const;
  /// Name and shape of every tensor of the state_dict taken, in file order.
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> tensors() const;

  /// z: N×zDim. Returns N×C×H×W in the network's own range, not clamped. Throws ModelError on a wrong shape.
  FloatTensor generate(const FloatTensor& z, const Interrupt& interrupt = {}) const;

  /// The picture at `state` as RGBA8 on the device that made it. `generation` is copied into the frame.
  Frame render(const LatentState& state, std::uint64_t generation = 0, const Interrupt& interrupt = {}) const;

 private:
  struct Parts;
  explicit OpenedModel(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> m_parts;
};

}  // namespace loom::model

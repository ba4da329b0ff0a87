// Inputs that are given from outside, for exact comparison with other programs.
#pragma once

#include "model/generator_inputs.h"
#include "model/synthesis_settings.h"

#include <filesystem>
#include <optional>
#include <stop_token>

namespace loom::app {

struct GivenInputs {
  model::GeneratorInputs tensors;
  std::optional<model::Matrix3> transform;

  /// What belongs to picture `index` alone: N = 1.
  model::GeneratorInputs at(std::int64_t index) const;
};

/// The tensors z, ws, y, c, x, transform and w_mean of the safetensors (or other checkpoint) file at `path`, converted to
/// float32. Throws std::runtime_error with a sentence that names the file where it cannot be read, or holds tensors that
/// nobody would use or rows that do not go together. Whether they fit a generator is asked by OpenedModel::generate.
GivenInputs readGivenInputs(const std::filesystem::path& path, const std::stop_token& stop);

}  // namespace loom::app

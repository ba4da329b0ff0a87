#pragma once

#include "model/checkpoint/checkpoint.h"
#include "model/float_tensor.h"

#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace loom::model {

using TextPairs = std::vector<std::pair<std::string, std::string>>;

/// What is to survive when the machine stops at once.
enum class Durability {
  Process,  ///< the file is whole or not there even where the program is killed
  Machine,  ///< also where the power fails: data, then name are synced to the disk, which takes some milliseconds
};

/// Writes `tensors`, each in its own number type, and `metadata` as safetensors: beside the target first, then renamed
/// over it, so that the file is there whole or not at all. Wide numbers come first, so that all of them are aligned.
/// Throws std::runtime_error with a sentence that names the file and the reason.
void writeSafetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                      const TextPairs& metadata = {}, Durability durability = Durability::Process);

/// The same of float32 arrays.
void writeSafetensors(const std::filesystem::path& path,
                      const std::vector<std::pair<std::string, FloatTensor>>& tensors, const TextPairs& metadata = {});

}  // namespace loom::model

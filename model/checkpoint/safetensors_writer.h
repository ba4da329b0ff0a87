#pragma once

#include "model/float_tensor.h"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace loom::model {

/// Writes `tensors` (float32) and `metadata` as safetensors: beside the target first, then renamed over it, so that the
/// file is there whole or not at all. Throws std::runtime_error with a sentence that names the file and the reason.
void writeSafetensors(const std::filesystem::path& path, const std::vector<std::pair<std::string, FloatTensor>>& tensors,
                      const std::vector<std::pair<std::string, std::string>>& metadata = {});

}  // namespace loom::model

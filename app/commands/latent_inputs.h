// Latents that are given from outside, for exact comparison with other programs.
#pragma once

#include "model/float_tensor.h"
#include "model/generator_info.h"

#include <filesystem>
#include <stop_token>

namespace loom::app {

/// The tensor `z`, N×zDim, of the safetensors (or other checkpoint) file at `path`, converted to float32.
/// Throws std::runtime_error with a sentence that names the file where it cannot be read, holds no `z` or tensors
/// beside it that nobody would use, or where z has another shape, no rows, or values that are no numbers.
model::FloatTensor readLatentInputs(const std::filesystem::path& path, const model::GeneratorInfo& info,
                                    const std::stop_token& stop);

}  // namespace loom::app

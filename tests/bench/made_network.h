// Networks with random weights that the figures are of, kept for the next run.
#pragma once

#include "tests/model/style_checkpoints.h"

#include <filesystem>
#include <string>

namespace loom::bench {

/// The checkpoint `file` in `folder`; written as make() gives it where it is not there yet.
template <typename Make>
std::filesystem::path madeNetwork(const std::string& folder, const std::string& file, const Make& make) {
  const std::filesystem::path path = std::filesystem::path(folder) / file;
  if (!std::filesystem::exists(path)) {
    std::filesystem::create_directories(folder);
    const test::RandomNetwork made = make();
    model::writeSafetensors(path, made.tensors, made.metadata);
  }
  return path;
}

}  // namespace loom::bench

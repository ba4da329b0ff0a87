// One reader against any bytes: it may refuse them with a CheckpointError, and nothing else may happen.
#pragma once

#include "model/checkpoint/checkpoint_reader.h"
#include "model/checkpoint/mapped_file.h"

#include <cstdint>

namespace loom::fuzz {

inline model::ReadControl smallLimits() {
  model::ReadControl control;
  control.limits.pickleMemory = 64U << 20U;
  control.limits.seconds = 5.0;
  return control;
}

/// Reads the numbers of every tensor, so that a view beyond the bytes is seen; those that are many times the file are
/// the readers' right, and only looked at in part.
inline void touch(const model::Checkpoint& checkpoint) {
  std::int64_t budget = 1'000'000;
  for (const auto& group : checkpoint.groups) {
    for (const auto& tensor : group.tensors) {
      budget -= tensor.elementCount();
      if (budget < 0) {
        return;
      }
      tensor.toFloat32();
    }
  }
}

/// `read(file, control)` gives a Checkpoint.
template <typename Read>
int fuzz(const std::uint8_t* data, std::size_t size, const Read& read) {
  const auto file = model::MappedFile::view({reinterpret_cast<const std::byte*>(data), size});
  try {
    touch(read(file, smallLimits()));
  } catch (const model::CheckpointError&) {
  }
  return 0;
}

template <typename Reader>
int fuzzReader(const std::uint8_t* data, std::size_t size) {
  return fuzz(data, size, [](const auto& file, const model::ReadControl& control) {
    return model::readWith(Reader(), file, "fuzzed", control);
  });
}

}  // namespace loom::fuzz

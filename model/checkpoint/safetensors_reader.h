#pragma once

#include "model/checkpoint/checkpoint_reader.h"

namespace loom::model {

/// Hugging Face safetensors; told in the .cpp.
class SafetensorsReader : public CheckpointReader {
 public:
  std::string_view container() const override { return "safetensors"; }
  bool recognises(const MappedFile& file) const override;
  void read(Checkpoint& checkpoint, const ReadControl& control) const override;
};

}  // namespace loom::model

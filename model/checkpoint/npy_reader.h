#pragma once

#include "model/checkpoint/checkpoint_reader.h"

namespace loom::model {

/// One array of NumPy (.npy), told in the .cpp: a group with the tensor "array". Not among the readers behind
/// readCheckpoint, since no network is one array: ask for it by readWith.
class NpyReader : public CheckpointReader {
 public:
  std::string_view container() const override { return "NumPy array"; }
  bool recognises(const MappedFile& file) const override;
  void read(Checkpoint& checkpoint, const ReadControl& control) const override;
};

}  // namespace loom::model

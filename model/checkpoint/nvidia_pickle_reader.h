#pragma once

#include "model/checkpoint/checkpoint_reader.h"

namespace loom::model {

/// A pickle that torch.save did not write: NVIDIA's networks, in their PyTorch and their TensorFlow form, and any other
/// pickle with tensors in it. Told in the .cpp.
class NvidiaPickleReader : public CheckpointReader {
 public:
  std::string_view container() const override { return "NVIDIA network pickle"; }
  bool recognises(const MappedFile& file) const override;
  void read(Checkpoint& checkpoint, const ReadControl& control) const override;
};

}  // namespace loom::model

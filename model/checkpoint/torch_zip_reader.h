#pragma once

#include "model/checkpoint/checkpoint_reader.h"

namespace loom::model {

/// What torch.save has written since PyTorch 1.6; told in the .cpp.
class TorchZipReader : public CheckpointReader {
 public:
  std::string_view container() const override { return "PyTorch zip"; }
  bool recognises(const MappedFile& file) const override;
  void read(Checkpoint& checkpoint, const ReadControl& control) const override;
};

}  // namespace loom::model

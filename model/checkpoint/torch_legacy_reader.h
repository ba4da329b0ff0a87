#pragma once

#include "model/checkpoint/checkpoint_reader.h"

namespace loom::model {

/// What torch.save wrote before PyTorch 1.6, and still does when asked to; told in the .cpp.
class TorchLegacyReader : public CheckpointReader {
 public:
  std::string_view container() const override { return "PyTorch legacy"; }
  bool recognises(const MappedFile& file) const override;
  void read(Checkpoint& checkpoint, const ReadControl& control) const override;
};

}  // namespace loom::model

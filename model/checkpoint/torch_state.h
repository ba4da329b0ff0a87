// From the values of a torch pickle to groups of tensors: what the zip and the legacy container share.
#pragma once

#include "model/checkpoint/checkpoint_reader.h"
#include "model/checkpoint/torch_tensor.h"

namespace loom::model {

/// Walks `root` and fills groups, metadata and notes of `checkpoint`. Every dictionary or list that directly holds
/// tensors is a group under its dotted path. NumPy's arrays are tensors, too. Texts that it
/// fills in are valid UTF-8. Objects of other people's classes are walked as the data they are: a note names them.
void collectTensors(const PickleValue& root, const StorageBytes& storage, const ReadControl& control,
                    Checkpoint& checkpoint);

}  // namespace loom::model

// From the values of a torch pickle to groups of tensors: what the zip and the legacy container share.
#pragma once

#include "model/checkpoint/checkpoint_reader.h"
#include "model/checkpoint/torch_tensor.h"

namespace loom::model {

/// What was met on the way.
struct ContentKinds {
  bool hasPersistentObjects = false;
  bool hasTfNetworks = false;
};

/// Walks `root` and fills groups, metadata and notes of `checkpoint`. Every module is a group with all that is in it
/// (module_tree.h), and every other dictionary or list that directly holds tensors is one, under its dotted path.
/// NumPy's arrays are tensors, too. Texts that it fills in are valid UTF-8. Objects of other people's classes are
/// walked as the data they are: a note names them.
ContentKinds collectTensors(const PickleValue& root, const FindStorage& storage, const ReadControl& control,
                            Checkpoint& checkpoint);

}  // namespace loom::model

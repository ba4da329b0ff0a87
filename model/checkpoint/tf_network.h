// Networks of NVIDIA's TensorFlow programs (StyleGAN 1 and 2) as their pickles hold them.
#pragma once

#include "model/checkpoint/module_tree.h"

namespace loom::model {

bool isTfNetwork(const PickleValue& value);

/// The network: tensors named as its variables are, those of its components behind the component's name and a slash
/// ("synthesis/4x4/Const/const"); build_func_name and the arguments that it was made with as attributes. Throws
/// PickleError, Unsupported for versions before 4.
NetworkContent readTfNetwork(const PickleValue& value, const Checkpoint& checkpoint, const ReadControl& control,
                             NetworkBudget& budget);

}  // namespace loom::model

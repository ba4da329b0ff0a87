// NumPy's scalars and arrays as pickles hold them.
#pragma once

#include "model/checkpoint/checkpoint.h"
#include "model/checkpoint/pickle_value.h"

#include <optional>
#include <string>

namespace loom::model {

/// Whether `value` is an array of any kind; readNumpyArray tells whether it can be read.
bool isNumpyArray(const PickleValue& value);

/// The array. Its bytes are views of the file where they lie there as they are; else they are added to
/// `checkpoint.unpacked`. Throws PickleError: Broken, or Unsupported for arrays of objects, of text, of records, and of
/// big-endian numbers. Source: numpy/_core/src/multiarray/methods.c, __reduce__ and __setstate__.
TensorView readNumpyArray(const PickleValue& value, const std::string& name, Checkpoint& checkpoint);

/// A scalar of a plain type as text; nothing for everything else.
std::optional<std::string> numpyScalarText(const PickleValue& value);

/// A short array of at most one dimension as text, "[36, 36]"; nothing for everything else. Of `checkpoint` the file
/// alone is used.
std::optional<std::string> numpyArrayText(const PickleValue& value, const Checkpoint& checkpoint);

}  // namespace loom::model

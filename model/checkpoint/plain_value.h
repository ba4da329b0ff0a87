// Values of a pickle as text: keys, numbers, names, short lists.
#pragma once

#include "model/checkpoint/pickle_value.h"

#include <cstddef>
#include <optional>
#include <string>

namespace loom::model {

/// A key as valid UTF-8, cut to `longest` bytes.
std::string keyText(const PickleValue& key, std::size_t longest);

/// A plain value as text, as Python prints it but for the quotes: "True", "0.0002", "[64, [3, 64.5]]". Nothing for None
/// and for what is not plain: dictionaries, long lists, other people's objects.
std::optional<std::string> plainText(const PickleValue& value);

/// Whether `value` is one value with nothing in it.
bool isScalar(const PickleValue& value);

bool isOrderedDict(const PickleValue& value);

/// The class or function that an object comes from, behind what protocols 0 and 1 put before it
/// (`_reconstructor(class, object, None)`) and what torch.save puts around a module's class; a Global for most.
const PickleValue* makerOf(const PickleValue& object);

/// A class that the legacy container refers to: the PersistentId ('module', class, path of its source, its source).
bool isClassReference(const PickleValue& reference);

}  // namespace loom::model

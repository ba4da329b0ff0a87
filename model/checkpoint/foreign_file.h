#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace loom::model {

/// A clause for people about a file that no reader wants: "it is a web page, …". Told by its first bytes.
std::string whatItIsInstead(std::span<const std::byte> file);

}  // namespace loom::model

// Numbers and strings as protocols 0 and 1 write them: as lines of text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace loom::model {

/// A string in quotes with Python's escapes. Only what repr() of ASCII text can give is understood.
std::string unquotedPickleText(std::string_view line);

/// A whole number of 64 bits; nothing where it is longer. "12" and "12L".
std::optional<std::int64_t> pickleInteger(std::string_view line);

/// Little-endian two's complement bytes of a whole number of any length.
std::string pickleIntegerBytes(std::string_view line);

double pickleReal(std::string_view line);

/// The index of a memo. All of these throw PickleError where the line is something else.
std::uint64_t pickleIndex(std::string_view line);

}  // namespace loom::model

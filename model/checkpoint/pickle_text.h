// Numbers and strings of pickles: as lines of text, which protocols 0 and 1 write, and in orders that are no machine's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace loom::model {

/// A string in quotes with Python's escapes. Only what repr() of ASCII text can give is understood.
std::string unquotedPickleText(std::string_view line);

/// A string without quotes: Latin-1 with \uXXXX and \UXXXXXXXX. The result is UTF-8.
std::string unescapedPickleText(std::string_view line);

/// A whole number of 64 bits; nothing where it is longer. "12" and "12L".
std::optional<std::int64_t> pickleInteger(std::string_view line);

/// Little-endian two's complement bytes of a whole number of any length.
std::string pickleIntegerBytes(std::string_view line);

double pickleReal(std::string_view line);

/// The index of a memo. All of the above throw PickleError where the line is something else.
std::uint64_t pickleIndex(std::string_view line);

/// The bytes that a text holds one per character below U+0100, as `_codecs.encode(text, 'latin1')` gives them; nothing
/// where the text holds others, or is not UTF-8.
std::optional<std::string> latin1Bytes(std::string_view utf8);

/// The shortest text that reads back as `number`, in every locale: "0.0002".
std::string pickleNumberText(double number);

/// Two's complement of at most 8 bytes.
std::int64_t littleEndianInteger(std::string_view bytes);

/// IEEE 754 binary64 of 8 bytes, the highest first.
double bigEndianReal(std::string_view bytes);

}  // namespace loom::model

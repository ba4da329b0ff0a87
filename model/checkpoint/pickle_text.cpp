#include "model/checkpoint/pickle_text.h"

#include "model/checkpoint/pickle_interpreter.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>

namespace loom::model {
namespace {

/// from_chars and not strtod: a desktop's locale may write one half as "0,5".
template <typename T>
std::errc parse(std::string_view line, T& number) {
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
  return error == std::errc() && end != line.data() + line.size() ? std::errc::invalid_argument : error;
}

std::string_view withoutL(std::string_view line) {
  if (line.ends_with('L')) {
    line.remove_suffix(1);
  }
  return line;
}

void appendUtf8(std::string& text, std::uint32_t character) {
  const auto add = [&](std::uint32_t bits) { text += static_cast<char>(static_cast<unsigned char>(bits)); };
  if (character < 0x80) {
    add(character);
    return;
  }
  if (character < 0x800) {
    add(0xc0U | character >> 6U);
  } else {
    if (character < 0x10000) {
      add(0xe0U | character >> 12U);
    } else {
      add(0xf0U | character >> 18U);
      add(0x80U | (character >> 12U & 0x3fU));
    }
    add(0x80U | (character >> 6U & 0x3fU));
  }
  add(0x80U | (character & 0x3fU));
}

}  // namespace

std::string unescapedPickleText(std::string_view line) {
  constexpr std::uint32_t kLastCharacter = 0x10ffff;
  std::string text;
  while (!line.empty()) {
    const std::size_t digits = line.starts_with("\\u") ? 4 : line.starts_with("\\U") ? 8 : 0;
    std::uint32_t character = static_cast<unsigned char>(line.front());
    if (digits != 0) {
      const std::string_view code = line.substr(2, digits);
      const auto [end, error] = std::from_chars(code.data(), code.data() + code.size(), character, 16);
      if (code.size() != digits || error != std::errc() || end != code.data() + digits || character > kLastCharacter) {
        throw PickleError("a string of it has a damaged escape");
      }
    }
    appendUtf8(text, character);
    line.remove_prefix(digits == 0 ? 1 : 2 + digits);
  }
  return text;
}

std::optional<std::string> latin1Bytes(std::string_view utf8) {
  std::string bytes;
  bytes.reserve(utf8.size());
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto first = static_cast<unsigned char>(utf8[i]);
    if (first < 0x80) {
      bytes += utf8[i];
      continue;
    }
    // Two bytes, 110000xx 10xxxxxx, hold U+0080 to U+00FF.
    const auto second = static_cast<unsigned char>(i + 1 < utf8.size() ? utf8[i + 1] : '\0');
    if ((first != 0xc2 && first != 0xc3) || (second & 0xc0U) != 0x80U) {
      return std::nullopt;
    }
    bytes += static_cast<char>(static_cast<unsigned char>((first & 0x03U) << 6U | (second & 0x3fU)));
    ++i;
  }
  return bytes;
}

std::string pickleNumberText(double number) {
  std::array<char, 32> text{};  // not printf: a desktop's locale may write one half as "0,5"
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::general).ptr};
}

std::string unquotedPickleText(std::string_view line) {
  if (line.size() < 2 || (line.front() != '\'' && line.front() != '"') || line.front() != line.back()) {
    throw PickleError("a string of it is not quoted");
  }
  line = line.substr(1, line.size() - 2);
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\' || i + 1 == line.size()) {
      text += line[i];
      continue;
    }
    const char escaped = line[++i];
    if (escaped == 'x' && i + 2 < line.size()) {
      unsigned code = 0;
      std::from_chars(line.data() + i + 1, line.data() + i + 3, code, 16);
      text += static_cast<char>(code);
      i += 2;
    } else {
      text += escaped == 'n' ? '\n' : escaped == 't' ? '\t' : escaped == 'r' ? '\r' : escaped;
    }
  }
  return text;
}

std::optional<std::int64_t> pickleInteger(std::string_view line) {
  std::int64_t number = 0;
  const std::errc error = parse(withoutL(line), number);
  if (error == std::errc::result_out_of_range) {
    return std::nullopt;
  }
  if (error != std::errc()) {
    throw PickleError("a whole number of it is unreadable");
  }
  return number;
}

std::string pickleIntegerBytes(std::string_view line) {
  constexpr std::size_t kMostDigits = 100;  // the work grows with the square of it
  line = withoutL(line);
  const bool negative = line.starts_with('-');
  line.remove_prefix(negative ? 1 : 0);
  if (line.empty() || line.size() > kMostDigits ||
      !std::all_of(line.begin(), line.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    throw PickleError("a whole number of it is unreadable");
  }
  std::string bytes;
  for (const char digit : line) {
    auto carry = static_cast<unsigned>(digit - '0');
    for (char& byte : bytes) {
      carry += 10U * static_cast<std::uint8_t>(byte);
      byte = static_cast<char>(carry & 0xffU);
      carry >>= 8U;
    }
    if (carry) {
      bytes += static_cast<char>(carry);
    }
  }
  bytes += '\0';  // room for the sign
  if (negative) {
    unsigned carry = 1;
    for (char& byte : bytes) {
      carry += static_cast<std::uint8_t>(~static_cast<std::uint8_t>(byte));
      byte = static_cast<char>(carry & 0xffU);
      carry >>= 8U;
    }
  }
  return bytes;
}

double pickleReal(std::string_view line) {
  double number = 0.0;
  const std::errc error = parse(line, number);
  if (error == std::errc::result_out_of_range) {
    return std::nan("");
  }
  if (error != std::errc()) {
    throw PickleError("a number of it is unreadable");
  }
  return number;
}

std::uint64_t pickleIndex(std::string_view line) {
  std::uint64_t index = 0;
  if (parse(line, index) != std::errc()) {
    throw PickleError("a reference of it is unreadable");
  }
  return index;
}

std::int64_t littleEndianInteger(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) {
    number = number << 8U | static_cast<std::uint8_t>(bytes[i]);
  }
  if (!bytes.empty() && bytes.size() < 8 && (static_cast<std::uint8_t>(bytes.back()) & 0x80U)) {
    number |= ~std::uint64_t{0} << (8 * bytes.size());
  }
  return static_cast<std::int64_t>(number);
}

double bigEndianReal(std::string_view bytes) {
  std::uint64_t bits = 0;
  for (const char byte : bytes) {
    bits = bits << 8U | static_cast<std::uint8_t>(byte);
  }
  return std::bit_cast<double>(bits);
}

}  // namespace loom::model

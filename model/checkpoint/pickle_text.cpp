#include "model/checkpoint/pickle_text.h"

#include "model/checkpoint/pickle_interpreter.h"

#include <algorithm>
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

}  // namespace

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

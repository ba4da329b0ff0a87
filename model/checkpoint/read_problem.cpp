#include "model/checkpoint/read_problem.h"

#include <algorithm>
#include <cstdint>

namespace loom::model {
namespace {

/// Bytes of the UTF-8 sequence that `text` begins with; 0 where it begins with none. Table 3-7 of the Unicode standard.
std::size_t sequenceLength(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) {
    return 1;
  }
  const std::size_t length = first >= 0xc2 && first <= 0xdf   ? 2
                             : (first & 0xf0U) == 0xe0        ? 3
                             : first >= 0xf0 && first <= 0xf4 ? 4
                                                              : 0;
  if (length == 0 || length > text.size()) {
    return 0;
  }
  const std::uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const std::uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (byte(1) < low || byte(1) > high) {
    return 0;
  }
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) {
      return 0;
    }
  }
  return length;
}

}  // namespace

std::string fileName(const std::filesystem::path& path) {
  const auto name = path.has_filename() ? path.filename() : path.parent_path().filename();
  return name.empty() ? path.string() : name.string();
}

void refuse(const std::filesystem::path& path, CheckpointError::Kind kind, const std::string& clause) {
  throw CheckpointError(kind, fileName(path) + " cannot be read: " + clause + ".");
}

void refuse(const std::filesystem::path& path, const ReadProblem& problem) {
  refuse(path, problem.kind(), problem.what());
}

std::string validText(std::string_view text, std::size_t longest) {
  constexpr std::string_view kReplacement = "\xef\xbf\xbd";
  std::string valid;
  while (!text.empty()) {
    const std::size_t length = sequenceLength(text);
    const std::string_view part = length ? text.substr(0, length) : kReplacement;
    if (valid.size() + part.size() > longest) {
      break;
    }
    valid += part;
    text.remove_prefix(length ? length : 1);
  }
  return valid;
}

std::string plainName(std::string_view name) {
  constexpr std::size_t kLongest = 80;
  std::string plain = validText(name, kLongest);
  std::replace_if(
      plain.begin(), plain.end(), [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; }, '?');
  return name.size() > kLongest ? plain + "…" : plain;
}

}  // namespace loom::model

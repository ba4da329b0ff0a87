#include "app/export/seed_list.h"

#include <charconv>
#include <limits>

namespace loom::app {
namespace {

std::string quoted(std::string_view text) {
  constexpr std::size_t kShown = 40;
  return "'" + std::string(text.substr(0, kShown)) + (text.size() > kShown ? "…'" : "'");
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::uint32_t seedFrom(std::string_view text) {
  const std::string_view digits = trimmed(text);
  std::uint32_t seed = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seed);
  if (error == std::errc::result_out_of_range) {
    throw SeedListError("seed " + quoted(digits) + " is above " +
                        std::to_string(std::numeric_limits<std::uint32_t>::max()));
  }
  if (error != std::errc() || end != digits.data() + digits.size()) {
    throw SeedListError(quoted(text) + " is not a seed; write numbers and ranges, as in 0-63,70");
  }
  return seed;
}

void append(std::vector<std::uint32_t>& seeds, std::uint32_t first, std::uint32_t last) {
  const std::uint64_t count = std::uint64_t{last} - first + 1;
  if (count > kMostSeeds - seeds.size()) {
    throw SeedListError("these are more than " + std::to_string(kMostSeeds) + " seeds");
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    seeds.push_back(static_cast<std::uint32_t>(first + i));
  }
}

}  // namespace

std::vector<std::uint32_t> seedsFromText(std::string_view text) {
  std::vector<std::uint32_t> seeds;
  for (std::string_view rest = text;;) {
    const auto comma = rest.find(',');
    const std::string_view item = rest.substr(0, comma);
    const auto dash = item.find('-');
    const std::uint32_t first = seedFrom(item.substr(0, dash));
    const std::uint32_t last = dash == std::string_view::npos ? first : seedFrom(item.substr(dash + 1));
    if (last < first) {
      throw SeedListError("the range " + quoted(item) + " runs backwards");
    }
    append(seeds, first, last);
    if (comma == std::string_view::npos) {
      return seeds;
    }
    rest.remove_prefix(comma + 1);
  }
}

std::string seedsToText(const std::vector<std::uint32_t>& seeds) {
  std::string text;
  for (std::size_t i = 0; i < seeds.size();) {
    std::size_t end = i + 1;
    while (end < seeds.size() && seeds[end] - 1 == seeds[end - 1] && seeds[end] != 0) {
      ++end;
    }
    text += text.empty() ? "" : ",";
    text += std::to_string(seeds[i]);
    if (end - i > 1) {
      text += end - i > 2 ? '-' : ',';
      text += std::to_string(seeds[end - 1]);
    }
    i = end;
  }
  return text;
}

}  // namespace loom::app

// Seeds as people write them: "0-63,70".
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace loom::app {

/// The text is no list of seeds; `what()` is a clause that says where it fails, without a full stop.
class SeedListError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A list longer than this is refused: it bounds what a text of ten characters can make us hold.
inline constexpr std::size_t kMostSeeds = 1'000'000;

/// Numbers and rising ranges in [0, 2³²−1], divided by commas; order and repetitions are kept. Throws SeedListError.
std::vector<std::uint32_t> seedsFromText(std::string_view text);

/// The shortest such text, e.g. "0-63,70": `seedsFromText` gives the same list back.
std::string seedsToText(const std::vector<std::uint32_t>& seeds);

}  // namespace loom::app

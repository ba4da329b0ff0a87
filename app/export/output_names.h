// Where pictures go that were asked for at once: one file, a name with a number in it, or a folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace loom::app {

/// The pattern does not do for the pictures; `what()` is a clause for people, without a full stop.
class OutputNameError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One picture's numbers, as they may stand in a name.
struct PictureNumber {
  std::size_t index = 0;              ///< from 0
  std::optional<std::uint32_t> seed;  ///< nothing where the latents came from a file
};

/// The files for `numbers` under the name `pattern`:
///   a folder (there already, or with a slash at the end)    seed0042.png in it, input0000.png without seeds
///   {seed}, {index}                                        the number
///   %d, %04d                                               the seed, or without seeds the index
///   else                                                   the name as it is, which is enough for one picture
/// Throws OutputNameError where two pictures would have one name, or the pattern asks for seeds that are not there.
std::vector<std::filesystem::path> outputNames(const std::string& pattern, const std::vector<PictureNumber>& numbers);

/// Whether `pattern` means a folder that is not there yet; outputNames does not make it.
bool isNewFolder(const std::string& pattern);

}  // namespace loom::app

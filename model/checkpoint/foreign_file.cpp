// What people open by mistake, or what a download left behind instead of the file.
#include "model/checkpoint/foreign_file.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace loom::model {
namespace {

struct Mark {
  std::size_t at;
  std::string_view bytes;
  const char* clause;
};

using namespace std::string_view_literals;

constexpr std::array kMarks{
    Mark{
        0, "version https://git-lfs"sv,
        "it is a pointer of Git LFS, a small text that stands for the file. Fetch the file itself with \"git lfs pull\""},
    Mark{0, "\x89HDF\r\n"sv, "it is an HDF5 file, as Keras writes them. Only PyTorch's weights are opened"},
    Mark{0, "\x93NUMPY"sv, "it is a NumPy array"},
    Mark{0, "GGUF"sv, "it is a GGUF file, which holds language models"},
    Mark{0, "\x1f\x8b"sv, "it is packed with gzip. Unpack it first"},
    Mark{0, "BZh"sv, "it is packed with bzip2. Unpack it first"},
    Mark{0,
         "\xfd"
         "7zXZ"sv,
         "it is packed with xz. Unpack it first"},
    Mark{0, "\x28\xb5\x2f\xfd"sv, "it is packed with zstd. Unpack it first"},
    Mark{0, "7z\xbc\xaf"sv, "it is a 7z archive. Unpack it first"},
    Mark{0, "Rar!"sv, "it is a RAR archive. Unpack it first"},
    Mark{257, "ustar"sv, "it is a tar archive. Unpack it first; if torch.save of PyTorch 0.1 wrote it, save it again"},
    Mark{0, "\x89PNG"sv, "it is a picture"},
    Mark{0, "\xff\xd8\xff"sv, "it is a picture"},
    Mark{0, "GIF8"sv, "it is a picture"},
    Mark{0, "%PDF"sv, "it is a PDF document"},
};

bool beginsWithIgnoringCase(std::string_view text, std::string_view lowerCase) {
  return text.size() >= lowerCase.size() &&
         std::equal(lowerCase.begin(), lowerCase.end(), text.begin(),
                    [](char wanted, char found) { return wanted == std::tolower(static_cast<unsigned char>(found)); });
}

bool isWebPage(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  return beginsWithIgnoringCase(text, "<!doctype html") || beginsWithIgnoringCase(text, "<html");
}

bool isText(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char letter) {
    const auto code = static_cast<unsigned char>(letter);
    return code >= 0x20 || code == '\n' || code == '\r' || code == '\t';
  });
}

}  // namespace

std::string whatItIsInstead(std::span<const std::byte> file) {
  constexpr std::size_t kLookedAt = 512;
  const std::string_view begin(reinterpret_cast<const char*>(file.data()), std::min(file.size(), kLookedAt));
  for (const Mark& mark : kMarks) {
    if (begin.size() >= mark.at && begin.substr(mark.at).starts_with(mark.bytes)) {
      return mark.clause;
    }
  }
  if (isWebPage(begin)) {
    return "it is a web page, perhaps an error message that was saved in the file's place. Download the file again";
  }
  if (isText(begin)) {
    return "it is a text file";
  }
  if (begin.starts_with('\x80')) {
    return "it is a pickle, but torch.save did not write it";
  }
  return "it is neither safetensors nor written by torch.save";
}

}  // namespace loom::model

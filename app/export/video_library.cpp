#include "app/export/video_library.h"

#include "app/export/export_error.h"
#include "model/device/shared_library.h"

#include <array>
#include <system_error>

namespace loom::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFileName = "libloom_video.so";

struct Loaded {
  const VideoInterface* table = nullptr;
  std::string reason;  // a clause where there is none
};

Loaded load() {
  const fs::path folder = model::programFolder();
  for (const fs::path& path : std::array{folder / kFileName, folder / ".." / "lib" / "latent-loom" / kFileName,
                                         folder / ".." / kFileName}) {
    std::error_code ignored;
    if (!fs::is_regular_file(path, ignored)) {
      continue;
    }
    const model::SharedLibrary library = model::SharedLibrary::open(path);
    if (!library.loaded()) {
      return {nullptr, library.error()};
    }
    const auto door = reinterpret_cast<const VideoInterface* (*)()>(library.symbol(kVideoInterfaceSymbol));
    if (door == nullptr || door()->version != kVideoInterfaceVersion) {
      return {nullptr, path.string() + " is of another version than the program"};
    }
    return {door(), {}};
  }
  return {nullptr, std::string(kFileName) + " is missing beside the program"};
}

}  // namespace

const VideoInterface& videoLibrary() {
  static const Loaded loaded = load();
  if (loaded.table == nullptr) {
    throw ExportError("Films need FFmpeg's libraries, which cannot be used here: " + loaded.reason +
                      ". Install FFmpeg's libavcodec, libavformat and libswscale of this system, or write single pictures: a "
                      "name that ends in / makes a folder of PNG.");
  }
  return *loaded.table;
}

}  // namespace loom::app

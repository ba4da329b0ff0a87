#include "app/data/picture_source.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <system_error>

namespace loom::app {
namespace {

namespace fs = std::filesystem;

/// A folder without pictures may be one of idx files: the training part, or the only one.
fs::path idxIn(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code ofEntry;
    const std::string name = entry->path().filename().string();
    if (name.find("idx3") != std::string::npos && entry->is_regular_file(ofEntry) &&
        idxKindOf(entry->path()) == IdxKind::Pictures) {
      found.push_back(entry->path());
    }
  }
  std::sort(found.begin(), found.end());
  for (const fs::path& path : found) {
    if (path.filename().string().starts_with("train")) {
      return path;
    }
  }
  return found.size() == 1 ? found.front() : fs::path();
}

bool isZip(const fs::path& path) {
  std::array<char, 4> head{};
  std::ifstream(path, std::ios::binary).read(head.data(), head.size());
  return head == std::array{'P', 'K', '\3', '\4'} || head == std::array{'P', 'K', '\5', '\6'};
}

}  // namespace

std::unique_ptr<PictureSource> openPictureSource(const fs::path& path, const std::stop_token& stop) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) {
    throw DataError(path.string() + " is not there.");
  }
  if (fs::is_directory(status)) {
    auto folder = openPictureFolder(path, stop);
    if (folder->entries.empty()) {
      if (const fs::path idx = idxIn(path); !idx.empty()) {
        return openIdxPictures(idx, stop);
      }
    }
    return folder;
  }
  if (!fs::is_regular_file(status)) {
    throw DataError(path.string() + " is neither a file nor a folder.");
  }
  if (isZip(path)) {
    return openPictureZip(path, stop);
  }
  switch (idxKindOf(path)) {
    case IdxKind::Pictures: return openIdxPictures(path, stop);
    case IdxKind::Labels:
      throw DataError(path.string() +
                      " holds the labels alone. Open the file of the pictures; the labels are found beside it.");
    case IdxKind::None: break;
  }
  throw DataError(path.string() +
                  " is no data set: it is neither a folder of pictures, a zip of them, nor one of MNIST's idx files.");
}

}  // namespace loom::app

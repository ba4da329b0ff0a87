#include "app/data/encoded_picture.h"
#include "app/data/picture_source.h"

#include <QFile>

#include <set>
#include <system_error>

namespace loom::app {
namespace {

namespace fs = std::filesystem;

constexpr qint64 kLongestFile = qint64{512} << 20;

QByteArray fileBytes(const fs::path& path) {
  QFile file(path);
  if (!file.open(QIODevice::ReadOnly)) {
    throw DataError("it cannot be opened: " + file.errorString().toStdString());
  }
  if (file.size() > kLongestFile) {
    throw DataError("it is larger than any picture");
  }
  QByteArray bytes = file.readAll();
  if (file.error() != QFileDevice::NoError) {
    throw DataError("it cannot be read: " + file.errorString().toStdString());
  }
  return bytes;
}

class PictureFolder : public PictureSource {
 public:
  explicit PictureFolder(fs::path folder) : m_folder(std::move(folder)) { kind = "folder of pictures"; }

  QByteArray bytes(std::size_t index) const override {
    return fileBytes(m_folder / fs::path(std::u8string(entries[index].name.begin(), entries[index].name.end())));
  }

  void find(const std::stop_token& stop) {
    std::error_code error;
    std::set<fs::path> visited{fs::canonical(m_folder, error)};
    fs::recursive_directory_iterator entry(m_folder, fs::directory_options::follow_directory_symlink, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
      if (stop.stop_requested()) {
        throw DataCancelled();
      }
      std::error_code ofEntry;
      const std::u8string last = entry->path().filename().u8string();
      const bool hidden = last.starts_with(u8'.') || last == u8"__MACOSX";
      if (entry->is_directory(ofEntry)) {
        // A link may lead back to where it lies.
        if (hidden || !visited.insert(fs::canonical(entry->path(), ofEntry)).second) {
          entry.disable_recursion_pending();
        }
        continue;
      }
      if (hidden || !entry->is_regular_file(ofEntry)) {
        continue;
      }
      const std::u8string relative = entry->path().lexically_relative(m_folder).generic_u8string();
      std::string name(relative.begin(), relative.end());
      if (hasPictureSuffix(name)) {
        entries.push_back({std::move(name), -1});
      } else {
        ++otherFiles;
      }
    }
    if (error) {
      throw DataError(m_folder.string() + " cannot be read: " + error.message() + ".");
    }
  }

 private:
  fs::path m_folder;
};

}  // namespace

std::unique_ptr<PictureSource> openPictureFolder(const fs::path& path, const std::stop_token& stop) {
  auto folder = std::make_unique<PictureFolder>(path);
  folder->find(stop);
  std::error_code error;
  if (fs::is_regular_file(path / "dataset.json", error)) {
    folder->kind = "NVIDIA dataset (folder)";
    --folder->otherFiles;
    QByteArray json;
    try {
      json = fileBytes(path / "dataset.json");
    } catch (const DataError& problem) {
      throw DataError((path / "dataset.json").string() + ": " + problem.what() + ".");
    }
    classesByDatasetJson(*folder, json, path);
  } else {
    classesByFolder(*folder);
  }
  return folder;
}

}  // namespace loom::app

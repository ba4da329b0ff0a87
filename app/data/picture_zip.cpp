#include "app/data/encoded_picture.h"
#include "app/data/picture_source.h"

#include <zip.h>

#include <algorithm>
#include <mutex>

namespace loom::app {
namespace {

/// What one file within may take unpacked. Zip bombs say more, or say less and are cut off there.
constexpr std::uint64_t kLongestFile = 256U << 20U;
constexpr std::int64_t kMostFiles = 20'000'000;

struct CloseZip {
  void operator()(zip_t* zip) const { zip_discard(zip); }
};
struct CloseFile {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using Handle = std::unique_ptr<zip_t, CloseZip>;

Handle openZip(const std::filesystem::path& path) {
  int code = 0;
  Handle zip(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (!zip) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const std::string reason = zip_error_strerror(&error);
    zip_error_fini(&error);
    throw DataError(path.string() + " cannot be opened as a zip: " + reason + ".");
  }
  return zip;
}

/// Throws a clause.
QByteArray unpacked(zip_t* zip, std::uint64_t index) {
  zip_stat_t status;
  zip_stat_init(&status);
  constexpr zip_uint64_t kNeeded = ZIP_STAT_SIZE;
  if (zip_stat_index(zip, index, 0, &status) != 0 || (status.valid & kNeeded) != kNeeded) {
    throw DataError(std::string("the zip tells nothing of it: ") + zip_strerror(zip));
  }
  if (status.size > kLongestFile) {
    throw DataError("it would take " + std::to_string(status.size >> 20U) + " MiB unpacked, more than any picture");
  }
  const std::unique_ptr<zip_file_t, CloseFile> file(zip_fopen_index(zip, index, 0));
  if (!file) {
    throw DataError(std::string("it cannot be unpacked: ") + zip_strerror(zip));
  }
  QByteArray bytes;
  constexpr qsizetype kChunk = 1 << 20;  // what is there, not what is told, takes memory
  while (static_cast<std::uint64_t>(bytes.size()) < status.size) {
    const qsizetype before = bytes.size();
    const qsizetype wanted = std::min(kChunk, static_cast<qsizetype>(status.size) - before);
    bytes.resize(before + wanted);
    const zip_int64_t got = zip_fread(file.get(), bytes.data() + before, static_cast<zip_uint64_t>(wanted));
    if (got <= 0) {
      throw DataError(got < 0 ? std::string("it cannot be unpacked: ") + zip_file_strerror(file.get())
                              : std::string("it is cut short"));
    }
    bytes.resize(before + static_cast<qsizetype>(got));
  }
  char beyond = 0;  // the checksum is compared at the end
  if (zip_fread(file.get(), &beyond, 1) != 0) {
    throw DataError("its data are damaged");
  }
  return bytes;
}

class PictureZip : public PictureSource {
 public:
  explicit PictureZip(std::filesystem::path path) : m_path(std::move(path)) { kind = "zip of pictures"; }

  /// The text of dataset.json, where there is one.
  std::unique_ptr<QByteArray> find(const std::stop_token& stop) {
    Handle zip = openZip(m_path);
    const zip_int64_t count = zip_get_num_entries(zip.get(), 0);
    if (count > kMostFiles) {
      throw DataError(m_path.string() + " holds " + std::to_string(count) + " files, more than can be looked at.");
    }
    std::vector<std::pair<std::string, std::uint64_t>> found;
    std::unique_ptr<QByteArray> json;
    for (zip_int64_t i = 0; i < count; ++i) {
      if (stop.stop_requested()) {
        throw DataCancelled();
      }
      const char* text = zip_get_name(zip.get(), static_cast<zip_uint64_t>(i), ZIP_FL_ENC_GUESS);
      const std::string name = text ? text : "";
      const std::string last = name.substr(name.rfind('/') + 1);
      if (last.empty() || last.starts_with('.') || name.starts_with("__MACOSX/")) {
        continue;
      }
      if (name == "dataset.json") {
        try {
          json = std::make_unique<QByteArray>(unpacked(zip.get(), static_cast<std::uint64_t>(i)));
        } catch (const DataError& problem) {
          throw DataError(m_path.string() + ": of its dataset.json, " + problem.what() + ".");
        }
      } else if (hasPictureSuffix(name)) {
        found.emplace_back(name, i);
      } else {
        ++otherFiles;
      }
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return naturalLess(a.first, b.first); });
    for (auto& [name, index] : found) {
      entries.push_back({std::move(name), -1});
      m_indices.push_back(index);
    }
    m_handles.push_back(std::move(zip));
    return json;
  }

  QByteArray bytes(std::size_t index) const override {
    Handle zip = borrow();
    QByteArray bytes = unpacked(zip.get(), m_indices[index]);
    const std::lock_guard lock(m_mutex);
    m_handles.push_back(std::move(zip));
    return bytes;
  }

 private:
  /// libzip's handles are for one thread at a time.
  Handle borrow() const {
    {
      const std::lock_guard lock(m_mutex);
      if (!m_handles.empty()) {
        Handle zip = std::move(m_handles.back());
        m_handles.pop_back();
        return zip;
      }
    }
    return openZip(m_path);
  }

  std::filesystem::path m_path;
  std::vector<std::uint64_t> m_indices;  ///< within the zip, by entry
  mutable std::mutex m_mutex;
  mutable std::vector<Handle> m_handles;
};

}  // namespace

std::unique_ptr<PictureSource> openPictureZip(const std::filesystem::path& path, const std::stop_token& stop) {
  auto zip = std::make_unique<PictureZip>(path);
  if (const auto json = zip->find(stop)) {
    zip->kind = "NVIDIA dataset (zip)";
    classesByDatasetJson(*zip, *json, path);
  } else {
    classesByFolder(*zip);
  }
  return zip;
}

}  // namespace loom::app

#include "app/export/file_hash.h"

#include "app/export/export_error.h"

#include <QCryptographicHash>
#include <QFile>

#include <map>
#include <mutex>
#include <system_error>

namespace loom::app {
namespace {

namespace fs = std::filesystem;

constexpr qint64 kChunk = 4 << 20;

/// What tells one state of a file from another without reading it.
struct FileStamp {
  fs::path path;
  std::uintmax_t size = 0;
  fs::file_time_type changed;
  auto operator<=>(const FileStamp&) const = default;
};

[[noreturn]] void fail(const fs::path& path, const std::string& reason) {
  throw ExportError(path.string() + " cannot be read: " + reason + ".");
}

FileStamp stampOf(const fs::path& path) {
  std::error_code error;
  FileStamp stamp;
  stamp.path = fs::canonical(path, error);
  if (!error && !fs::is_regular_file(stamp.path, error)) {
    fail(path, "it is not a regular file");
  }
  if (!error) {
    stamp.size = fs::file_size(stamp.path, error);
  }
  if (!error) {
    stamp.changed = fs::last_write_time(stamp.path, error);
  }
  if (error) {
    fail(path, error.message());
  }
  return stamp;
}

class HashCache {
 public:
  std::optional<std::string> find(const FileStamp& stamp) {
    const std::lock_guard lock(m_mutex);
    const auto it = m_known.find(stamp);
    return it == m_known.end() ? std::nullopt : std::optional(it->second);
  }
  void keep(const FileStamp& stamp, const std::string& hash) {
    const std::lock_guard lock(m_mutex);
    m_known[stamp] = hash;
  }

 private:
  std::mutex m_mutex;
  std::map<FileStamp, std::string> m_known;
};

std::optional<std::string> hashOf(const FileStamp& stamp, const std::stop_token& stop,
                                  const std::function<void(double)>& progress) {
  QFile file(stamp.path);
  if (!file.open(QIODevice::ReadOnly | QIODevice::Unbuffered)) {
    fail(stamp.path, file.errorString().toStdString());
  }
  QCryptographicHash hash(QCryptographicHash::Sha256);
  QByteArray chunk(kChunk, Qt::Uninitialized);
  for (std::uintmax_t done = 0;;) {
    if (stop.stop_requested()) {
      return std::nullopt;
    }
    const qint64 got = file.read(chunk.data(), kChunk);
    if (got < 0) {
      fail(stamp.path, file.errorString().toStdString());
    }
    if (got == 0) {
      return hash.result().toHex().toStdString();
    }
    hash.addData(QByteArray::fromRawData(chunk.constData(), got));
    done += static_cast<std::uintmax_t>(got);
    if (progress) {
      progress(stamp.size ? std::min(1.0, static_cast<double>(done) / static_cast<double>(stamp.size)) : 1.0);
    }
  }
}

}  // namespace

std::optional<std::string> sha256OfFile(const fs::path& path, std::stop_token stop,
                                        const std::function<void(double)>& progress) {
  static HashCache cache;
  const FileStamp stamp = stampOf(path);
  if (auto known = cache.find(stamp)) {
    return known;
  }
  auto hash = hashOf(stamp, stop, progress);
  if (!hash) {
    return std::nullopt;
  }
  if (stampOf(path) != stamp) {
    fail(path, "it changed while it was read");
  }
  cache.keep(stamp, *hash);
  return hash;
}

}  // namespace loom::app

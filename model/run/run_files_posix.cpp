// POSIX: open, flock (of BSD; Linux and macOS have it), ftruncate, fsync.
#include "model/run/run_files.h"

#include "model/checkpoint/disk_sync.h"
#include "model/run_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <cerrno>

#include <system_error>
#include <utility>

namespace loom::model {
namespace {

std::string reasonOf(int error) { return std::generic_category().message(error); }

/// 0, or the error; `done` counts what was written.
int writeAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(fd, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) {
      continue;
    }
    if (done <= 0) {
      return done < 0 ? errno : ENOSPC;
    }
    bytes.remove_prefix(static_cast<std::size_t>(done));
  }
  return 0;
}

std::string holderOf(int fd) {
  char text[20];
  const ssize_t length = ::pread(fd, text, sizeof text, 0);
  std::string digits;
  for (ssize_t i = 0; i < length && text[i] >= '0' && text[i] <= '9'; ++i) {
    digits += text[i];
  }
  return digits;
}

}  // namespace

void cannotWrite(const std::filesystem::path& path, const std::string& reason) {
  throw RunError(path.string() + " cannot be written: " + reason + ".");
}

FolderLock::FolderLock(const std::filesystem::path& lockFile, const std::filesystem::path& folder)
    : m_fd(::open(lockFile.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666)) {
  if (m_fd < 0) {
    cannotWrite(lockFile, reasonOf(errno));
  }
  if (::flock(m_fd, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    const std::string holder = holderOf(m_fd);
    ::close(std::exchange(m_fd, -1));
    if (error != EWOULDBLOCK) {
      throw RunError(lockFile.string() + " cannot be locked: " + reasonOf(error) + ".");
    }
    throw RunError(folder.string() + " is in use: another process " + (holder.empty() ? "" : "(" + holder + ") ") +
                   "writes to it.");
  }
  // For the message above alone, so that a full disk does not matter.
  if (::ftruncate(m_fd, 0) == 0) {
    writeAll(m_fd, std::to_string(processId()) + "\n");
  }
}

FolderLock::~FolderLock() {
  if (m_fd >= 0) {
    ::close(m_fd);
  }
}

AppendedFile::AppendedFile(std::filesystem::path path)
    : m_path(std::move(path)), m_fd(::open(m_path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666)) {
  if (m_fd < 0) {
    cannotWrite(m_path, reasonOf(errno));
  }
}

AppendedFile::~AppendedFile() {
  if (m_fd >= 0) {
    ::close(m_fd);
  }
}

void AppendedFile::append(std::string_view bytes) {
  if (const int error = writeAll(m_fd, bytes)) {
    // A part of a record would end the file for whoever reads it. Should this fail too, readers leave the tail out.
    [[maybe_unused]] const int ignored = ::ftruncate(m_fd, static_cast<off_t>(m_size));
    cannotWrite(m_path, reasonOf(error));
  }
  m_size += bytes.size();
}

void AppendedFile::syncToDisk() {
  if (::fsync(m_fd) != 0 && errno != EINVAL) {
    cannotWrite(m_path, reasonOf(errno));
  }
}

void writeWholeFile(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  std::filesystem::path draft = path;
  draft += ".part";
  const int fd = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) {
    cannotWrite(path, reasonOf(errno));
  }
  int error = writeAll(fd, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (error == 0 && ::fsync(fd) != 0 && errno != EINVAL) {
    error = errno;
  }
  if (::close(fd) != 0 && error == 0) {
    error = errno;
  }
  if (error == 0 && ::rename(draft.c_str(), path.c_str()) != 0) {
    error = errno;
  }
  if (error != 0) {
    ::unlink(draft.c_str());
    cannotWrite(path, reasonOf(error));
  }
  if (const std::error_code problem = syncToDisk(path.parent_path())) {
    cannotWrite(path, problem.message());
  }
}

std::int64_t processId() { return ::getpid(); }

}  // namespace loom::model

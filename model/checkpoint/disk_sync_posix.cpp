// POSIX: fsync.
#include "model/checkpoint/disk_sync.h"

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>

namespace loom::model {

std::error_code syncToDisk(const std::filesystem::path& path) {
  const int fd = ::open(path.empty() ? "." : path.c_str(), O_RDONLY | O_CLOEXEC);
  int problem = fd < 0 || ::fsync(fd) != 0 ? errno : 0;
  if (fd >= 0) {
    ::close(fd);
  }
  if (problem == EINVAL || problem == ENOTSUP) {
    problem = 0;
  }
  return {problem, std::generic_category()};
}

}  // namespace loom::model

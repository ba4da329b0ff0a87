// POSIX: open, fstat, mmap.
#include "model/checkpoint/mapped_file.h"

#include "model/checkpoint/read_problem.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

#include <vector>

namespace loom::model {
namespace {

constexpr std::size_t kCopiedBelow = 32U << 20U;

[[noreturn]] void cannotOpen(const std::filesystem::path& path, const std::string& reason) {
  throw CheckpointError(CheckpointError::Kind::CannotOpen, fileName(path) + " cannot be opened: " + reason);
}

class Descriptor {
 public:
  explicit Descriptor(const std::filesystem::path& path)
      : m_fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    if (m_fd < 0) {
      cannotOpen(path, errno == ENOENT ? "there is no such file (" + path.string() + ")."
                                       : std::strerror(errno) + std::string("."));
    }
  }
  ~Descriptor() { ::close(m_fd); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return m_fd; }

 private:
  int m_fd;
};

class CopiedFile : public MappedFile {
 public:
  CopiedFile(const std::filesystem::path& path, int fd, std::size_t size) : m_copy(size) {
    std::size_t done = 0;
    while (done < size) {
      const ssize_t got = ::read(fd, m_copy.data() + done, size - done);
      if (got < 0 && errno == EINTR) {
        continue;
      }
      if (got < 0) {
        cannotOpen(path, std::strerror(errno) + std::string("."));
      }
      if (got == 0) {
        cannotOpen(path, "it became shorter while it was read. Is another program still writing it?");
      }
      done += static_cast<std::size_t>(got);
    }
    m_bytes = m_copy;
  }

 private:
  std::vector<std::byte> m_copy;
};

class Mapping : public MappedFile {
 public:
  Mapping(const std::filesystem::path& path, int fd, std::size_t size) {
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (address == MAP_FAILED) {
      cannotOpen(path, std::strerror(errno) + std::string("."));
    }
    m_bytes = {static_cast<const std::byte*>(address), size};
  }
  ~Mapping() override { ::munmap(const_cast<std::byte*>(m_bytes.data()), m_bytes.size()); }
};

}  // namespace

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path& path) {
  const Descriptor file(path);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) {
    cannotOpen(path, std::strerror(errno) + std::string("."));
  }
  if (S_ISDIR(status.st_mode)) {
    cannotOpen(path, "it is a folder. Open the checkpoint file inside it.");
  }
  if (!S_ISREG(status.st_mode)) {
    cannotOpen(path, "it is not a regular file.");
  }
  if (status.st_size == 0) {
    cannotOpen(path, "it is empty.");
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size < kCopiedBelow) {
    return std::make_shared<CopiedFile>(path, file.get(), size);
  }
  return std::make_shared<Mapping>(path, file.get(), size);
}

}  // namespace loom::model

// POSIX: open, fstat, mmap.
#include "model/checkpoint/mapped_file.h"

#include "model/checkpoint/read_problem.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>

#include <system_error>
#include <vector>

namespace loom::model {
namespace {

/// Reading this much takes some 10 ms.
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
                                       : std::generic_category().message(errno) + ".");
    }
  }
  ~Descriptor() { ::close(m_fd); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return m_fd; }

 private:
  int m_fd;
};

bool isSameContent(const struct stat& a, const struct stat& b) {
  return a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

class CopiedFile : public MappedFile {
 public:
  CopiedFile(const std::filesystem::path& path, int fd, const struct stat& before)
      : m_copy(static_cast<std::size_t>(before.st_size)) {
    std::size_t done = 0;
    while (done < m_copy.size()) {
      const ssize_t got = ::read(fd, m_copy.data() + done, m_copy.size() - done);
      if (got < 0 && errno == EINTR) {
        continue;
      }
      if (got < 0) {
        cannotOpen(path, std::generic_category().message(errno) + ".");
      }
      if (got == 0) {
        break;  // it became shorter
      }
      done += static_cast<std::size_t>(got);
    }
    struct stat after {};
    if (done < m_copy.size() || ::fstat(fd, &after) != 0 || !isSameContent(before, after)) {
      cannotOpen(path, "it was changed while it was read. Open it again when it is written.");
    }
    m_bytes = m_copy;
  }

 private:
  std::vector<std::byte> m_copy;
};

class View : public MappedFile {
 public:
  explicit View(std::span<const std::byte> bytes) { m_bytes = bytes; }
};

class Mapping : public MappedFile {
 public:
  Mapping(const std::filesystem::path& path, std::unique_ptr<const Descriptor> file, const struct stat& status)
      : m_file(std::move(file)), m_status(status) {
    const auto size = static_cast<std::size_t>(status.st_size);
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, m_file->get(), 0);
    if (address == MAP_FAILED) {
      cannotOpen(path, std::generic_category().message(errno) + ".");
    }
    ::madvise(address, size, MADV_WILLNEED);  // the disk begins at once; a hint, so its answer does not matter
    m_bytes = {static_cast<const std::byte*>(address), size};
  }
  ~Mapping() override { ::munmap(const_cast<std::byte*>(m_bytes.data()), m_bytes.size()); }

  bool changed() const override {
    struct stat now {};
    return ::fstat(m_file->get(), &now) != 0 || !isSameContent(m_status, now);
  }

 private:
  std::unique_ptr<const Descriptor> m_file;
  struct stat m_status;
};

}  // namespace

std::shared_ptr<const MappedFile> MappedFile::view(std::span<const std::byte> bytes) {
  return std::make_shared<View>(bytes);
}

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path& path) {
  auto file = std::make_unique<const Descriptor>(path);
  struct stat status {};
  if (::fstat(file->get(), &status) != 0) {
    cannotOpen(path, std::generic_category().message(errno) + ".");
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
  if (static_cast<std::uintmax_t>(status.st_size) < kCopiedBelow) {
    return std::make_shared<CopiedFile>(path, file->get(), status);
  }
  return std::make_shared<Mapping>(path, std::move(file), status);
}

}  // namespace loom::model

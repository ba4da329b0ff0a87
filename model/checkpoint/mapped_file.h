// A file's bytes, read-only.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace loom::model {

/// Mapped, not read: pages come as they are touched. Small files are read into memory instead, so that they may be
/// overwritten while they are open; a large one that another program shortens while it is read ends this one (the
/// system sends SIGBUS), which is why weights are copied out of the mapping as soon as they are known.
class MappedFile {
 public:
  /// Throws CheckpointError (CannotOpen): missing, a folder, no rights, empty.
  static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path);
  virtual ~MappedFile() = default;

  std::span<const std::byte> bytes() const { return m_bytes; }

 protected:
  std::span<const std::byte> m_bytes;
};

}  // namespace loom::model

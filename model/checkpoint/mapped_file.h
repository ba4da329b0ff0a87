// A file's bytes, read-only.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace loom::model {

/// Mapped, not read: pages come as they are touched. Small files are read into memory instead, so that they may be
/// overwritten while they are open; a large one that another program shortens while it is looked at ends this one (the
/// system sends SIGBUS). So: copy what is needed out of the mapping soon, ask `changed()` behind that, and let go of
/// it.
class MappedFile {
 public:
  /// Throws CheckpointError (CannotOpen): missing, a folder, no rights, empty, changed while it was read.
  static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path);
  /// Bytes that lie in memory already and stay there as long as the result does: nothing is copied.
  static std::shared_ptr<const MappedFile> view(std::span<const std::byte> bytes);
  virtual ~MappedFile() = default;

  std::span<const std::byte> bytes() const { return m_bytes; }

  /// Whether the file on the disk is no longer what was opened: `bytes()` may then be of both.
  virtual bool changed() const { return false; }

 protected:
  std::span<const std::byte> m_bytes;
};

}  // namespace loom::model

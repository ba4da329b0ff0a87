// What a run asks of the file system, beyond standard C++. Everything throws RunError, which names the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace loom::model {

/// Throws RunError "PATH cannot be written: REASON.".
[[noreturn]] void cannotWrite(const std::filesystem::path& path, const std::string& reason);

/// Held by one process at a time; the operating system lets go of it when the process ends, however it ends. The file
/// itself stays and tells who held it last.
class FolderLock {
 public:
  /// Throws RunError at once where another holds it. `folder` is named in the message.
  FolderLock(const std::filesystem::path& lockFile, const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int m_fd = -1;
};

/// A new file that grows.
class AppendedFile {
 public:
  /// Throws RunError where there is one of that name (`exists()` tells beforehand).
  explicit AppendedFile(std::filesystem::path path);
  ~AppendedFile();
  AppendedFile(const AppendedFile&) = delete;
  AppendedFile& operator=(const AppendedFile&) = delete;

  /// All of `bytes` or, with RunError, nothing of them.
  void append(std::string_view bytes);
  void syncToDisk();

 private:
  std::filesystem::path m_path;
  int m_fd = -1;
  std::uint64_t m_size = 0;
};

/// Writes beside the target ("NAME.part"), syncs and renames: the file is there whole or not at all.
void writeWholeFile(const std::filesystem::path& path, std::span<const std::byte> bytes);

std::int64_t processId();

}  // namespace loom::model

// What was written, onto the disk: operating systems keep it in memory for half a minute.
#pragma once

#include <filesystem>
#include <system_error>

namespace loom::model {

/// Returns when the contents of a file, or the names in a folder ("": the current one), are on the disk. A file system
/// that cannot sync folders is no error.
std::error_code syncToDisk(const std::filesystem::path& path);

}  // namespace loom::model

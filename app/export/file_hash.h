// SHA-256 of a file: the name by which a picture remembers its checkpoint.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace loom::app {

/// 64 lower-case hexadecimal digits, or nothing where `stop` was asked for. Reads the file in chunks; `progress`, where
/// given, gets fractions in [0, 1] on the calling thread. The answer is kept by path, size and time of change for as
/// long as the program runs, so that asking again costs nothing. Thread-safe. Throws ExportError where the file cannot
/// be read, or changes while it is read.
std::optional<std::string> sha256OfFile(const std::filesystem::path& path, std::stop_token stop = {},
                                        const std::function<void(double)>& progress = {});

}  // namespace loom::app

// The entries of a zip archive as views of the mapped file. Stored entries only: torch.save compresses nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <stdexcept>
#include <string>

namespace loom::model {

/// A clause that says what is wrong with the archive.
class ZipError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Name → bytes. Throws ZipError where the archive is truncated, says different things in its two places, holds
/// compressed or encrypted entries, names that leave the archive or come twice, entries that overlap, or more than
/// `maxEntries`. Zip64 is understood. Source: APPNOTE.TXT 6.3.10.
std::map<std::string, std::span<const std::byte>> readZipDirectory(std::span<const std::byte> file,
                                                                   std::size_t maxEntries);

}  // namespace loom::model

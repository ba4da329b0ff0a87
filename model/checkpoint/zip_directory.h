// The entries of a zip archive as views of the mapped file. Nothing is unpacked: torch.save compresses nothing.
#pragma once

#include "model/checkpoint/read_problem.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace loom::model {

/// A clause that says what is wrong with the archive.
class ZipError : public ReadProblem {
 public:
  using ReadProblem::ReadProblem;
};

struct ZipDirectory {
  std::map<std::string, std::span<const std::byte>> entries;  ///< name → bytes as they are in the file
  std::vector<std::string> compressed;  ///< the names of those that are compressed: their bytes are as stored
};

/// Throws ZipError where the archive is truncated, says different things in its two places, holds encrypted entries,
/// names that leave the archive or come twice, parts that overlap, or more than `maxEntries`. Compressed entries are
/// told of, so that the caller may first see what kind of archive it is. Zip64 is understood. Checksums are not
/// compared: torch.save may be told to write none. Source: APPNOTE.TXT 6.3.10.
ZipDirectory readZipDirectory(std::span<const std::byte> file, std::size_t maxEntries);

}  // namespace loom::model

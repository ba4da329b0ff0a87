// Zip, read from its end:
//
//   … entries: local header (30 bytes + name + extra), data …
//   central directory: one header (46 bytes + name + extra + comment) for each entry
//   [zip64 end record (56 bytes), zip64 locator (20 bytes)]   where a number does not fit 16 or 32 bits
//   end record (22 bytes + comment)
#include "model/checkpoint/zip_directory.h"

#include "model/checkpoint/byte_cursor.h"

#include <algorithm>
#include <vector>

namespace loom::model {
namespace {

constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::uint32_t kCentralSignature = 0x02014b50;
constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kEnd64Signature = 0x06064b50;
constexpr std::uint32_t kLocator64Signature = 0x07064b50;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kLocatorSize = 20;
constexpr std::uint16_t kZip64Extra = 1;
constexpr std::uint32_t kIn64 = 0xffffffffU;
constexpr std::uint16_t kEncrypted = 1;
constexpr std::uint16_t kSizesFollow = 8;

struct End {
  std::size_t at = 0;  // where the end records begin
  std::uint64_t entries = 0;
  std::uint64_t directorySize = 0;
  std::uint64_t directoryOffset = 0;
};

struct Entry {
  std::string name;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint64_t stored = 0;  // bytes in the file
  std::uint64_t size = 0;    // bytes of the content
  std::uint64_t localOffset = 0;
};

std::size_t findEnd(std::span<const std::byte> file) {
  constexpr std::size_t kLongestComment = 0xffff;
  if (file.size() < kEndSize) {
    throw ZipError("the archive is cut off");
  }
  const std::size_t last = file.size() - kEndSize;
  const std::size_t first = last > kLongestComment ? last - kLongestComment : 0;
  for (std::size_t at = last + 1; at-- > first;) {
    ByteCursor cursor(file, at);
    if (cursor.number<std::uint32_t>() == kEndSignature) {
      ByteCursor comment(file, at + kEndSize - 2);
      if (comment.number<std::uint16_t>() == file.size() - at - kEndSize) {
        return at;
      }
    }
  }
  throw ZipError("the end of the archive is missing; it may not have been copied completely");
}

/// The zip64 end record that `locator` points to. What `classic` tells without being saturated must be the same.
End readEnd64(std::span<const std::byte> file, ByteCursor locator, const End& classic) {
  constexpr std::uint64_t kSmallest = 56;
  constexpr std::uint64_t kIn64Entries = 0xffff;
  locator.number<std::uint32_t>();
  const auto at = locator.number<std::uint64_t>();
  if (at > classic.at || classic.at - at < kLocatorSize + kSmallest) {
    throw ZipError("its zip64 end record is not where it should be");
  }
  ByteCursor cursor(file, static_cast<std::size_t>(at));
  if (cursor.number<std::uint32_t>() != kEnd64Signature) {
    throw ZipError("its zip64 end record is missing");
  }
  cursor.take(8 + 2 + 2 + 4 + 4 + 8);
  End end;
  end.at = static_cast<std::size_t>(at);
  end.entries = cursor.number<std::uint64_t>();
  end.directorySize = cursor.number<std::uint64_t>();
  end.directoryOffset = cursor.number<std::uint64_t>();
  if ((classic.entries != kIn64Entries && classic.entries != end.entries) ||
      (classic.directorySize != kIn64 && classic.directorySize != end.directorySize) ||
      (classic.directoryOffset != kIn64 && classic.directoryOffset != end.directoryOffset)) {
    throw ZipError("its two end records tell different things");
  }
  return end;
}

End readEnd(std::span<const std::byte> file) {
  const std::size_t at = findEnd(file);
  ByteCursor cursor(file, at + 4);
  const auto disk = cursor.number<std::uint16_t>();
  const auto directoryDisk = cursor.number<std::uint16_t>();
  cursor.number<std::uint16_t>();
  End end;
  end.at = at;
  end.entries = cursor.number<std::uint16_t>();
  end.directorySize = cursor.number<std::uint32_t>();
  end.directoryOffset = cursor.number<std::uint32_t>();
  if ((disk != 0 && disk != 0xffff) || (directoryDisk != 0 && directoryDisk != 0xffff)) {
    throw ZipError("the archive is split over several files");
  }
  if (at < kLocatorSize) {
    return end;
  }
  ByteCursor locator(file, at - kLocatorSize);
  if (locator.number<std::uint32_t>() != kLocator64Signature) {
    return end;
  }
  return readEnd64(file, locator, end);
}

/// Sizes and offset of zip64 stand in an extra field, only those that do not fit, in this order.
void readZip64(std::span<const std::byte> extra, Entry& entry) {
  ByteCursor cursor(extra);
  while (cursor.left() >= 4) {
    const auto id = cursor.number<std::uint16_t>();
    ByteCursor field(cursor.take(cursor.number<std::uint16_t>()));
    if (id != kZip64Extra) {
      continue;
    }
    for (std::uint64_t* number : {&entry.size, &entry.stored, &entry.localOffset}) {
      if (*number == kIn64) {
        *number = field.number<std::uint64_t>();
      }
    }
  }
}

Entry readCentral(ByteCursor& cursor) {
  if (cursor.number<std::uint32_t>() != kCentralSignature) {
    throw ZipError("its directory is damaged");
  }
  cursor.take(4);
  Entry entry;
  entry.flags = cursor.number<std::uint16_t>();
  entry.method = cursor.number<std::uint16_t>();
  cursor.take(2 + 2 + 4);
  entry.stored = cursor.number<std::uint32_t>();
  entry.size = cursor.number<std::uint32_t>();
  const auto nameLength = cursor.number<std::uint16_t>();
  const auto extraLength = cursor.number<std::uint16_t>();
  const auto commentLength = cursor.number<std::uint16_t>();
  cursor.take(2 + 2 + 4);
  entry.localOffset = cursor.number<std::uint32_t>();
  entry.name = cursor.takeText(nameLength);
  readZip64(cursor.take(extraLength), entry);
  cursor.take(commentLength);
  return entry;
}

void checkEntry(const Entry& entry) {
  if (entry.name.empty() || entry.name.front() == '/' || entry.name.find('\\') != std::string::npos ||
      entry.name.find('\0') != std::string::npos || ("/" + entry.name + "/").find("/../") != std::string::npos) {
    throw ZipError("an entry has a name that leads out of the archive: " + plainName(entry.name));
  }
  if (entry.flags & kEncrypted) {
    throw ZipError(plainName(entry.name) + " is encrypted", CheckpointError::Kind::Unsupported);
  }
  if (entry.method == 0 && entry.stored != entry.size) {
    throw ZipError(plainName(entry.name) + " is stored but has two sizes");
  }
}

/// The entry's bytes, behind its local header, which must tell the same name.
std::span<const std::byte> locate(std::span<const std::byte> file, const Entry& entry) {
  if (entry.localOffset > file.size()) {
    throw ZipError(plainName(entry.name) + " lies beyond the end of the file");
  }
  ByteCursor cursor(file, static_cast<std::size_t>(entry.localOffset));
  if (cursor.number<std::uint32_t>() != kLocalSignature) {
    throw ZipError(plainName(entry.name) + " does not begin where the directory says");
  }
  cursor.take(2);
  const auto flags = cursor.number<std::uint16_t>();
  const auto method = cursor.number<std::uint16_t>();
  cursor.take(2 + 2 + 4);
  Entry local;
  local.stored = cursor.number<std::uint32_t>();
  local.size = cursor.number<std::uint32_t>();
  const auto nameLength = cursor.number<std::uint16_t>();
  const auto extraLength = cursor.number<std::uint16_t>();
  const auto name = cursor.takeText(nameLength);
  readZip64(cursor.take(extraLength), local);
  const bool sizesFollow = flags & kSizesFollow;  // and stand here as zero, or as they will be
  const bool sameSizes = local.stored == entry.stored && local.size == entry.size;
  if (name != entry.name || method != entry.method || (flags & kEncrypted) || !(sameSizes || sizesFollow)) {
    throw ZipError(plainName(entry.name) + " is told differently in the archive's two places");
  }
  return cursor.take(entry.stored);
}

}  // namespace

ZipDirectory readZipDirectory(std::span<const std::byte> file, std::size_t maxEntries) {
  ZipDirectory found;
  std::vector<std::pair<std::size_t, std::size_t>> extents;
  try {
    const End end = readEnd(file);
    if (end.entries > maxEntries) {
      throw ZipError("it has more entries than any real checkpoint", CheckpointError::Kind::Limit);
    }
    if (end.directoryOffset > end.at || end.directorySize > end.at - end.directoryOffset) {
      throw ZipError("its directory is not where it should be");
    }
    ByteCursor directory(
        file.subspan(static_cast<std::size_t>(end.directoryOffset), static_cast<std::size_t>(end.directorySize)));
    extents.emplace_back(static_cast<std::size_t>(end.directoryOffset), file.size());
    for (std::uint64_t i = 0; i < end.entries; ++i) {
      const Entry entry = readCentral(directory);
      checkEntry(entry);
      const auto content = locate(file, entry);
      if (entry.method != 0) {
        found.compressed.push_back(entry.name);
      }
      if (!found.entries.emplace(entry.name, content).second) {
        throw ZipError(plainName(entry.name) + " is there twice");
      }
      const auto begin = static_cast<std::size_t>(content.data() - file.data());
      extents.emplace_back(static_cast<std::size_t>(entry.localOffset), begin + content.size());
    }
    if (directory.left() != 0) {
      throw ZipError("its directory has more entries than it says");
    }
  } catch (const OutOfBytes& error) {
    throw ZipError(error.what());
  }
  std::sort(extents.begin(), extents.end());
  for (std::size_t i = 1; i < extents.size(); ++i) {
    if (extents[i].first < extents[i - 1].second) {
      throw ZipError("two of its parts overlap");
    }
  }
  return found;
}

}  // namespace loom::model

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

struct End {
  std::uint64_t entries = 0;
  std::uint64_t directorySize = 0;
  std::uint64_t directoryOffset = 0;
};

struct Entry {
  std::string name;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint64_t stored = 0;    // bytes in the file
  std::uint64_t size = 0;      // bytes of the content
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

End readEnd(std::span<const std::byte> file) {
  const std::size_t at = findEnd(file);
  ByteCursor cursor(file, at + 4);
  const auto disk = cursor.number<std::uint16_t>();
  const auto directoryDisk = cursor.number<std::uint16_t>();
  cursor.number<std::uint16_t>();
  End end;
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
  locator.number<std::uint32_t>();
  const auto end64At = locator.number<std::uint64_t>();
  if (end64At > file.size()) {
    throw ZipError("its zip64 end record lies beyond the file");
  }
  ByteCursor end64(file, static_cast<std::size_t>(end64At));
  if (end64.number<std::uint32_t>() != kEnd64Signature) {
    throw ZipError("its zip64 end record is missing");
  }
  end64.take(8 + 2 + 2 + 4 + 4 + 8);
  end.entries = end64.number<std::uint64_t>();
  end.directorySize = end64.number<std::uint64_t>();
  end.directoryOffset = end64.number<std::uint64_t>();
  return end;
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
  constexpr std::uint16_t kEncrypted = 1;
  if (entry.name.empty() || entry.name.front() == '/' || entry.name.find('\\') != std::string::npos ||
      entry.name.find('\0') != std::string::npos || ("/" + entry.name + "/").find("/../") != std::string::npos) {
    throw ZipError("an entry has a name that leads out of the archive");
  }
  if (entry.flags & kEncrypted) {
    throw ZipError(entry.name + " is encrypted");
  }
  if (entry.method != 0) {
    throw ZipError(entry.name + " is compressed, which torch.save never does");
  }
  if (entry.stored != entry.size) {
    throw ZipError(entry.name + " is stored but has two sizes");
  }
}

/// The entry's bytes, behind its local header, which must tell the same name.
std::span<const std::byte> locate(std::span<const std::byte> file, const Entry& entry) {
  if (entry.localOffset > file.size()) {
    throw ZipError(entry.name + " lies beyond the end of the file");
  }
  ByteCursor cursor(file, static_cast<std::size_t>(entry.localOffset));
  if (cursor.number<std::uint32_t>() != kLocalSignature) {
    throw ZipError(entry.name + " does not begin where the directory says");
  }
  cursor.take(2);
  const auto flags = cursor.number<std::uint16_t>();
  const auto method = cursor.number<std::uint16_t>();
  cursor.take(2 + 2 + 4 + 4 + 4);
  const auto nameLength = cursor.number<std::uint16_t>();
  const auto extraLength = cursor.number<std::uint16_t>();
  if (cursor.takeText(nameLength) != entry.name || method != entry.method || (flags & 1U) != (entry.flags & 1U)) {
    throw ZipError(entry.name + " is told differently in the archive's two places");
  }
  cursor.take(extraLength);
  return cursor.take(entry.size);
}

}  // namespace

std::map<std::string, std::span<const std::byte>> readZipDirectory(std::span<const std::byte> file,
                                                                   std::size_t maxEntries) {
  std::map<std::string, std::span<const std::byte>> entries;
  std::vector<std::pair<std::size_t, std::size_t>> extents;
  try {
    const End end = readEnd(file);
    if (end.entries > maxEntries) {
      throw ZipError("it has more entries than any real checkpoint");
    }
    if (end.directoryOffset > file.size()) {
      throw ZipError("its directory lies beyond the end of the file");
    }
    ByteCursor directory(ByteCursor(file, static_cast<std::size_t>(end.directoryOffset)).take(end.directorySize));
    for (std::uint64_t i = 0; i < end.entries; ++i) {
      const Entry entry = readCentral(directory);
      checkEntry(entry);
      const auto content = locate(file, entry);
      if (!entries.emplace(entry.name, content).second) {
        throw ZipError(entry.name + " is there twice");
      }
      const auto begin = static_cast<std::size_t>(content.data() - file.data());
      extents.emplace_back(static_cast<std::size_t>(entry.localOffset), begin + content.size());
    }
  } catch (const OutOfBytes& error) {
    throw ZipError(error.what());
  }
  std::sort(extents.begin(), extents.end());
  for (std::size_t i = 1; i < extents.size(); ++i) {
    if (extents[i].first < extents[i - 1].second) {
      throw ZipError("two entries overlap");
    }
  }
  return entries;
}

}  // namespace loom::model

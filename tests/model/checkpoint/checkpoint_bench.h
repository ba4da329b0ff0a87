// What the tests of the readers share: files made in memory, and the one door opened on them.
#pragma once

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wrestrict"  // GCC 12 warns falsely of "text" + std::string (its bug 105651)
#endif

#include "model/checkpoint/checkpoint_reader.h"

#include <QByteArray>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loom::test {

using Kind = model::CheckpointError::Kind;

/// What opening gave: a checkpoint, or a kind of error and its sentence. Neither: something else was thrown.
struct Outcome {
  std::optional<model::Checkpoint> checkpoint;
  std::optional<Kind> refusal;
  std::string message;

  bool refusedAs(Kind kind) const { return refusal == kind; }
  bool says(std::string_view part) const { return message.find(part) != std::string::npos; }
};

inline Outcome openPath(const std::filesystem::path& path, const model::ReadControl& control = {}) {
  Outcome outcome;
  try {
    outcome.checkpoint = model::readCheckpoint(path, control);
  } catch (const model::CheckpointError& error) {
    outcome.refusal = error.kind();
    outcome.message = error.what();
  } catch (const std::exception& error) {
    outcome.message = std::string("not a CheckpointError: ") + error.what();
  }
  return outcome;
}

/// Writes `bytes` to a file of that name and opens it.
inline Outcome openBytes(const std::string& bytes, const std::string& name = "case.pth",
                         const model::ReadControl& control = {}) {
  // In memory where there is such a folder: the tests write ten thousands of files, which some disks take minutes for.
  static const QTemporaryDir kFolder(QFileInfo("/dev/shm").isWritable() ? QStringLiteral("/dev/shm/loom-test-XXXXXX")
                                                                        : QDir::tempPath() + "/loom-test-XXXXXX");
  const QString path = kFolder.filePath(QString::fromStdString(name));
  QFile file(path);
  if (!file.open(QIODevice::WriteOnly) ||
      file.write(bytes.data(), static_cast<qint64>(bytes.size())) != static_cast<qint64>(bytes.size())) {
    qFatal("the test cannot write %s", qPrintable(path));
  }
  file.close();
  return openPath(path.toStdString(), control);
}

inline std::filesystem::path dataFile(const std::string& name) {
  return std::filesystem::path(LOOM_TEST_DATA) / "checkpoints" / name;
}

inline std::string bytesOf(const std::filesystem::path& path) {
  QFile file(QString::fromStdString(path.string()));
  if (!file.open(QIODevice::ReadOnly)) {
    qFatal("the test cannot read %s", path.c_str());
  }
  return file.readAll().toStdString();
}

inline const model::TensorView* tensorNamed(const model::Checkpoint& checkpoint, const std::string& group,
                                            const std::string& name) {
  for (const auto& candidate : checkpoint.groups) {
    for (const auto& tensor : candidate.tensors) {
      if (candidate.name == group && tensor.name == name) {
        return &tensor;
      }
    }
  }
  return nullptr;
}

/// What the metadata tell of `key`; "(nothing)" where it is not there.
inline std::string told(const model::Checkpoint& checkpoint, const std::string& key) {
  for (const auto& [name, value] : checkpoint.metadata) {
    if (name == key) {
      return value;
    }
  }
  return "(nothing)";
}

/// Little-endian bytes.
template <typename T>
std::string le(T number) {
  std::string bytes(sizeof number, '\0');
  std::memcpy(bytes.data(), &number, sizeof number);
  return bytes;
}

// --- pickles: each function gives the opcodes of one value ---

inline const std::string kProto2("\x80\x02", 2);

inline std::string text(const std::string& value) { return "X" + le(static_cast<std::uint32_t>(value.size())) + value; }
inline std::string integer(std::int64_t value) { return std::string("\x8a\x08", 2) + le(value); }
inline std::string global(const std::string& module, const std::string& name) {
  return "c" + module + "\n" + name + "\n";
}
inline std::string tuple(const std::vector<std::string>& items) {
  std::string all = "(";
  for (const auto& item : items) {
    all += item;
  }
  return all + "t";
}
inline std::string call(const std::string& callable, const std::vector<std::string>& args) {
  return callable + tuple(args) + "R";
}
inline std::string dict(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string all = "}(";
  for (const auto& [key, value] : pairs) {
    all += text(key) + value;
  }
  return all + "u";
}
inline std::string integers(const std::vector<std::int64_t>& numbers) {
  std::vector<std::string> items;
  for (const auto number : numbers) {
    items.push_back(integer(number));
  }
  return tuple(items);
}

/// A tensor as torch.save writes it.
struct TensorClaim {
  std::vector<std::int64_t> shape{2};
  std::vector<std::int64_t> strides{1};
  std::int64_t offset = 0;
  std::int64_t elements = 2;  // of the storage
  std::string key = "0";
  std::string storage = "FloatStorage";
};

inline std::string storageId(const TensorClaim& claim) {
  return tuple(
             {text("storage"), global("torch", claim.storage), text(claim.key), text("cpu"), integer(claim.elements)}) +
         "Q";
}

inline std::string tensor(const TensorClaim& claim = {}) {
  return call(global("torch._utils", "_rebuild_tensor_v2"),
              {storageId(claim), integer(claim.offset), integers(claim.shape), integers(claim.strides), "\x89", "N"});
}

inline std::string pickle(const std::string& value) { return kProto2 + value + "."; }

// --- zip ---

/// One entry and the lies that its headers tell about it.
struct ZipEntry {
  std::string name;
  std::string content;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::optional<std::string> localName = {};
  std::optional<std::uint16_t> localMethod = {};
  std::optional<std::uint32_t> localSize = {};
  std::optional<std::uint32_t> stored = {};  // in the directory
  std::optional<std::uint32_t> size = {};    // in the directory
  std::optional<std::uint32_t> offset = {};  // in the directory
  std::string extra = {};                    // in the directory
};

struct Zip64Claim {
  std::uint64_t entries = 0;
  std::uint64_t directorySize = 0;
  std::uint64_t directoryOffset = 0;
  std::optional<std::uint64_t> at = {};
};

struct ZipLies {
  std::optional<std::uint16_t> entries = {};
  std::optional<std::uint32_t> directorySize = {};
  std::optional<std::uint32_t> directoryOffset = {};
  std::uint16_t disk = 0;
  bool zip64 = false;  // true: an honest zip64 end, unless zip64Claim lies
  std::optional<Zip64Claim> zip64Claim = {};
};

inline std::string zip(const std::vector<ZipEntry>& entries, const ZipLies& lies = {}) {
  const auto u16 = [](std::size_t n) { return le(static_cast<std::uint16_t>(n)); };
  const auto u32 = [](std::size_t n) { return le(static_cast<std::uint32_t>(n)); };
  std::string file;
  std::string directory;
  for (const ZipEntry& entry : entries) {
    const std::string& localName = entry.localName ? *entry.localName : entry.name;
    const std::size_t at = file.size();
    const std::size_t localSize = entry.localSize.value_or(static_cast<std::uint32_t>(entry.content.size()));
    file += "PK\x03\x04" + u16(20) + u16(entry.flags) + u16(entry.localMethod.value_or(entry.method)) + u32(0) +
            u32(0) + u32(localSize) + u32(localSize) + u16(localName.size()) + u16(0) + localName + entry.content;
    const std::size_t size = entry.content.size();
    directory += "PK\x01\x02" + u16(20) + u16(20) + u16(entry.flags) + u16(entry.method) + u32(0) + u32(0) +
                 u32(entry.stored ? *entry.stored : size) + u32(entry.size ? *entry.size : size) +
                 u16(entry.name.size()) + u16(entry.extra.size()) + u16(0) + u16(0) + u16(0) + u32(0) +
                 u32(entry.offset ? *entry.offset : at) + entry.name + entry.extra;
  }
  const std::size_t directoryAt = file.size();
  file += directory;
  if (lies.zip64 || lies.zip64Claim) {
    const std::size_t at = file.size();
    const Zip64Claim claim = lies.zip64Claim.value_or(Zip64Claim{entries.size(), directory.size(), directoryAt, {}});
    file += "PK\x06\x06" + le(std::uint64_t{44}) + u16(45) + u16(45) + u32(0) + u32(0) + le(claim.entries) +
            le(claim.entries) + le(claim.directorySize) + le(claim.directoryOffset);
    file += "PK\x06\x07" + u32(0) + le(claim.at.value_or(at)) + u32(1);
  }
  const std::uint16_t count = lies.entries.value_or(static_cast<std::uint16_t>(entries.size()));
  return file + "PK\x05\x06" + u16(lies.disk) + u16(0) + u16(count) + u16(count) +
         u32(lies.directorySize ? *lies.directorySize : directory.size()) +
         u32(lies.directoryOffset ? *lies.directoryOffset : directoryAt) + u16(0);
}

/// A torch.save archive of one pickle and one storage of two floats, 1 and 2.
inline std::string torchZip(const std::string& pickleBytes, const std::vector<ZipEntry>& more = {}) {
  std::vector<ZipEntry> entries{
      {"a/data.pkl", pickleBytes}, {"a/byteorder", "little"}, {"a/data/0", le(1.0F) + le(2.0F)}};
  entries.insert(entries.end(), more.begin(), more.end());
  return zip(entries);
}

// --- the legacy container ---

struct LegacyClaim {
  std::string magic = std::string("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 12);
  std::int64_t protocol = 1001;
  std::string littleEndian = "\x88";
  std::string object = dict({{"w", tensor()}});
  std::string keys = "](" + text("0") + "e";
  std::string storages = le(std::int64_t{2}) + le(1.0F) + le(2.0F);
};

inline std::string legacy(const LegacyClaim& claim = {}) {
  return pickle(claim.magic) + pickle(integer(claim.protocol)) +
         pickle(dict({{"little_endian", claim.littleEndian}, {"protocol_version", integer(1001)}})) +
         pickle(claim.object) + pickle(claim.keys) + claim.storages;
}

// --- plain pickles, as NVIDIA writes them ---

inline std::string bytes(const std::string& value) { return "B" + le(static_cast<std::uint32_t>(value.size())) + value; }

/// A tensor whose storage is the stream of torch.save in `stream`: two floats.
inline std::string tensorInBytes(const std::string& stream) {
  return call(global("torch._utils", "_rebuild_tensor_v2"),
              {call(global("torch.storage", "_load_from_bytes"), {bytes(stream)}), integer(0), integers({2}),
               integers({1}), "\x89", "N"});
}

/// What torch.save writes for a storage alone: 1 and 2.
inline std::string storageStream() { return legacy({.object = storageId({})}); }

// --- safetensors ---

inline std::string safetensors(const std::string& header, const std::string& data = {}) {
  return le(static_cast<std::uint64_t>(header.size())) + header + data;
}

}  // namespace loom::test

#define VERIFY_REFUSED(outcome, expectedKind, part)                                                          \
  do {                                                                                                       \
    const auto& result = (outcome);                                                                          \
    QVERIFY2(!result.checkpoint, "it was opened");                                                           \
    QVERIFY2(result.refusal.has_value(), result.message.c_str());                                            \
    QVERIFY2(result.refusedAs(expectedKind),                                                                 \
             ("kind " + std::to_string(static_cast<int>(*result.refusal)) + ": " + result.message).c_str()); \
    QVERIFY2(result.says(part), result.message.c_str());                                                     \
    QVERIFY2(result.message.ends_with('.'), result.message.c_str());                                         \
  } while (false)

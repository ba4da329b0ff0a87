#include "app/export/xmp_in_video.h"

#include "app/export/export_error.h"
#include "app/export/write_whole.h"

#include <QByteArray>
#include <QFile>
#include <QtEndian>

namespace loom::app {
namespace {

constexpr qint64 kLargestXmp = 64 << 20;
constexpr int kMostBoxes = 10'000;
constexpr int kMostBlocks = 10'000;
const QByteArray kXmpBox = QByteArray::fromHex("BE7ACFCB97A942E89C71999491E3AFAC");
constexpr const char* kXmpInGif = "XMP DataXMP";
constexpr int kGifHead = 13;

[[noreturn]] void fail(const std::string& reason) { throw ExportError(reason); }

void open(QFile& file, QIODevice::OpenMode mode) {
  if (!file.open(mode)) {
    fail(file.errorString().toStdString());
  }
}

QByteArray needed(QFile& file, qint64 count) {
  QByteArray bytes = file.read(count);
  if (bytes.size() != count) {
    fail("it ends too early");
  }
  return bytes;
}

/// Behind sub-blocks of up to 255 bytes each comes an empty one.
void skipSubBlocks(QFile& file) {
  while (true) {
    const auto size = static_cast<uchar>(needed(file, 1)[0]);
    if (size == 0) {
      return;
    }
    if (!file.seek(file.pos() + size)) {
      fail("it ends too early");
    }
  }
}

QByteArray inSubBlocks(const std::string& text) {
  constexpr std::size_t kLongest = 255;
  QByteArray bytes;
  for (std::size_t i = 0; i < text.size(); i += kLongest) {
    const std::string part = text.substr(i, kLongest);
    bytes += static_cast<char>(part.size());
    bytes += QByteArray::fromStdString(part);
  }
  return bytes + '\0';
}

/// XMP's trick: readers that take the packet for sub-blocks end in one of these bytes, whichever it is, at the last one.
QByteArray magicTrailer() {
  QByteArray bytes(1, '\x01');
  for (int value = 255; value >= 0; --value) {
    bytes += static_cast<char>(value);
  }
  return bytes + '\0';
}

/// Goes through the blocks before the first picture. Leaves the file at the block that the search ends with: the picture, or
/// what is told to it. `application` gets each application extension's name with the file behind it; true ends the search.
template <typename Application>
void walkGif(QFile& file, const Application& application) {
  const QByteArray head = needed(file, kGifHead);
  if (!head.startsWith("GIF8")) {
    fail("it is no GIF");
  }
  const int flags = static_cast<uchar>(head[10]);
  if ((flags & 0x80) != 0) {
    file.seek(kGifHead + 3LL * (2 << (flags & 7)));
  }
  for (int blocks = 0; blocks < kMostBlocks; ++blocks) {
    const qint64 start = file.pos();
    const QByteArray mark = needed(file, 2);
    constexpr char kExtension = '\x21';
    constexpr char kApplication = '\xFF';
    constexpr char kGraphicControl = '\xF9';  // belongs to the picture behind it
    if (mark[0] != kExtension || mark[1] == kGraphicControl) {
      file.seek(start);
      return;
    }
    if (mark[1] == kApplication) {
      const QByteArray name = needed(file, static_cast<uchar>(needed(file, 1)[0]));
      if (application(name)) {
        return;
      }
    }
    skipSubBlocks(file);
  }
  fail("it has more blocks before its first picture than any that is written");
}

/// `in`, which is the file at `path`, with `bytes` at `place`.
void insertAt(QFile& in, const std::filesystem::path& path, qint64 place, const QByteArray& bytes) {
  const std::filesystem::path made = path.string() + ".xmp";
  QFile out(made);
  open(out, QIODevice::WriteOnly | QIODevice::Unbuffered);
  in.seek(0);
  writeWhole(out, needed(in, place));
  writeWhole(out, bytes);
  constexpr qint64 kChunk = 1 << 20;
  while (!in.atEnd()) {
    writeWhole(out, in.read(kChunk));
  }
  out.close();
  std::error_code error;
  std::filesystem::rename(made, path, error);
  if (error) {
    fail(error.message());
  }
}

QByteArray bigEndian(quint32 value) {
  QByteArray bytes(4, '\0');
  qToBigEndian(value, bytes.data());
  return bytes;
}

}  // namespace

void appendXmpToMp4(const std::filesystem::path& path, const std::string& xmp) {
  QFile file(path);
  open(file, QIODevice::WriteOnly | QIODevice::Append | QIODevice::Unbuffered);
  const auto size = static_cast<quint32>(8 + kXmpBox.size() + static_cast<qsizetype>(xmp.size()));
  writeWhole(file, bigEndian(size) + "uuid" + kXmpBox + QByteArray::fromStdString(xmp));
}

std::optional<std::string> xmpOfMp4(const std::filesystem::path& path) {
  QFile file(path);
  open(file, QIODevice::ReadOnly);
  for (int boxes = 0; boxes < kMostBoxes && !file.atEnd(); ++boxes) {
    const qint64 start = file.pos();
    const QByteArray head = needed(file, 8);
    quint64 size = qFromBigEndian<quint32>(head.constData());
    if (size == 1) {
      size = qFromBigEndian<quint64>(needed(file, 8).constData());
    } else if (size == 0) {
      size = static_cast<quint64>(file.size() - start);
    }
    const qint64 inside = file.pos();
    if (size < static_cast<quint64>(inside - start) || size > static_cast<quint64>(file.size() - start)) {
      fail("a box in it ends behind the file");
    }
    const qint64 end = start + static_cast<qint64>(size);
    if (head.mid(4) == "uuid" && end - inside >= kXmpBox.size() && needed(file, kXmpBox.size()) == kXmpBox) {
      if (end - file.pos() > kLargestXmp) {
        fail("its metadata are larger than any that are written");
      }
      return needed(file, end - file.pos()).toStdString();
    }
    file.seek(end);
  }
  return std::nullopt;
}

void insertXmpIntoGif(const std::filesystem::path& path, const std::string& comment, const std::string& xmp) {
  QFile in(path);
  open(in, QIODevice::ReadOnly);
  walkGif(in, [](const QByteArray&) { return false; });
  const qint64 place = in.pos();
  insertAt(in, path, place,
           QByteArray("\x21\xFE", 2) + inSubBlocks(comment) + QByteArray("\x21\xFF\x0B", 3) + kXmpInGif +
               QByteArray::fromStdString(xmp) + magicTrailer());
}

std::optional<std::string> xmpOfGif(const std::filesystem::path& path) {
  QFile file(path);
  open(file, QIODevice::ReadOnly);
  std::optional<std::string> found;
  walkGif(file, [&](const QByteArray& name) {
    if (name != kXmpInGif) {
      return false;
    }
    const qint64 start = file.pos();
    skipSubBlocks(file);
    const qint64 size = file.pos() - start - magicTrailer().size();
    if (size < 0 || size > kLargestXmp) {
      fail("its metadata have no proper end");
    }
    file.seek(start);
    found = needed(file, size).toStdString();
    return true;
  });
  return found;
}

}  // namespace loom::app

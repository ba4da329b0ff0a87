// Small data sets, made by the tests themselves.
#pragma once

#include <QBuffer>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QImage>

#include <zip.h>
#include <zlib.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace loom::test {

using Files = std::vector<std::pair<std::string, QByteArray>>;

inline QByteArray encoded(const QImage& picture, const char* format = "png") {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  if (!picture.save(&buffer, format)) {
    qFatal("the test cannot encode %s", format);
  }
  return bytes;
}

inline QByteArray evenPicture(int width, int height, QRgb colour, QImage::Format format = QImage::Format_RGB32,
                              const char* type = "png") {
  QImage picture(width, height, QImage::Format_ARGB32);
  picture.fill(QColor::fromRgba(colour));
  return encoded(picture.convertToFormat(format), type);
}

inline void write(const std::filesystem::path& path, const QByteArray& bytes) {
  std::filesystem::create_directories(path.parent_path());
  QFile file(QString::fromStdString(path.string()));
  if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) {
    qFatal("the test cannot write %s", path.c_str());
  }
}

inline void writeFolder(const std::filesystem::path& folder, const Files& files) {
  std::filesystem::create_directories(folder);
  for (const auto& [name, bytes] : files) {
    write(folder / name, bytes);
  }
}

inline void writeZip(const std::filesystem::path& path, const Files& files) {
  zip_t* zip = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  for (const auto& [name, bytes] : files) {
    zip_source_t* source = zip_source_buffer(zip, bytes.data(), static_cast<zip_uint64_t>(bytes.size()), 0);
    if (zip_file_add(zip, name.c_str(), source, ZIP_FL_ENC_UTF_8) < 0) {
      qFatal("the test cannot fill its zip");
    }
  }
  if (zip_close(zip) != 0) {
    qFatal("the test cannot write its zip");
  }
}

inline QByteArray gzipped(const QByteArray& bytes) {
  QByteArray packed(bytes.size() + 1024, '\0');
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(static_cast<qsizetype>(stream.total_out));
  deflateEnd(&stream);
  return packed;
}

inline QByteArray bigEndian(std::initializer_list<std::uint32_t> numbers) {
  QByteArray bytes;
  for (const std::uint32_t number : numbers) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      bytes += static_cast<char>(number >> shift);
    }
  }
  return bytes;
}

/// `count` digits of 28 × 28 pixels, picture i all of value i.
inline QByteArray idxPictures(int count) {
  QByteArray bytes = bigEndian({0x803, static_cast<std::uint32_t>(count), 28, 28});
  for (int i = 0; i < count; ++i) {
    bytes += QByteArray(28 * 28, static_cast<char>(i));
  }
  return bytes;
}

/// Labels 0, 1, 2, 0, 1, 2, …
inline QByteArray idxLabels(int count) {
  QByteArray bytes = bigEndian({0x801, static_cast<std::uint32_t>(count)});
  for (int i = 0; i < count; ++i) {
    bytes += static_cast<char>(i % 3);
  }
  return bytes;
}

}  // namespace loom::test

// MNIST's idx files (yann.lecun.com/exdb/mnist): big-endian numbers, gzipped or not.
//   pictures   00 00 08 03   count   rows   columns   count × rows × columns bytes
//   labels     00 00 08 01   count   count bytes
#include "app/data/picture_source.h"

#include <zlib.h>

#include <QFile>

#include <algorithm>
#include <optional>
#include <system_error>

namespace loom::app {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kPictures = 0x00000803;
constexpr std::uint32_t kLabels = 0x00000801;
constexpr std::uint64_t kMostBytes = std::uint64_t{4} << 30U;
constexpr std::uint32_t kLongestSide = 4096;

/// Reads gzipped and plain files alike.
class IdxFile {
 public:
  explicit IdxFile(const fs::path& path) : m_path(path), m_file(gzopen(path.c_str(), "rb")) {
    if (!m_file) {
      fail("cannot be opened");
    }
    gzbuffer(m_file, 256U << 10U);
  }
  ~IdxFile() { gzclose_r(m_file); }
  IdxFile(const IdxFile&) = delete;
  IdxFile& operator=(const IdxFile&) = delete;

  [[noreturn]] void fail(const std::string& clause) const { throw DataError(m_path.string() + " " + clause + "."); }

  std::uint32_t number() {
    unsigned char bytes[4];
    const int got = gzread(m_file, bytes, sizeof bytes);
    if (got != static_cast<int>(sizeof bytes)) {
      fail(got < 0 ? "is damaged" : "is cut short");
    }
    return static_cast<std::uint32_t>(bytes[0]) << 24U | static_cast<std::uint32_t>(bytes[1]) << 16U |
           static_cast<std::uint32_t>(bytes[2]) << 8U | bytes[3];
  }

  /// All the rest, which must be `size` bytes. Memory is taken as they come, not as they are told.
  std::vector<std::uint8_t> rest(std::uint64_t size, const std::stop_token& stop) {
    constexpr std::size_t kChunk = 4U << 20U;
    std::vector<std::uint8_t> bytes;
    while (bytes.size() < size) {
      if (stop.stop_requested()) {
        throw DataCancelled();
      }
      const std::size_t before = bytes.size();
      bytes.resize(before + static_cast<std::size_t>(std::min<std::uint64_t>(kChunk, size - before)));
      const int got = gzread(m_file, bytes.data() + before, static_cast<unsigned>(bytes.size() - before));
      if (got < 0) {
        fail("is damaged");
      }
      if (got == 0) {
        fail("is cut short: it holds " + std::to_string(before) + " of the " + std::to_string(size) +
             " bytes that it tells of");
      }
      bytes.resize(before + static_cast<std::size_t>(got));
    }
    char beyond = 0;
    const int more = gzread(m_file, &beyond, 1);
    if (more != 0) {
      fail(more < 0 ? "is damaged" : "holds more bytes than it tells of");
    }
    return bytes;
  }

 private:
  fs::path m_path;
  gzFile m_file;
};

class IdxPictures : public PictureSource {
 public:
  /// As PGM, which Qt reads: 20 bytes before the pixels.
  QByteArray bytes(std::size_t index) const override {
    const std::size_t size = static_cast<std::size_t>(m_rows) * m_columns;
    QByteArray pgm = "P5 " + QByteArray::number(m_columns) + " " + QByteArray::number(m_rows) + " 255\n";
    pgm.append(reinterpret_cast<const char*>(m_pixels.data() + index * size), static_cast<qsizetype>(size));
    return pgm;
  }

  void read(const fs::path& path, const std::stop_token& stop) {
    kind = "idx file";
    IdxFile file(path);
    if (file.number() != kPictures) {
      file.fail("is no idx file of pictures");
    }
    const std::uint32_t count = file.number();
    m_rows = file.number();
    m_columns = file.number();
    if (m_rows < 1 || m_columns < 1 || m_rows > kLongestSide || m_columns > kLongestSide) {
      file.fail("tells of pictures of " + std::to_string(m_columns) + " × " + std::to_string(m_rows) + " pixels");
    }
    const std::uint64_t size = std::uint64_t{m_rows} * m_columns;
    if (count > kMostBytes / size) {
      file.fail("tells of " + std::to_string(count) + " pictures of " + std::to_string(m_columns) + " × " +
                std::to_string(m_rows) + " pixels, more than are read");
    }
    m_pixels = file.rest(size * count, stop);
    for (std::uint32_t i = 0; i < count; ++i) {
      entries.push_back({"picture " + std::to_string(i), -1});
    }
  }

  void readLabels(const fs::path& path, const std::stop_token& stop) {
    IdxFile file(path);
    if (file.number() != kLabels) {
      file.fail("is no idx file of labels");
    }
    const std::uint32_t count = file.number();
    if (count != entries.size()) {
      file.fail("does not match its pictures: it has " + std::to_string(count) + " labels for " +
                std::to_string(entries.size()) + " pictures");
    }
    const std::vector<std::uint8_t> labels = file.rest(count, stop);
    int highest = -1;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      entries[i].label = labels[i];
      highest = std::max(highest, static_cast<int>(labels[i]));
    }
    for (int number = 0; number <= highest; ++number) {
      classNames.push_back(std::to_string(number));
    }
  }

 private:
  std::uint32_t m_rows = 0;
  std::uint32_t m_columns = 0;
  std::vector<std::uint8_t> m_pixels;
};

/// train-images-idx3-ubyte.gz → train-labels-idx1-ubyte, with and without .gz; also train-images.idx3-ubyte.
std::optional<fs::path> labelsBeside(const fs::path& pictures) {
  std::string name = pictures.filename().string();
  for (const auto& [from, to] : {std::pair<std::string, std::string>("images", "labels"), {"idx3", "idx1"}}) {
    if (const auto place = name.find(from); place != std::string::npos) {
      name.replace(place, from.size(), to);
    }
  }
  const std::string bare = name.ends_with(".gz") ? name.substr(0, name.size() - 3) : name;
  for (const std::string& candidate : {name, bare, bare + ".gz"}) {
    const fs::path path = pictures.parent_path() / candidate;
    std::error_code error;
    if (candidate != pictures.filename().string() && fs::is_regular_file(path, error)) {
      return path;
    }
  }
  return std::nullopt;
}

}  // namespace

IdxKind idxKindOf(const fs::path& path) {
  unsigned char head[4] = {};
  if (gzFile file = gzopen(path.c_str(), "rb")) {
    gzbuffer(file, 64);  // so that a wrong checksum at the end of a small file is told by whoever reads all of it
    const int got = gzread(file, head, sizeof head);
    gzclose_r(file);
    if (got == static_cast<int>(sizeof head) && head[0] == 0 && head[1] == 0 && head[2] == 8) {
      return head[3] == 3 ? IdxKind::Pictures : head[3] == 1 ? IdxKind::Labels : IdxKind::None;
    }
  }
  return IdxKind::None;
}

std::unique_ptr<PictureSource> openIdxPictures(const fs::path& path, const std::stop_token& stop) {
  auto pictures = std::make_unique<IdxPictures>();
  pictures->read(path, stop);
  if (const auto labels = labelsBeside(path)) {
    pictures->readLabels(*labels, stop);
  } else {
    pictures->notes.push_back("There is no file of labels beside it, so there are no classes.");
  }
  return pictures;
}

}  // namespace loom::app

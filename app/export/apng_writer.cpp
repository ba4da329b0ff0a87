// Animated PNG, written here: FFmpeg's encoder packs every frame up to six times to choose the smallest, which takes a
// small generator's time for the frame, five times as long as this, and gains nothing (docs/video.md).
// The format: PNG, third edition (W3C 2025), which has taken in APNG.
#include "app/export/export_error.h"
#include "app/export/video_writers.h"
#include "app/export/write_whole.h"

#include <QDataStream>
#include <QFile>

#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace loom::app {
namespace {

constexpr qint64 kAnimationPlace = 8 + 25;  // acTL stands behind the signature and IHDR

/// PNG's filter 4, what is told of a byte by its neighbours to the left, above, and above to the left.
int paeth(int left, int above, int corner) {
  const int byLeft = std::abs(above - corner);
  const int byAbove = std::abs(left - corner);
  const int byCorner = std::abs(left + above - 2 * corner);
  const int other = byAbove <= byCorner ? above : corner;
  return byLeft <= byAbove && byLeft <= byCorner ? left : other;
}

/// Rows through PNG's filter, and packed. Filtered pictures of networks hold next to nothing that repeats: runs and
/// Huffman's codes alone are three times as quick as a search, and as small.
class RowPacker {
 public:
  RowPacker() {
    constexpr int kLevel = 1;  // of the search, which there is none of
    constexpr int kWindowBits = 15;
    constexpr int kMemory = 9;
    if (deflateInit2(&m_stream, kLevel, Z_DEFLATED, kWindowBits, kMemory, Z_RLE) != Z_OK) {
      throw ExportError("there is not enough memory for a frame");
    }
  }
  ~RowPacker() { deflateEnd(&m_stream); }
  RowPacker(const RowPacker&) = delete;
  RowPacker& operator=(const RowPacker&) = delete;

  /// The first `size` of `picture`, Format_RGB888 or Format_Grayscale8, as IDAT holds it.
  QByteArray pack(const QImage& picture, QSize size) {
    filter(picture, size);
    deflateReset(&m_stream);
    const uLong most = deflateBound(&m_stream, static_cast<uLong>(m_rows.size()));
    QByteArray packed(static_cast<qsizetype>(most), Qt::Uninitialized);
    m_stream.next_in = m_rows.data();
    m_stream.avail_in = static_cast<uInt>(m_rows.size());
    m_stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    m_stream.avail_out = static_cast<uInt>(packed.size());
    if (deflate(&m_stream, Z_FINISH) != Z_STREAM_END) {
      throw ExportError("a frame cannot be packed");
    }
    packed.truncate(static_cast<qsizetype>(m_stream.total_out));
    return packed;
  }

 private:
  void filter(const QImage& picture, QSize size) {
    constexpr Bytef kPaeth = 4;
    const std::size_t pixelBytes = picture.format() == QImage::Format_Grayscale8 ? 1 : 3;
    const std::size_t rowBytes = static_cast<std::size_t>(size.width()) * pixelBytes;
    // Beside a row, and above the first, PNG takes zeros.
    m_above.assign(pixelBytes + rowBytes, 0);
    m_row.assign(pixelBytes + rowBytes, 0);
    m_rows.resize(static_cast<std::size_t>(size.height()) * (rowBytes + 1));
    Bytef* out = m_rows.data();
    for (int y = 0; y < size.height(); ++y) {
      std::copy_n(picture.constScanLine(y), rowBytes, m_row.data() + pixelBytes);
      const Bytef* row = m_row.data();
      const Bytef* above = m_above.data();
      *out++ = kPaeth;
      for (std::size_t i = 0; i < rowBytes; ++i) {
        out[i] = static_cast<Bytef>(row[i + pixelBytes] - paeth(row[i], above[i + pixelBytes], above[i]));
      }
      out += rowBytes;
      m_row.swap(m_above);
    }
  }

  z_stream m_stream{};
  std::vector<Bytef> m_row;
  std::vector<Bytef> m_above;
  std::vector<Bytef> m_rows;
};

class ApngWriter : public VideoFile::Writer {
 public:
  ApngWriter(const std::filesystem::path& draft, QSize size, const VideoOptions& options, const Provenance& provenance)
      : m_size(size), m_xmp(provenanceText(provenance)), m_file(draft) {
    // Seconds of a frame are a fraction of two numbers of 16 bits.
    int drop = 0;
    while (std::max(options.rate.numerator, options.rate.denominator) >> drop > 0xFFFF) {
      ++drop;
    }
    m_delayNumerator = static_cast<quint16>(std::max(1, options.rate.denominator >> drop));
    m_delayDenominator = static_cast<quint16>(std::max(1, options.rate.numerator >> drop));
    if (!m_file.open(QIODevice::WriteOnly | QIODevice::Unbuffered)) {
      throw ExportError(m_file.errorString().toStdString());
    }
  }

  void add(const QImage& given, const model::SavedState&) override {
    if (m_frames == 0) {
      m_format = given.format() == QImage::Format_Grayscale8 ? QImage::Format_Grayscale8 : QImage::Format_RGB888;
      writeHead();
    }
    const QImage picture = given.convertToFormat(m_format);
    // Nothing has changed: one pixel says so.
    const QSize part = m_frames > 0 && picture == m_last ? QSize(1, 1) : m_size;
    writeFrame(part, m_packer.pack(picture, part));
    m_last = picture;
    ++m_frames;
  }

  bool finish(const std::stop_token&, const std::function<void(double)>&) override {
    // XMP as every PNG has it, but at the end: FFmpeg looks for what makes a PNG an APNG, and for its first picture, in
    // the first bytes alone. Keyword, no compression, no language, no translated keyword.
    writeChunk("iTXt", QByteArray("XML:com.adobe.xmp\0\0\0\0\0", 22) + QByteArray::fromStdString(m_xmp));
    writeChunk("IEND", {});
    if (!m_file.seek(kAnimationPlace)) {
      throw ExportError(m_file.errorString().toStdString());
    }
    writeAnimation();
    m_file.close();
    return true;
  }

 private:
  void writeChunk(const QByteArray& type, const QByteArray& data) {
    QByteArray chunk;
    QDataStream out(&chunk, QIODevice::WriteOnly);
    out << static_cast<quint32>(data.size());
    out.writeRawData(type.constData(), static_cast<int>(type.size()));
    out.writeRawData(data.constData(), static_cast<int>(data.size()));
    constexpr int kSummed = 4;  // all but the size
    out << static_cast<quint32>(crc32(0, reinterpret_cast<const Bytef*>(chunk.constData()) + kSummed,
                                      static_cast<uInt>(chunk.size() - kSummed)));
    writeWhole(m_file, chunk);
  }

  void writeHead() {
    writeWhole(m_file, "\x89PNG\r\n\x1a\n");
    constexpr quint8 kBits = 8;
    const quint8 colour = m_format == QImage::Format_Grayscale8 ? 0 : 2;
    QByteArray header;
    QDataStream(&header, QIODevice::WriteOnly) << static_cast<quint32>(m_size.width())
                                               << static_cast<quint32>(m_size.height()) << kBits << colour
                                               << quint8{0} << quint8{0} << quint8{0};
    writeChunk("IHDR", header);
    writeAnimation();
  }

  void writeAnimation() {
    constexpr quint32 kForEver = 0;
    QByteArray animation;
    QDataStream(&animation, QIODevice::WriteOnly) << m_frames << kForEver;
    writeChunk("acTL", animation);
  }

  /// `data`: the pixels of the upper left corner, `part` in size; the rest stays as it was.
  void writeFrame(QSize part, const QByteArray& data) {
    constexpr quint8 kLeaveIt = 0;
    constexpr quint8 kReplace = 0;
    QByteArray control;
    QDataStream(&control, QIODevice::WriteOnly) << m_sequence++ << static_cast<quint32>(part.width())
                                                << static_cast<quint32>(part.height()) << quint32{0} << quint32{0}
                                                << m_delayNumerator << m_delayDenominator << kLeaveIt << kReplace;
    writeChunk("fcTL", control);
    if (m_frames == 0) {
      writeChunk("IDAT", data);
      return;
    }
    QByteArray numbered;
    QDataStream(&numbered, QIODevice::WriteOnly) << m_sequence++;
    writeChunk("fdAT", numbered + data);
  }

  QSize m_size;
  std::string m_xmp;
  QFile m_file;
  RowPacker m_packer;
  QImage::Format m_format = QImage::Format_RGB888;
  QImage m_last;
  quint16 m_delayNumerator = 1;
  quint16 m_delayDenominator = 1;
  quint32 m_frames = 0;
  quint32 m_sequence = 0;
};

}  // namespace

std::unique_ptr<VideoFile::Writer> apngWriter(const std::filesystem::path& draft, QSize size,
                                              const VideoOptions& options, const Provenance& provenance) {
  return std::make_unique<ApngWriter>(draft, size, options, provenance);
}

}  // namespace loom::app

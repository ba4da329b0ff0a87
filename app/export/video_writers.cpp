#include "app/export/video_writers.h"

#include "app/export/background_writes.h"
#include "app/export/gif_palette.h"
#include "app/export/picture_file.h"
#include "app/export/video_library.h"
#include "app/export/write_whole.h"
#include "app/export/xmp_in_video.h"

#include <QFile>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace loom::app {
namespace {

namespace fs = std::filesystem;

EncoderSettings settingsFor(const fs::path& draft, QSize size, const VideoOptions& options) {
  EncoderSettings settings;
  settings.path = draft.string();
  settings.width = size.width();
  settings.height = size.height();
  settings.rateNumerator = options.rate.numerator;
  settings.rateDenominator = options.rate.denominator;
  return settings;
}

/// Small films are small files, and their generators make a frame in a millisecond: there the encoders' quickest ways, at
/// the same quality.
bool isSmall(const EncoderSettings& settings) {
  constexpr int kSmall = 128 * 128;
  return settings.width * settings.height <= kSmall;
}

/// Whether x264 takes its AVX-512 code here.
bool hasAvx512() {
#if defined(__x86_64__) && defined(__GNUC__)
  return __builtin_cpu_supports("avx512f") != 0;
#else
  return false;
#endif
}

/// Chosen for pictures of networks: quality before size, and quick enough to keep up with a small generator.
void setCodec(EncoderSettings& settings, VideoCodec codec, const VideoOptions& options) {
  const std::string crf = std::to_string(options.crf.value_or(codec == VideoCodec::H264 ? 18 : 24));
  switch (codec) {
    case VideoCodec::H264:
      settings.encoder = "libx264";
      settings.encoderOptions = {{"preset", isSmall(settings) ? "ultrafast" : "faster"}, {"crf", crf}};
      if (hasAvx512()) {
        // There its lookahead reads what it never wrote (0.164): the same frames were another film now and then.
        settings.encoderOptions.emplace_back("x264-params", "asm=avx2");
      }
      break;
    case VideoCodec::Vp9:
      settings.encoder = "libvpx-vp9";
      settings.encoderOptions = {{"crf", crf}, {"row-mt", "0"}, {"tile-columns", "2"}};
      settings.encoderOptions.emplace_back("deadline", isSmall(settings) ? "realtime" : "good");
      settings.encoderOptions.emplace_back("cpu-used", isSmall(settings) ? "7" : "5");
      break;
    case VideoCodec::Av1:
      settings.encoder = "libaom-av1";
      settings.encoderOptions = {{"crf", crf}, {"cpu-used", "6"}, {"row-mt", "0"}};
      break;
  }
}

std::string commentFor(const Provenance& provenance) {
  return describe(provenance) + " Digital source type: " + kDigitalSourceType;
}

class EncodedWriter : public VideoFile::Writer {
 public:
  EncodedWriter(fs::path draft, VideoFormat format, QSize size, const VideoOptions& options, Provenance provenance)
      : m_draft(std::move(draft)), m_format(format), m_provenance(std::move(provenance)) {
    EncoderSettings settings = settingsFor(m_draft, size, options);
    setCodec(settings, *codecFor(format, options), options);
    settings.metadata = {{"comment", commentFor(m_provenance)}, {"description", describe(m_provenance)}};
    if (format == VideoFormat::Mp4) {
      settings.container = "mp4";
      settings.containerOptions = {{"movflags", "+faststart"}};
    } else {
      settings.container = "webm";
      settings.metadata.emplace_back("XMP", provenanceText(m_provenance));
    }
    m_encoder = videoLibrary().encode(settings);
  }

  void add(const QImage& picture, const model::SavedState&) override {
    const QImage rgba = picture.convertToFormat(QImage::Format_RGBA8888);
    m_encoder->add(rgba.constBits(), static_cast<std::size_t>(rgba.bytesPerLine()));
  }

  bool finish(const std::stop_token&, const std::function<void(double)>&) override {
    m_encoder->finish();
    m_encoder.reset();
    if (m_format == VideoFormat::Mp4) {
      appendXmpToMp4(m_draft, provenanceText(m_provenance));
    }
    return true;
  }

 private:
  fs::path m_draft;
  VideoFormat m_format;
  Provenance m_provenance;
  std::unique_ptr<VideoEncoder> m_encoder;
};

/// The palette is known once all frames are: they wait on disk, beside the draft.
class GifWriter : public VideoFile::Writer {
 public:
  GifWriter(fs::path draft, QSize size, const VideoOptions& options, Provenance provenance)
      : m_draft(std::move(draft)), m_size(size), m_options(options), m_provenance(std::move(provenance)),
        m_waiting(fs::path(m_draft.string() + ".frames")) {
    if (!m_waiting.open(QIODevice::ReadWrite | QIODevice::Truncate | QIODevice::Unbuffered)) {
      throw ExportError(m_waiting.errorString().toStdString());
    }
  }

  void add(const QImage& picture, const model::SavedState&) override {
    const QImage rgb = picture.convertToFormat(QImage::Format_RGB888);
    m_palette.count(rgb);
    for (int y = 0; y < rgb.height(); ++y) {
      writeWhole(m_waiting, reinterpret_cast<const char*>(rgb.constScanLine(y)), rowBytes(),
                 "its frames cannot be kept until it is complete: ");
    }
    ++m_frames;
  }

  bool finish(const std::stop_token& stop, const std::function<void(double)>& progress) override {
    m_palette.make();
    EncoderSettings settings = settingsFor(m_draft, m_size, m_options);
    settings.container = "gif";
    settings.encoder = "gif";
    settings.containerOptions = {{"loop", "0"}, {"final_delay", std::to_string(hundredthsOf(m_frames) - hundredthsOf(m_frames - 1))}};
    settings.palette = m_palette.colours();
    const auto encoder = videoLibrary().encode(settings);
    m_waiting.seek(0);
    QImage picture(m_size, QImage::Format_RGB888);
    for (int frame = 0; frame < m_frames; ++frame) {
      if (stop.stop_requested()) {
        return false;
      }
      for (int y = 0; y < picture.height(); ++y) {
        if (m_waiting.read(reinterpret_cast<char*>(picture.scanLine(y)), rowBytes()) != rowBytes()) {
          throw ExportError("its frames cannot be read again: " + m_waiting.errorString().toStdString());
        }
      }
      encoder->add(m_palette.indices(picture).data(), static_cast<std::size_t>(m_size.width()));
      if (progress) {
        progress(static_cast<double>(frame + 1) / m_frames);
      }
    }
    encoder->finish();
    insertXmpIntoGif(m_draft, commentFor(m_provenance), provenanceText(m_provenance));
    return true;
  }

 private:
  /// When frame `index` comes. FFmpeg knows it of all but the end of the last one.
  std::int64_t hundredthsOf(int index) const { return std::llround(100.0 * index / m_options.rate.perSecond()); }
  qint64 rowBytes() const { return 3LL * m_size.width(); }

  fs::path m_draft;
  QSize m_size;
  VideoOptions m_options;
  Provenance m_provenance;
  QFile m_waiting;
  GifPalette m_palette;
  int m_frames = 0;
};

class PicturesWriter : public VideoFile::Writer {
 public:
  PicturesWriter(fs::path draft, Provenance provenance) : m_draft(std::move(draft)), m_provenance(std::move(provenance)) {
    fs::create_directory(m_draft);
    const std::size_t last = std::to_string(std::max(0, m_provenance.film->frames - 1)).size();
    constexpr std::size_t kDigits = 5;
    m_digits = static_cast<int>(std::max(kDigits, last));
    m_provenance.film->timeline.clear();  // each says where it stands itself
  }

  void add(const QImage& picture, const model::SavedState& state) override {
    m_provenance.film->frame = m_next;
    m_provenance.latent = state.latent;
    m_provenance.z = state.z;
    char name[32];
    std::snprintf(name, sizeof name, "frame%0*d.png", m_digits, m_next++);
    const bool grey = picture.format() == QImage::Format_Grayscale8;
    m_writes.start(2 * static_cast<std::size_t>(picture.sizeInBytes()),
                   [picture = grey ? picture : picture.convertToFormat(QImage::Format_RGB888),
                    target = m_draft / name, provenance = m_provenance] { writePicture(picture, target, provenance); });
  }

  bool finish(const std::stop_token&, const std::function<void(double)>&) override {
    m_writes.finish();
    return true;
  }

 private:
  fs::path m_draft;
  Provenance m_provenance;
  int m_digits = 0;
  int m_next = 0;
  BackgroundWrites m_writes;
};

}  // namespace

std::unique_ptr<VideoFile::Writer> encodedVideoWriter(const fs::path& draft, VideoFormat format, QSize size,
                                                      const VideoOptions& options, const Provenance& provenance) {
  return std::make_unique<EncodedWriter>(draft, format, size, options, provenance);
}

std::unique_ptr<VideoFile::Writer> gifWriter(const fs::path& draft, QSize size, const VideoOptions& options,
                                             const Provenance& provenance) {
  return std::make_unique<GifWriter>(draft, size, options, provenance);
}

std::unique_ptr<VideoFile::Writer> picturesWriter(const fs::path& draft, const Provenance& provenance) {
  return std::make_unique<PicturesWriter>(draft, provenance);
}

}  // namespace loom::app

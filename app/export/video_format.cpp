#include "app/export/video_format.h"

#include "app/export/export_error.h"
#include "app/export/picture_format.h"
#include "app/export/video_library.h"

#include <QFile>
#include <QtEndian>

#include <charconv>
#include <cmath>
#include <numeric>

namespace loom::app {
namespace {

namespace fs = std::filesystem;

constexpr double kSlowest = 0.1;
constexpr double kFastest = 1000;

[[noreturn]] void refuse(const fs::path& target, const std::string& reason) {
  throw ExportError(target.string() + " cannot be written: " + reason + ".");
}

std::optional<double> numberIn(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

struct Encoder {
  VideoCodec codec;
  const char* name;     // FFmpeg's
  const char* spoken;
};

constexpr Encoder kEncoders[] = {{VideoCodec::H264, "libx264", "H.264"},
                                 {VideoCodec::Vp9, "libvpx-vp9", "VP9"},
                                 {VideoCodec::Av1, "libaom-av1", "AV1"}};

const Encoder& encoderOf(VideoCodec codec) { return kEncoders[static_cast<int>(codec)]; }

void checkEncoder(const fs::path& target, VideoCodec codec) {
  const Encoder& encoder = encoderOf(codec);
  if (!videoLibrary().hasEncoder(encoder.name)) {
    refuse(target, std::string("FFmpeg's libraries on this system have no encoder for ") + encoder.spoken + " (" +
                       encoder.name + "); name the film .webm, .gif or .apng, or install FFmpeg with that encoder");
  }
}

/// An APNG tells that it is one by a chunk before its first picture.
bool isAnimatedPng(const QByteArray& head) {
  if (!head.startsWith("\x89PNG\r\n\x1a\n")) {
    return false;
  }
  qint64 place = 8;
  while (place + 8 <= head.size()) {
    const QByteArray type = head.mid(place + 4, 4);
    if (type == "acTL" || type == "IDAT") {
      return type == "acTL";
    }
    place += 12 + qFromBigEndian<quint32>(head.constData() + place);
  }
  return false;
}

/// A folder of pictures appears by one rename, so it must be new, or empty.
void checkFolder(const fs::path& target) {
  const fs::path folder = target.filename().empty() ? target.parent_path() : target;
  std::error_code error;
  const fs::file_status there = fs::status(folder, error);
  if (fs::exists(there) && !(fs::is_directory(there) && fs::is_empty(folder, error))) {
    refuse(target, fs::is_directory(there) ? "the folder holds other files; choose a new one" : "a file is in its place");
  }
  checkPictureTarget((folder.has_parent_path() ? folder.parent_path() : fs::path(".")) / "frame.png", {1, 1});
}

}  // namespace

std::optional<FrameRate> frameRateFromText(std::string_view text) {
  const auto slash = text.find('/');
  const auto above = numberIn(text.substr(0, slash));
  const auto below = slash == std::string_view::npos ? std::optional(1.0) : numberIn(text.substr(slash + 1));
  if (!above || !below || !(*below > 0) || !(*above / *below >= kSlowest && *above / *below <= kFastest)) {
    return std::nullopt;
  }
  if (slash != std::string_view::npos) {
    constexpr double kMost = 1e6;
    if (*above != std::floor(*above) || *below != std::floor(*below) || *above > kMost || *below > kMost) {
      return std::nullopt;
    }
    return FrameRate{static_cast<int>(*above), static_cast<int>(*below)};
  }
  for (const int whole : {24, 30, 60}) {
    if (std::abs(*above - whole * 1000.0 / 1001) < 0.005 && *above != whole) {
      return FrameRate{whole * 1000, 1001};
    }
  }
  const int thousandths = static_cast<int>(std::lround(*above * 1000));
  const int common = std::gcd(thousandths, 1000);
  return FrameRate{thousandths / common, 1000 / common};
}

int largestCrf(VideoCodec codec) { return codec == VideoCodec::H264 ? 51 : 63; }

std::optional<VideoFormat> videoFormatOfName(const fs::path& path) {
  std::error_code ignored;
  if (path.empty()) {
    return std::nullopt;
  }
  if (path.filename().empty() || fs::is_directory(path, ignored) || !path.has_extension()) {
    return VideoFormat::Pictures;
  }
  const QString suffix = QString::fromStdString(path.extension().string()).toLower();
  if (suffix == QLatin1String(".mp4")) {
    return VideoFormat::Mp4;
  }
  if (suffix == QLatin1String(".webm")) {
    return VideoFormat::WebM;
  }
  if (suffix == QLatin1String(".gif")) {
    return VideoFormat::Gif;
  }
  if (suffix == QLatin1String(".apng")) {
    return VideoFormat::Apng;
  }
  return std::nullopt;
}

std::optional<VideoFormat> videoFormatOfContent(const fs::path& path) {
  // A pipe would block and a device may never end: only regular files are looked into.
  std::error_code ignored;
  QFile file(path);
  if (!fs::is_regular_file(path, ignored) || !file.open(QIODevice::ReadOnly | QIODevice::Unbuffered)) {
    return std::nullopt;
  }
  constexpr qint64 kHead = 64 << 10;
  const QByteArray head = file.read(kHead);
  if (head.mid(4, 4) == "ftyp") {
    return VideoFormat::Mp4;
  }
  if (head.startsWith("\x1a\x45\xdf\xa3")) {
    return VideoFormat::WebM;
  }
  if (head.startsWith("GIF8")) {
    return VideoFormat::Gif;
  }
  return isAnimatedPng(head) ? std::optional(VideoFormat::Apng) : std::nullopt;
}

std::optional<VideoCodec> codecFor(VideoFormat format, const VideoOptions& options) {
  const bool mp4 = format == VideoFormat::Mp4;
  if (!mp4 && format != VideoFormat::WebM) {
    if (options.codec || options.crf) {
      throw ExportError("Codec and quality are for .mp4 and .webm: GIF and PNG have no choice of them.");
    }
    return std::nullopt;
  }
  const VideoCodec codec = options.codec.value_or(mp4 ? VideoCodec::H264 : VideoCodec::Vp9);
  if (codec != VideoCodec::Av1 && codec != (mp4 ? VideoCodec::H264 : VideoCodec::Vp9)) {
    throw ExportError(std::string(encoderOf(codec).spoken) + " goes into " + (mp4 ? ".webm; .mp4 takes H.264" : ".mp4; .webm takes VP9") +
                      " or AV1.");
  }
  if (options.crf && (*options.crf < 0 || *options.crf > largestCrf(codec))) {
    throw ExportError(std::string("The quality (CRF) of ") + encoderOf(codec).spoken + " goes from 0, the best, to " +
                      std::to_string(largestCrf(codec)) + ".");
  }
  return codec;
}

void checkVideoTarget(const fs::path& target, const VideoOptions& options) {
  const auto format = videoFormatOfName(target);
  if (!format) {
    refuse(target, "its name must end in .mp4, .webm, .gif or .apng, or in / for a folder of pictures");
  }
  const auto codec = codecFor(*format, options);
  const double rate = options.rate.perSecond();
  if (!(rate >= kSlowest && rate <= kFastest)) {
    refuse(target, "a film has 0.1 to 1000 frames a second");
  }
  if (*format == VideoFormat::Gif && rate > 50) {
    refuse(target, "GIF counts time in hundredths of a second and viewers slow down what is faster than 50 frames a second; "
                   "take 50 or fewer, or .apng");
  }
  if (*format == VideoFormat::Pictures) {
    checkFolder(target);
    return;
  }
  checkTargetPlace(target);
  if (codec) {
    checkEncoder(target, *codec);
  } else if (*format == VideoFormat::Gif) {
    videoLibrary();
  }
}

}  // namespace loom::app

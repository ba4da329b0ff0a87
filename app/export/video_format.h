// The kinds of films that are written, and what is asked of one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace loom::app {

enum class VideoFormat {
  Mp4,      ///< H.264 or AV1
  WebM,     ///< VP9 or AV1
  Gif,      ///< 255 colours for the whole film, dithered; repeats for ever
  Apng,     ///< without loss; repeats for ever
  Pictures  ///< a folder of PNG, frame00000.png and so on
};

enum class VideoCodec { H264, Vp9, Av1 };

/// Frames per second as a fraction, so that 29.97 stays what it means: 30000/1001.
struct FrameRate {
  int numerator = 30;
  int denominator = 1;
  double perSecond() const { return static_cast<double>(numerator) / denominator; }
  bool operator==(const FrameRate&) const = default;
};

/// "30", "12.5", "30000/1001"; 23.976, 29.97 and 59.94 are television's. Nothing where the text is none, or not in
/// [0.1, 1000].
std::optional<FrameRate> frameRateFromText(std::string_view text);

struct VideoOptions {
  FrameRate rate;
  std::optional<VideoCodec> codec;  ///< none: the container's first
  std::optional<int> crf;           ///< the encoder's measure: 0 best, largestCrf worst; none: 18 of H.264, 24 else
};

/// 51 of H.264, 63 of the others.
int largestCrf(VideoCodec codec);

/// Told by the suffix (mp4, webm, gif, apng; in any case); a name that ends in / or has no suffix, and a folder that is
/// there, are Pictures. Nothing where it is another one.
std::optional<VideoFormat> videoFormatOfName(const std::filesystem::path& path);

/// Told by the first bytes; nothing where it is no mp4, webm, gif or apng, or cannot be read.
std::optional<VideoFormat> videoFormatOfContent(const std::filesystem::path& path);

/// The codec that is used; nothing where the format has no choice. Throws ExportError where it does not take the one
/// that is asked for.
std::optional<VideoCodec> codecFor(VideoFormat format, const VideoOptions& options);

/// Throws ExportError where a film could not be written at `target`: a name that tells no format, a codec, quality or
/// rate that it does not take, a folder that is full, missing or not writable, FFmpeg or the encoder not there. Meant to
/// be asked before the work begins.
void checkVideoTarget(const std::filesystem::path& target, const VideoOptions& options);

}  // namespace loom::app

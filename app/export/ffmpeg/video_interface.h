// What libloom_video offers: FFmpeg's libraries behind plain C++. The library is opened when the first film is written or
// read (video_library.h), since loading FFmpeg and all that it brings takes longer than the whole rest of the program's
// start, and a machine without it keeps everything else.
//
// Both sides come from one build: `kVideoInterfaceVersion` grows with every change here. What goes wrong is thrown as
// std::runtime_error with a clause for people; no other class of ours crosses the border.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace loom::app {

inline constexpr int kVideoInterfaceVersion = 1;
inline constexpr const char* kVideoInterfaceSymbol = "loomVideoInterface";

using TextPairs = std::vector<std::pair<std::string, std::string>>;

struct EncoderSettings {
  std::string path;       ///< the file to write; replaced
  std::string container;  ///< FFmpeg's name of the muxer: mp4, webm, gif
  std::string encoder;    ///< FFmpeg's name: libx264, libvpx-vp9, libaom-av1, gif
  int width = 0;          ///< pixels of the frames that come
  int height = 0;
  int rateNumerator = 30;  ///< frames per second
  int rateDenominator = 1;
  TextPairs encoderOptions;
  TextPairs containerOptions;
  TextPairs metadata;
  std::vector<std::uint32_t> palette;  ///< 256 colours 0xAARRGGBB: frames are indices; empty: frames are RGBA
};

class VideoEncoder {
 public:
  virtual ~VideoEncoder() = default;
  /// RGBA8, or one index a pixel where there is a palette; `stride` bytes from row to row.
  virtual void add(const std::uint8_t* pixels, std::size_t stride) = 0;
  /// Writes what is still on its way and the end of the file. Nothing may be added after it.
  virtual void finish() = 0;
};

struct VideoFacts {
  std::string container;  ///< FFmpeg's name, e.g. "mov,mp4,m4a,3gp,3g2,mj2"
  std::string codec;      ///< e.g. "h264"
  int width = 0;
  int height = 0;
  std::int64_t frames = 0;  ///< counted
  int rateNumerator = 0;    ///< frames per second; 0: unknown
  int rateDenominator = 1;
  TextPairs metadata;
};

struct VideoInterface {
  int version = kVideoInterfaceVersion;
  bool (*hasEncoder)(const char* name) = nullptr;
  std::unique_ptr<VideoEncoder> (*encode)(const EncoderSettings& settings) = nullptr;
  /// Made for hostile files: only containers that films are written in, only from this one file. Gives up where
  /// `interrupted` says so.
  VideoFacts (*read)(const std::string& path, const std::function<bool()>& interrupted) = nullptr;
};

}  // namespace loom::app

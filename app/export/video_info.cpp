#include "app/export/video_info.h"

#include "app/export/video_library.h"
#include "app/export/xmp_in_video.h"

#include <algorithm>

namespace loom::app {
namespace {

std::optional<std::string> xmpIn(const std::filesystem::path& path, const VideoInfo& info) {
  switch (info.format) {
    case VideoFormat::Mp4:
      return xmpOfMp4(path);
    case VideoFormat::Gif:
      return xmpOfGif(path);
    default: {
      const auto& all = info.facts.metadata;
      const auto it = std::find_if(all.begin(), all.end(), [](const auto& entry) { return entry.first == "XMP"; });
      return it == all.end() ? std::nullopt : std::optional(it->second);
    }
  }
}

}  // namespace

VideoInfo readVideo(const std::filesystem::path& path, const std::stop_token& stop) {
  const std::string name = path.filename().string();
  const auto format = videoFormatOfContent(path);
  if (!format) {
    throw ExportError(name + " is no film: neither MP4, WebM, GIF nor APNG.");
  }
  VideoInfo info;
  info.format = *format;
  const VideoInterface& library = videoLibrary();
  std::optional<std::string> xmp;
  try {
    info.facts = library.read(path.string(), [&stop] { return stop.stop_requested(); });
    xmp = xmpIn(path, info);
  } catch (const std::exception& error) {
    throw ExportError(name + " cannot be read as a film: " + error.what() + ".");
  }
  if (info.format == VideoFormat::Apng) {
    info.provenance = readProvenance(path);
  } else if (xmp) {
    info.provenance = provenanceOfText(*xmp, name);
  }
  return info;
}

}  // namespace loom::app

// What a film says of itself: its frames, and where it comes from.
#pragma once

#include "app/export/ffmpeg/video_interface.h"
#include "app/export/provenance.h"
#include "app/export/video_format.h"

#include <stop_token>

namespace loom::app {

struct VideoInfo {
  VideoFormat format = VideoFormat::Mp4;
  VideoFacts facts;
  std::optional<Provenance> provenance;  ///< nothing where the film was not made by this program
};

/// Reads the mp4, webm, gif or apng at `path` to its end. Throws ExportError with a sentence where it is none, is damaged,
/// or FFmpeg is not there, or `stop` was asked for; ProvenanceError as readProvenance. Made for hostile files.
VideoInfo readVideo(const std::filesystem::path& path, const std::stop_token& stop = {});

}  // namespace loom::app

// How each kind of film is written into its draft; for VideoFile alone.
#pragma once

#include "app/export/video_file.h"

namespace loom::app {

/// Throws std::runtime_error (or ExportError) with a clause.
class VideoFile::Writer {
 public:
  virtual ~Writer() = default;
  virtual void add(const QImage& picture, const model::SavedState& state) = 0;
  /// False where it was told to stop.
  virtual bool finish(const std::stop_token& stop, const std::function<void(double)>& progress) = 0;
};

/// `draft` is what becomes the film: a file, or of Pictures a folder that is not there yet. `encodedVideoWriter`: of MP4
/// and WebM.
std::unique_ptr<VideoFile::Writer> encodedVideoWriter(const std::filesystem::path& draft, VideoFormat format, QSize size,
                                                      const VideoOptions& options, const Provenance& provenance);
std::unique_ptr<VideoFile::Writer> apngWriter(const std::filesystem::path& draft, QSize size,
                                              const VideoOptions& options, const Provenance& provenance);
std::unique_ptr<VideoFile::Writer> gifWriter(const std::filesystem::path& draft, QSize size, const VideoOptions& options,
                                             const Provenance& provenance);
std::unique_ptr<VideoFile::Writer> picturesWriter(const std::filesystem::path& draft, const Provenance& provenance);

}  // namespace loom::app

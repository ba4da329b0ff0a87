// Writes films to disk: whole, with their provenance, or not at all.
#pragma once

#include "app/export/provenance.h"
#include "app/export/video_format.h"

#include <QImage>

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>

namespace loom::app {

/// A film in the making, at `target` once `finish` is done; until then the old file stands as it was, and nothing is left
/// of a film that was not finished. The same frames, options and provenance give the same bytes on every machine with the
/// same versions of FFmpeg and zlib.
///
/// H.264, VP9 and AV1 have their colours at half the resolution (4:2:0, BT.709, limited range), as all players expect. H.264
/// cannot have odd sides then: its frames repeat their last column or row. The others keep the size.
///
/// The provenance goes along as XMP: in MP4 in the box, in GIF in the application extension that XMP's specification has for
/// them, in WebM as the tag XMP, in APNG and in each picture of a folder as in every PNG. Beside it MP4, WebM and GIF hold a
/// comment for people.
class VideoFile {
 public:
  /// `provenance` must have `film`, with the number of frames that will come. Throws ExportError as checkVideoTarget does,
  /// and where the encoder does not take frames of `size` pixels.
  VideoFile(const std::filesystem::path& target, QSize size, const VideoOptions& options, Provenance provenance);
  ~VideoFile();
  VideoFile(const VideoFile&) = delete;
  VideoFile& operator=(const VideoFile&) = delete;

  /// The next frame, of the size told, its pixels its own, and the state that made it. Throws ExportError with a sentence.
  void add(const QImage& picture, const model::SavedState& state);

  /// Writes what is left and puts the film in its place. GIF does half of its work here; `progress` gets fractions in
  /// [0, 1]. False where `stop` was asked for: then nothing was written. Throws ExportError.
  bool finish(const std::stop_token& stop = {}, const std::function<void(double)>& progress = {});

  class Writer;

 private:
  std::filesystem::path m_target;
  QSize m_size;
  std::unique_ptr<Writer> m_writer;
};

}  // namespace loom::app

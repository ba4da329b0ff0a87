#include "app/export/video_file.h"

#include "app/export/atomic_file.h"
#include "app/export/export_error.h"
#include "app/export/picture_format.h"
#include "app/export/video_writers.h"

namespace loom::app {
namespace {

namespace fs = std::filesystem;

/// A folder without its last slash, which would make a draft inside it.
fs::path withoutSlash(const fs::path& target) { return target.filename().empty() ? target.parent_path() : target; }

/// What writers tell in a clause, as a sentence that names the film.
template <typename Action>
auto told(const fs::path& target, const Action& action) {
  try {
    return action();
  } catch (const std::exception& error) {
    std::string reason = error.what();
    while (reason.ends_with('.')) {
      reason.pop_back();
    }
    const std::string start = target.string() + " cannot be written: ";
    throw ExportError((reason.starts_with(start) ? "" : start) + reason +
                      ". Nothing of the film is left, and what was there before stands as it was.");
  }
}

}  // namespace

/// Draft first: the writer must be gone before the draft's folder is.
class DraftedWriter : public VideoFile::Writer {
 public:
  DraftedWriter(const fs::path& target, QSize size, const VideoOptions& options, const Provenance& provenance)
      : m_draft(withoutSlash(target)) {
    const VideoFormat format = *videoFormatOfName(target);
    m_writer = told(target, [&] {
      switch (format) {
        case VideoFormat::Apng:
          return apngWriter(m_draft.path(), size, options, provenance);
        case VideoFormat::Gif:
          return gifWriter(m_draft.path(), size, options, provenance);
        case VideoFormat::Pictures:
          return picturesWriter(m_draft.path(), provenance);
        default:
          return encodedVideoWriter(m_draft.path(), format, size, options, provenance);
      }
    });
  }

  void add(const QImage& picture, const model::SavedState& state) override { m_writer->add(picture, state); }

  bool finish(const std::stop_token& stop, const std::function<void(double)>& progress) override {
    const bool done = m_writer->finish(stop, progress) && !stop.stop_requested();
    m_writer.reset();
    if (done) {
      m_draft.commit();
    }
    return done;
  }

 private:
  FileDraft m_draft;
  std::unique_ptr<VideoFile::Writer> m_writer;
};

VideoFile::VideoFile(const fs::path& target, QSize size, const VideoOptions& options, Provenance provenance)
    : m_target(target), m_size(size) {
  checkVideoTarget(target, options);
  if (size.isEmpty() || size.width() > kLongestPictureSide || size.height() > kLongestPictureSide) {
    throw ExportError(target.string() + " cannot be written: its frames are empty, or a side is longer than " +
                      std::to_string(kLongestPictureSide) + " pixels.");
  }
  m_writer = std::make_unique<DraftedWriter>(target, size, options, provenance);
}

VideoFile::~VideoFile() = default;

void VideoFile::add(const QImage& picture, const model::SavedState& state) {
  if (picture.size() != m_size) {
    throw ExportError(m_target.string() + " cannot be written: a frame has another size than the first.");
  }
  told(m_target, [&] { m_writer->add(picture, state); });
}

bool VideoFile::finish(const std::stop_token& stop, const std::function<void(double)>& progress) {
  return told(m_target, [&] { return m_writer->finish(stop, progress); });
}

}  // namespace loom::app

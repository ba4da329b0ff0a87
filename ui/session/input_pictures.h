// The pictures that image-to-image generators were fed with in this session: undo and saved states come back to them.
#pragma once

#include "model/frame.h"
#include "model/latent_state.h"
#include "ui/session/input_picture.h"

#include <deque>
#include <memory>

namespace loom::ui {

class InputPictures {
 public:
  /// Keeps `source` and says what a state tells of it. Where it was read is remembered in the settings, so that a state
  /// of another day finds it again.
  model::InputPicture keep(InputSource source, int side);

  /// Null where it is not kept, or no longer: beyond half a gigabyte the oldest go.
  const InputSource* find(const std::string& sha256) const;

  /// Where a picture that is not kept was read; empty where that is not known. Only paths that a person opened here.
  static QString pathOf(const model::InputPicture& input);

  /// What enters a network; null where the picture is not kept. The last answer is kept: asking again costs nothing.
  std::shared_ptr<const model::FloatTensor> tensor(const model::InputPicture& input, const model::GeneratorInfo& info);

 private:
  struct Answer {
    model::InputPicture input;
    model::GeneratorInfo info;
    std::shared_ptr<const model::FloatTensor> tensor;
  };
  std::deque<InputSource> m_sources;  // the newest last
  Answer m_last;
};

/// A frame's pixels, wherever they are, as an image of its own. Throws InputPictureError.
QImage imageOfFrame(const model::Frame& frame);

}  // namespace loom::ui

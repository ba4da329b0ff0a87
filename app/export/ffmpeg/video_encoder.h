#pragma once

#include "app/export/ffmpeg/video_interface.h"

namespace loom::app {

/// Opens encoder and file. Throws std::runtime_error.
std::unique_ptr<VideoEncoder> openVideoEncoder(const EncoderSettings& settings);

}  // namespace loom::app

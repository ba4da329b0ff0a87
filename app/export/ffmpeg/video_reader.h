#pragma once

#include "app/export/ffmpeg/video_interface.h"

namespace loom::app {

/// See VideoInterface::read. Throws std::runtime_error.
VideoFacts readVideoFacts(const std::string& path, const std::function<bool()>& interrupted);

}  // namespace loom::app

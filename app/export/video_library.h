// libloom_video from the program's side: loaded when it is first needed.
#pragma once

#include "app/export/ffmpeg/video_interface.h"

namespace loom::app {

/// The library, looked for beside the program, in ../lib/latent-loom and in the folder above it. The first call loads,
/// which takes some tenths of a second; thread-safe. Throws ExportError with a sentence that says what to install.
const VideoInterface& videoLibrary();

}  // namespace loom::app

// The door of libloom_video.
#include "app/export/ffmpeg/libav.h"
#include "app/export/ffmpeg/video_encoder.h"
#include "app/export/ffmpeg/video_reader.h"

namespace {

using namespace loom::app;

bool hasEncoder(const char* name) { return avcodec_find_encoder_by_name(name) != nullptr; }

}  // namespace

extern "C" __attribute__((visibility("default"))) const VideoInterface* loomVideoInterface() {
  static const VideoInterface table = [] {
    av_log_set_level(AV_LOG_QUIET);  // what matters is thrown
    return VideoInterface{kVideoInterfaceVersion, hasEncoder, openVideoEncoder, readVideoFacts};
  }();
  return &table;
}

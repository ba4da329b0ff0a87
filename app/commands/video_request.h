// What `latent-loom video` is asked for, checked as far as that goes without opening a file.
#pragma once

#include "app/commands/arguments.h"
#include "app/export/enlarge.h"
#include "app/export/video_format.h"
#include "model/opened_model.h"
#include "model/timeline.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace loom::app {

struct VideoRequest {
  std::filesystem::path file;  ///< a checkpoint, or a project
  bool isProject = false;
  model::OpenOptions open;
  bool cpuOnly = false;
  std::vector<std::uint32_t> seeds;  ///< of a checkpoint: at least two
  bool loop = false;
  model::Interpolation interpolation = model::Interpolation::Slerp;
  model::Easing easing = model::Easing::Linear;
  model::LatentState look;    ///< all but the latents
  std::optional<int> frames;  ///< none: 120 of seeds; a project's own time
  VideoOptions video;
  int scale = 1;
  Resample resample = Resample::Smooth;
  std::filesystem::path output;
};

CommandSyntax videoSyntax();

/// Throws UsageError.
VideoRequest videoRequest(const Arguments& arguments);

}  // namespace loom::app

#pragma once

#include "model/frame.h"

#include <torch/torch.h>

namespace loom::model {

/// The first picture of `images` (N×C×H×W float32, contiguous) as RGBA8 on the device where it lies.
FramePixels packFrame(const torch::Tensor& images, ValueRange range);

}  // namespace loom::model

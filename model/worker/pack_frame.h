#pragma once

#include "model/frame.h"

#include <torch/torch.h>

namespace loom::model {

/// The first picture of `images` (N×C×H×W float32, on a GPU half as well) as RGBA8 on the device where it lies. Of a GPU,
/// the current stream is waited for.
FramePixels packFrame(const torch::Tensor& images, ValueRange range);

}  // namespace loom::model

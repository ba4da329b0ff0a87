// A finished picture on its way from the worker to the window.
#pragma once

#include "model/latent_state.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace loom::model {

/// RGBA8 pixels, rows from the top without padding, on the device they were made on. `data` is a host pointer, or a CUDA
/// device pointer (which only the CUDA library may touch). `owner` keeps the memory.
struct FramePixels {
  enum class Location { Host, Cuda };
  Location location = Location::Host;
  const std::uint8_t* data = nullptr;
  std::shared_ptr<const void> owner;

  static FramePixels host(std::vector<std::uint8_t> rgba);
};

/// Milliseconds spent on this frame.
struct FrameTimings {
  double resolve = 0.0;    ///< seed to z
  double synthesis = 0.0;  ///< mapping and synthesis
  double pack = 0.0;       ///< float planes to RGBA8
  double total() const { return resolve + synthesis + pack; }
};

/// What a frame is to the picture that was asked for.
enum class Quality {
  Coarse,  ///< of a lower resolution; a finer one of the same generation follows, unless a newer request came
  Draft,   ///< computed in bfloat16; the exact one of the same generation follows, unless a newer request came
  Exact,
};

struct Frame {
  std::uint64_t model = 0;       ///< id of the model that made it: frames of a closed model are dropped
  std::uint64_t generation = 0;  ///< stamp of the request: frames older than the one shown are dropped
  int width = 0;
  int height = 0;
  Quality quality = Quality::Exact;
  FramePixels pixels;
  FrameTimings timings;
  LatentState latent;  ///< what was asked for
};

}  // namespace loom::model

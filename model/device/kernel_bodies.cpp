// The kernels' bodies in plain loops.
#include "model/device/bias_act.h"
#include "model/device/filtered_lrelu_tile.h"
#include "model/device/modulation.h"
#include "model/device/upfirdn.h"

#include <array>
#include <vector>

namespace loom::model {
namespace {

/// Every element of pictures of this shape.
template <typename Body>
void forAll(const LoomPictures& shape, const Body& body) {
  for (int picture = 0; picture < shape.count; ++picture) {
    for (int offset = 0; offset < elementsOf(shape); ++offset) {
      body(picture, offset);
    }
  }
}

/// Stage by stage, the last thread first.
template <typename In, typename Out>
void filterTile(const LoomFilteredLrelu& job, const LreluTiling& tiling, const LreluTile& tile, float* memory, int rows,
                int lanes) {
  for (int stage = 0; stage < kLreluStages; ++stage) {
    for (int number = rows * lanes - 1; number >= 0; --number) {
      lreluStage<In, Out>(stage, job, tiling, tile, memory, {number % lanes, lanes, number / lanes, rows});
    }
  }
}

template <typename In, typename Out>
void filterTiles(const LoomFilteredLrelu& job, const LreluTiling& tiling, int rows, int lanes) {
  std::vector<float> memory(static_cast<std::size_t>(tiling.floats));
  for (int picture = 0; picture < job.input.count; ++picture) {
    for (int channel = 0; channel < job.input.channels; ++channel) {
      for (int y = 0; y < job.output.height; y += tiling.tileHeight) {
        for (int x = 0; x < job.output.width; x += tiling.tileWidth) {
          filterTile<In, Out>(job, tiling, {picture, channel, y, x}, memory.data(), rows, lanes);
        }
      }
    }
  }
}

}  // namespace

void biasActHost(const LoomBiasAct& job) {
  forAll(job.shape, [&](int picture, int offset) {
    job.element == LOOM_HALF ? biasActAt<Half>(job, picture, offset) : biasActAt<float>(job, picture, offset);
  });
}

void upfirdnHost(const LoomUpfirdn& job) {
  forAll(job.output, [&](int picture, int offset) {
    job.element == LOOM_HALF ? upfirdnAt<Half>(job, picture, offset) : upfirdnAt<float>(job, picture, offset);
  });
}

void filteredLreluHost(const LoomFilteredLrelu& job, const LreluTiling& tiling, int rows, int lanes) {
  if (job.inputElement == LOOM_FLOAT) {
    job.outputElement == LOOM_FLOAT ? filterTiles<float, float>(job, tiling, rows, lanes)
                                    : filterTiles<float, Half>(job, tiling, rows, lanes);
  } else {
    job.outputElement == LOOM_FLOAT ? filterTiles<Half, float>(job, tiling, rows, lanes)
                                    : filterTiles<Half, Half>(job, tiling, rows, lanes);
  }
}

void demodulationHost(const LoomDemodulation& job) {
  for (int picture = 0; picture < job.count; ++picture) {
    for (int out = 0; out < job.outChannels; ++out) {
      std::array<float, kDemodulationLanes> parts{};
      for (int lane = 0; lane < kDemodulationLanes; ++lane) {
        parts[static_cast<std::size_t>(lane)] = demodulationPart(job, picture, out, lane);
      }
      // In pairs, as a warp adds them up.
      for (std::size_t half = kDemodulationLanes / 2; half > 0; half /= 2) {
        for (std::size_t lane = 0; lane < half; ++lane) {
          parts[lane] += parts[lane + half];
        }
      }
      storeFactor(job, picture, out, parts[0]);
    }
  }
}

void modulatedWeightsHost(const LoomModulatedWeights& job) {
  for (int offset = 0; offset < job.inChannels * job.outChannels * job.taps; ++offset) {
    job.resultElement == LOOM_HALF ? modulatedWeightAt<Half>(job, offset) : modulatedWeightAt<float>(job, offset);
  }
}

}  // namespace loom::model

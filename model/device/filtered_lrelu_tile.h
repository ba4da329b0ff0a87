// filtered_lrelu (filtered_lrelu.py of NVlabs/stylegan3, torch_utils/ops) of one tile of one channel: the body that the
// CUDA kernel and the CPU loop share. A block of threads takes a tile through five stages in memory of its own (shared
// memory on a GPU), with a barrier between two stages; nothing of the upsampled picture leaves it.
#pragma once

#include "model/device/bias_act.h"

namespace loom::model {

/// How the job is cut, and what a tile takes.
struct LreluTiling {
  int tileHeight = 0;  ///< pixels of the output
  int tileWidth = 0;
  int upHeight = 0;  ///< pixels of the upsampled picture under a tile
  int upWidth = 0;
  int inHeight = 0;  ///< pixels of the input under these, at most
  int inWidth = 0;
  int floats = 0;  ///< of a tile's memory
};

/// Which tile.
struct LreluTile {
  int picture = 0;
  int channel = 0;
  int y = 0;  ///< first pixel of the output
  int x = 0;
};

/// One thread of a block that stands in `rows` rows of `lanes`: it takes every lanes-th column of every rows-th row, so
/// that nobody divides to find their place, and neighbours read in a row.
struct LreluThread {
  int lane = 0;
  int lanes = 1;
  int row = 0;
  int rows = 1;
};

/// Places in a tile's memory. What the first stages leave behind is overwritten by the fourth.
struct LreluMemory {
  float* upFilter;
  float* downFilter;
  float* up;       // upHeight×upWidth
  float* input;    // inHeight×inWidth
  float* across;   // inHeight×upWidth: upsampled along rows
  float* thinned;  // upHeight×tileWidth: filtered and thinned along rows; over input and across
};

inline constexpr int kLreluStages = 5;

LOOM_HOST_DEVICE inline int downFilterTaps(const LoomFilteredLrelu& job) {
  return job.downIsSquare != 0 ? job.downTaps * job.downTaps : job.downTaps;
}

LOOM_HOST_DEVICE inline LreluMemory lreluMemory(const LoomFilteredLrelu& job, const LreluTiling& tiling,
                                                float* memory) {
  LreluMemory places{};
  places.upFilter = memory;
  places.downFilter = places.upFilter + job.upTaps;
  places.up = places.downFilter + downFilterTaps(job);
  places.input = places.up + tiling.upHeight * tiling.upWidth;
  places.across = places.input + tiling.inHeight * tiling.inWidth;
  places.thinned = places.input;
  return places;
}

/// The first pixel of the input that reaches position `n` of the upsampled picture or one behind it.
LOOM_HOST_DEVICE inline int firstPixel(int n, int pad, int up) { return ceilDivided(n - pad, up); }

/// The filters, turned, and the input under the tile, scaled and biased; zeros outside.
template <typename In>
LOOM_HOST_DEVICE inline void lreluRead(const LoomFilteredLrelu& job, const LreluTiling& tiling, const LreluTile& tile,
                                       const LreluMemory& memory, const LreluThread& thread) {
  const int number = thread.row * thread.lanes + thread.lane;
  const int threads = thread.rows * thread.lanes;
  for (int k = number; k < job.upTaps; k += threads) {
    // The zeros between pixels take this share of the light along each side.
    memory.upFilter[k] =
        static_cast<float>(job.up) * (job.upFilter != nullptr ? job.upFilter[job.upTaps - 1 - k] : 1.0F);
  }
  const int downCount = downFilterTaps(job);
  for (int k = number; k < downCount; k += threads) {
    memory.downFilter[k] = job.downFilter != nullptr ? job.downFilter[downCount - 1 - k] : 1.0F;
  }
  const In* pixels = static_cast<const In*>(job.pixels) + pictureOffset(job.input, tile.picture);
  const float scale = job.scale != nullptr ? job.scale[tile.picture * job.input.channels + tile.channel] : 1.0F;
  const float bias = job.bias != nullptr ? job.bias[tile.channel] : 0.0F;
  const int firstY = firstPixel(tile.y * job.down, job.padTop, job.up);
  const int firstX = firstPixel(tile.x * job.down, job.padLeft, job.up);
  for (int row = thread.row; row < tiling.inHeight; row += thread.rows) {
    const int y = firstY + row;
    for (int column = thread.lane; column < tiling.inWidth; column += thread.lanes) {
      const int x = firstX + column;
      const bool inside = y >= 0 && x >= 0 && y < job.input.height && x < job.input.width;
      memory.input[row * tiling.inWidth + column] =
          inside ? load(pixels[elementOffset(job.input, tile.channel, y, x)]) * scale + bias : 0.0F;
    }
  }
}

/// The sum of every up-th tap from `tap` on, times values that lie `stride` apart.
LOOM_HOST_DEVICE inline float upsampled(const LoomFilteredLrelu& job, const float* filter, int tap, const float* value,
                                        int stride) {
  float sum = 0.0F;
  for (; tap < job.upTaps; tap += job.up, value += stride) {
    sum += *value * filter[tap];
  }
  return sum;
}

LOOM_HOST_DEVICE inline void lreluUpAlongRows(const LoomFilteredLrelu& job, const LreluTiling& tiling,
                                              const LreluTile& tile, const LreluMemory& memory,
                                              const LreluThread& thread) {
  const int origin = tile.x * job.down;
  const int first = firstPixel(origin, job.padLeft, job.up);
  for (int column = thread.lane; column < tiling.upWidth; column += thread.lanes) {
    const int pixel = firstPixel(origin + column, job.padLeft, job.up);
    const int tap = pixel * job.up - (origin + column - job.padLeft);
    for (int row = thread.row; row < tiling.inHeight; row += thread.rows) {
      memory.across[row * tiling.upWidth + column] =
          upsampled(job, memory.upFilter, tap, memory.input + row * tiling.inWidth + pixel - first, 1);
    }
  }
}

LOOM_HOST_DEVICE inline void lreluUpAndBend(const LoomFilteredLrelu& job, const LreluTiling& tiling,
                                            const LreluTile& tile, const LreluMemory& memory,
                                            const LreluThread& thread) {
  const int origin = tile.y * job.down;
  const int first = firstPixel(origin, job.padTop, job.up);
  for (int row = thread.row; row < tiling.upHeight; row += thread.rows) {
    const int pixel = firstPixel(origin + row, job.padTop, job.up);
    const int tap = pixel * job.up - (origin + row - job.padTop);
    const float* from = memory.across + (pixel - first) * tiling.upWidth;
    for (int column = thread.lane; column < tiling.upWidth; column += thread.lanes) {
      const float x = upsampled(job, memory.upFilter, tap, from + column, tiling.upWidth);
      memory.up[row * tiling.upWidth + column] =
          clamped(activated(LOOM_LEAKY_RELU, x, job.slope) * job.gain, job.clamp);
    }
  }
}

LOOM_HOST_DEVICE inline void lreluDownAlongRows(const LoomFilteredLrelu& job, const LreluTiling& tiling,
                                                const LreluMemory& memory, const LreluThread& thread) {
  for (int row = thread.row; row < tiling.upHeight; row += thread.rows) {
    for (int column = thread.lane; column < tiling.tileWidth; column += thread.lanes) {
      const float* from = memory.up + row * tiling.upWidth + column * job.down;
      float sum = 0.0F;
      for (int k = 0; k < job.downTaps; ++k) {
        sum += from[k] * memory.downFilter[k];
      }
      memory.thinned[row * tiling.tileWidth + column] = sum;
    }
  }
}

/// The output's pixel at row, column of the tile.
LOOM_HOST_DEVICE inline float lreluDown(const LoomFilteredLrelu& job, const LreluTiling& tiling,
                                        const LreluMemory& memory, int row, int column) {
  float sum = 0.0F;
  for (int k = 0; k < job.downTaps; ++k) {
    if (job.downIsSquare == 0) {
      sum += memory.thinned[(row * job.down + k) * tiling.tileWidth + column] * memory.downFilter[k];
      continue;
    }
    const float* from = memory.up + (row * job.down + k) * tiling.upWidth + column * job.down;
    for (int j = 0; j < job.downTaps; ++j) {
      sum += from[j] * memory.downFilter[k * job.downTaps + j];
    }
  }
  return sum;
}

template <typename Out>
LOOM_HOST_DEVICE inline void lreluWrite(const LoomFilteredLrelu& job, const LreluTiling& tiling, const LreluTile& tile,
                                        const LreluMemory& memory, const LreluThread& thread) {
  Out* result = static_cast<Out*>(job.result) + pictureOffset(job.output, tile.picture);
  const int rowsLeft = job.output.height - tile.y;
  const int columnsLeft = job.output.width - tile.x;
  for (int row = thread.row; row < tiling.tileHeight && row < rowsLeft; row += thread.rows) {
    for (int column = thread.lane; column < tiling.tileWidth && column < columnsLeft; column += thread.lanes) {
      store(lreluDown(job, tiling, memory, row, column),
            result[elementOffset(job.output, tile.channel, tile.y + row, tile.x + column)]);
    }
  }
}

/// The share of `thread` in one stage, 0 to kLreluStages − 1. No thread may begin a stage before all are done with the
/// one before.
template <typename In, typename Out>
LOOM_HOST_DEVICE inline void lreluStage(int stage, const LoomFilteredLrelu& job, const LreluTiling& tiling,
                                        const LreluTile& tile, float* memory, const LreluThread& thread) {
  const LreluMemory places = lreluMemory(job, tiling, memory);
  switch (stage) {
    case 0: return lreluRead<In>(job, tiling, tile, places, thread);
    case 1: return lreluUpAlongRows(job, tiling, tile, places, thread);
    case 2: return lreluUpAndBend(job, tiling, tile, places, thread);
    case 3:
      if (job.downIsSquare == 0) {
        lreluDownAlongRows(job, tiling, places, thread);
      }
      return;
    default: return lreluWrite<Out>(job, tiling, tile, places, thread);
  }
}

inline LreluTiling lreluTilingOf(const LoomFilteredLrelu& job, int tileHeight, int tileWidth) {
  LreluTiling tiling;
  tiling.tileHeight = tileHeight;
  tiling.tileWidth = tileWidth;
  tiling.upHeight = (tileHeight - 1) * job.down + job.downTaps;
  tiling.upWidth = (tileWidth - 1) * job.down + job.downTaps;
  tiling.inHeight = (tiling.upHeight + job.upTaps - 2) / job.up + 1;
  tiling.inWidth = (tiling.upWidth + job.upTaps - 2) / job.up + 1;
  const int before = tiling.inHeight * (tiling.inWidth + tiling.upWidth);
  const int thinned = job.downIsSquare != 0 ? 0 : tiling.upHeight * tileWidth;
  tiling.floats =
      job.upTaps + downFilterTaps(job) + tiling.upHeight * tiling.upWidth + (before > thinned ? before : thinned);
  return tiling;
}

/// The largest tile, up to 16×32 pixels, whose memory is within `mostFloats`. tileHeight is 0 where not even one
/// pixel's is: then the filters are too long.
inline LreluTiling lreluTiling(const LoomFilteredLrelu& job, int mostFloats) {
  int height = 16;
  int width = 32;
  LreluTiling tiling = lreluTilingOf(job, height, width);
  while (tiling.floats > mostFloats && height * width > 1) {
    int& longer = width > height ? width : height;
    longer /= 2;
    tiling = lreluTilingOf(job, height, width);
  }
  return tiling.floats <= mostFloats ? tiling : LreluTiling{};
}

/// The whole job on the CPU, in host memory, by a block of rows × lanes threads. They take turns within each stage, the
/// last one first, so that a stage which leans on its own results shows.
void filteredLreluHost(const LoomFilteredLrelu& job, const LreluTiling& tiling, int rows = 1, int lanes = 1);

}  // namespace loom::model

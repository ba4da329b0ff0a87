#include "model/kernels/winograd.h"

#include "model/kernels/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "model/kernels/winograd.cpp"
#include <hwy/foreach_target.h>

#include "model/kernels/big_memory.h"
#include "model/kernels/channel_finish-inl.h"
#include "model/kernels/panel_product-inl.h"
#include "model/kernels/panel_shape.h"
#include "model/kernels/winograd_points.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#ifndef LOOM_WINOGRAD_ONCE
#define LOOM_WINOGRAD_ONCE
namespace loom::model::winograd {

/// Tiles that are worked on alike. Twice makes one row and one column more than whole tiles have, where the input is
/// cut into whole ones: there only the first place of a line holds anything, so that these tiles are `thin`.
struct Region {
  int firstRow = 0;
  int firstColumn = 0;
  int rows = 0;
  int columns = 0;
  bool thinDown = false;
  bool thinAcross = false;

  std::int64_t ofPicture() const { return static_cast<std::int64_t>(rows) * columns; }
};

/// Where tiles lie.
struct Shape {
  WinogradKind kind;
  int pad;
  int outHeight;
  int outWidth;
  std::vector<Region> regions;

  Shape(WinogradKind of, const WinogradCall& call)
      : kind(of),
        pad(of == WinogradKind::Same ? call.pad : 1),
        outHeight(winogradOutput(of, call.height, call.pad)),
        outWidth(winogradOutput(of, call.width, call.pad)) {
    const bool same = of == WinogradKind::Same;
    const int step = same ? kStep : 2 * kStep;
    const bool below = !same && call.height % kStep == 0;
    const bool beside = !same && call.width % kStep == 0;
    const int rows = below ? call.height / kStep : roundedUp(outHeight, step) / step;
    const int columns = beside ? call.width / kStep : roundedUp(outWidth, step) / step;
    regions.push_back({0, 0, rows, columns, false, false});
    if (below) {
      regions.push_back({rows, 0, 1, columns, true, false});
    }
    if (beside) {
      regions.push_back({0, columns, rows, 1, false, true});
    }
    if (below && beside) {
      regions.push_back({rows, columns, 1, 1, true, true});
    }
  }
};

/// Tiles `first` to `first` + `count` − 1 of a region of all pictures, and output channels from one chunk to another.
struct Job {
  const Region* region = nullptr;
  std::int64_t first = 0;
  int count = 0;
  int chunk = 0;
  int chunkEnd = 0;
};

struct Tile {
  int picture;
  int row;     // of tiles
  int column;  // of tiles

  Tile(const Region& region, std::int64_t index)
      : picture(static_cast<int>(index / region.ofPicture())),
        row(region.firstRow + static_cast<int>(index % region.ofPicture()) / region.columns),
        column(region.firstColumn + static_cast<int>(index % region.ofPicture()) % region.columns) {}
};

/// What one thread works in; it stays with the thread.
class Scratch {
 public:
  float* atLeast(std::size_t floats) {
    if (m_size < floats) {
      m_values.reset();
      m_values = bigFloats(floats);
      m_size = floats;
    }
    return m_values.get();
  }

 private:
  std::shared_ptr<float[]> m_values;
  std::size_t m_size = 0;
};

}  // namespace loom::model::winograd
#endif

HWY_BEFORE_NAMESPACE();
namespace loom::model::HWY_NAMESPACE {

using winograd::Job;
using winograd::kChunk;
using winograd::kMatrices;
using winograd::kStep;
using winograd::Shape;
using winograd::Tile;

HWY_INLINE FloatVector constant(double value) { return hn::Set(Floats(), static_cast<float>(value)); }

/// One line of a tile, there and back. The same is done down and across.
struct SameLine {
  static constexpr int kInputs = 6;
  static constexpr int kPlaces = 6;
  static constexpr int kOutputs = 4;
  static constexpr int kMostTiles = 56;  // of a job, so that what it works in stays near the processor
  static constexpr int matrixOf(int place) { return place; }

  HWY_INLINE static void spread(const FloatVector (&d)[kInputs], FloatVector (&p)[kPlaces]) {
    using namespace winograd;
    static_assert(kA2 * kB2 == 1.0);
    const FloatVector evenA = hn::NegMulAdd(constant(kB2), d[2], d[4]);
    const FloatVector oddA = hn::Mul(constant(kA), hn::NegMulAdd(constant(kB2), d[1], d[3]));
    const FloatVector evenB = hn::NegMulAdd(constant(kA2), d[2], d[4]);
    const FloatVector oddB = hn::Mul(constant(kB), hn::NegMulAdd(constant(kA2), d[1], d[3]));
    p[0] = hn::NegMulAdd(constant(kA2 + kB2), d[2], hn::Add(d[0], d[4]));
    p[1] = hn::Add(evenA, oddA);
    p[2] = hn::Sub(evenA, oddA);
    p[3] = hn::Add(evenB, oddB);
    p[4] = hn::Sub(evenB, oddB);
    p[5] = hn::NegMulAdd(constant(kA2 + kB2), d[3], hn::Add(d[1], d[5]));
  }

  HWY_INLINE static void collect(const FloatVector (&m)[kPlaces], FloatVector (&y)[kOutputs]) {
    using namespace winograd;
    const FloatVector sumA = hn::Add(m[1], m[2]);
    const FloatVector sumB = hn::Add(m[3], m[4]);
    const FloatVector differenceA = hn::Sub(m[1], m[2]);
    const FloatVector differenceB = hn::Sub(m[3], m[4]);
    y[0] = hn::Add(m[0], hn::Add(sumA, sumB));
    y[1] = hn::MulAdd(constant(kA), differenceA, hn::Mul(constant(kB), differenceB));
    y[2] = hn::MulAdd(constant(kA2), sumA, hn::Mul(constant(kB2), sumB));
    y[3] = hn::MulAdd(constant(kA2 * kA), differenceA, hn::MulAdd(constant(kB2 * kB), differenceB, m[5]));
  }
};

struct TwiceLine {
  static constexpr int kInputs = 5;
  static constexpr int kPlaces = 9;
  static constexpr int kOutputs = 8;
  static constexpr int kMostTiles = 28;
  static constexpr int matrixOf(int place) { return place < 5 ? place : 5; }

  HWY_INLINE static void spread(const FloatVector (&d)[kInputs], FloatVector (&p)[kPlaces]) {
    using winograd::kP;
    const FloatVector p2 = constant(kP);
    const FloatVector oneToThree = hn::Sub(d[3], d[1]);
    p[0] = hn::MulAdd(p2, hn::Sub(d[0], d[2]), oneToThree);
    p[1] = hn::MulAdd(constant(-kP), d[1], hn::MulAdd(constant(1.0 - kP), d[2], d[3]));
    p[2] = hn::MulAdd(p2, d[1], hn::MulAdd(constant(-1.0 - kP), d[2], d[3]));
    p[3] = oneToThree;
    p[4] = hn::NegMulAdd(p2, oneToThree, hn::Sub(d[4], d[2]));
    for (int i = 0; i < kStep; ++i) {
      p[5 + i] = d[1 + i];
    }
  }

  HWY_INLINE static void collect(const FloatVector (&m)[kPlaces], FloatVector (&y)[kOutputs]) {
    using winograd::kP;
    const FloatVector sum = hn::Add(m[1], m[2]);
    const FloatVector difference = hn::Sub(m[1], m[2]);
    y[0] = hn::Add(hn::Add(m[0], m[3]), sum);
    y[2] = hn::MulAdd(constant(kP), m[3], difference);
    y[4] = hn::MulAdd(constant(kP * kP), m[3], sum);
    y[6] = hn::Add(hn::MulAdd(constant(kP * kP * kP), m[3], difference), m[4]);
    for (int i = 0; i < kStep; ++i) {
      y[2 * i + 1] = m[5 + i];
    }
  }
};

/// Places of a tile that hold anything.
template <typename Of, bool kThinDown, bool kThinAcross>
struct Places {
  using Line = Of;
  static constexpr int kDown = kThinDown ? 1 : Line::kPlaces;
  static constexpr int kAcross = kThinAcross ? 1 : Line::kPlaces;
  static constexpr int kCount = kDown * kAcross;
  static constexpr int matrixOf(int place) {
    return Line::matrixOf(place / kAcross) * kMatrices + Line::matrixOf(place % kAcross);
  }
};

/// Between two places the scratch memory leaves a cache line free: else all of them would meet in the same few lines.
std::ptrdiff_t placeStep(int tiles, int channels) { return static_cast<std::ptrdiff_t>(tiles) * channels + kGroup; }

/// One tile's channels from `channel` on to their places, `step` floats apart.
template <typename P>
HWY_INLINE void spreadTile(const WinogradCall& call, const Shape& shape, int channels, const Tile& tile, int channel,
                           float* to, std::ptrdiff_t step) {
  using Line = typename P::Line;
  const Floats tag;
  const int valid = channels - channel;
  const std::ptrdiff_t ofPicture = static_cast<std::ptrdiff_t>(call.height) * call.width * channels;
  const float* picture = call.input + tile.picture * ofPicture + channel;
  const FloatVector scale =
      call.inputScale
          ? loadSome(call.inputScale + static_cast<std::ptrdiff_t>(tile.picture) * channels + channel, valid)
          : constant(1.0);
  FloatVector columns[Line::kInputs][Line::kPlaces];
  for (int x = 0; x < Line::kInputs; ++x) {
    const int column = tile.column * kStep - shape.pad + x;
    FloatVector line[Line::kInputs];
    for (int y = 0; y < Line::kInputs; ++y) {
      const int row = tile.row * kStep - shape.pad + y;
      const bool inside = column >= 0 && column < call.width && row >= 0 && row < call.height;
      const std::ptrdiff_t pixel = static_cast<std::ptrdiff_t>(row) * call.width + column;
      line[y] = inside ? hn::Mul(scale, loadSome(picture + pixel * channels, valid)) : hn::Zero(tag);
    }
    Line::spread(line, columns[x]);
  }
  for (int y = 0; y < P::kDown; ++y) {
    FloatVector line[Line::kInputs];
    for (int x = 0; x < Line::kInputs; ++x) {
      line[x] = columns[x][y];
    }
    FloatVector places[Line::kPlaces];
    Line::spread(line, places);
    for (int x = 0; x < P::kAcross; ++x) {
      hn::Store(places[x], tag, to + (y * P::kAcross + x) * step);
    }
  }
}

/// All tiles of a job, as the products take them: place × panel of rows × group of channels × row × kGroup.
template <typename P>
void spreadTiles(const WinogradCall& call, const Shape& shape, int channels, const Job& job, float* spreads) {
  const int lanes = static_cast<int>(hn::Lanes(Floats()));
  const int rounded = roundedUp(channels, kGroup);
  const RowPanels panels(job.count);
  for (int panel = 0; panel < panels.count; ++panel) {
    const int rows = panels.size(panel);
    for (int row = 0; row < rows; ++row) {
      const Tile tile(*job.region, job.first + panels.begin(panel) + row);
      float* to = spreads + static_cast<std::ptrdiff_t>(panels.begin(panel)) * rounded + row * kGroup;
      for (int channel = 0; channel < rounded; channel += lanes) {
        const std::ptrdiff_t group = channel / kGroup;
        spreadTile<P>(call, shape, channels, tile, channel, to + group * rows * kGroup + channel % kGroup,
                      placeStep(job.count, rounded));
      }
    }
  }
}

/// products: place × tile × width, of the output channels from `chunk` on.
template <typename P>
void multiplyTiles(const WinogradWeights& weights, const Job& job, const float* spreads, int chunk, int width,
                   float* products) {
  const int rounded = roundedUp(weights.in(), kGroup);
  const RowPanels panels(job.count);
  for (int matrix = 0; matrix < kMatrices * kMatrices; ++matrix) {
    for (int panel = 0; panel < width / kPanel; ++panel) {
      PanelProduct product;
      product.right = weights.panel(chunk / kChunk, matrix, panel);
      product.groups = rounded / kGroup;
      product.step = width;
      // The panel behind this one is fetched while the rows go by.
      product.ahead = product.right + static_cast<std::ptrdiff_t>(rounded) * kPanel;
      product.aheadLines = (kPanel + panels.count - 1) / panels.count;
      for (int place = 0; place < P::kCount; ++place) {
        if (P::matrixOf(place) != matrix) {
          continue;
        }
        for (int rowPanel = 0; rowPanel < panels.count; ++rowPanel) {
          product.left = spreads + place * placeStep(job.count, rounded) +
                         static_cast<std::ptrdiff_t>(panels.begin(rowPanel)) * rounded;
          product.product = products + place * placeStep(job.count, width) +
                            static_cast<std::ptrdiff_t>(panels.begin(rowPanel)) * width + panel * kPanel;
          multiplyPanel(panels.size(rowPanel), product);
          product.ahead += static_cast<std::ptrdiff_t>(product.aheadLines) * product.groups * kGroup;
        }
        product.aheadLines = 0;
      }
    }
  }
}

/// The products of a chunk to pixels.
template <typename P>
void collectTiles(const WinogradCall& call, const Shape& shape, int channels, const Job& job, const float* products,
                  int chunk, int width) {
  using Line = typename P::Line;
  const Floats tag;
  const int lanes = static_cast<int>(hn::Lanes(tag));
  const std::ptrdiff_t step = placeStep(job.count, width);
  const std::int64_t pixels = static_cast<std::int64_t>(shape.outHeight) * shape.outWidth;
  for (int index = 0; index < job.count; ++index) {
    const Tile tile(*job.region, job.first + index);
    const int top = tile.row * Line::kOutputs;
    const int left = tile.column * Line::kOutputs;
    const int height = std::min(Line::kOutputs, shape.outHeight - top);
    const int across = std::min(Line::kOutputs, shape.outWidth - left);
    for (int channel = chunk; channel < std::min(chunk + width, channels); channel += lanes) {
      const float* from = products + static_cast<std::ptrdiff_t>(index) * width + (channel - chunk);
      FloatVector lines[Line::kOutputs][Line::kPlaces];
      for (int x = 0; x < Line::kPlaces; ++x) {
        FloatVector line[Line::kPlaces];
        for (int y = 0; y < Line::kPlaces; ++y) {
          line[y] = y < P::kDown && x < P::kAcross ? hn::Load(tag, from + (y * P::kAcross + x) * step) : hn::Zero(tag);
        }
        FloatVector collected[Line::kOutputs];
        Line::collect(line, collected);
        for (int y = 0; y < Line::kOutputs; ++y) {
          lines[y][x] = collected[y];
        }
      }
      const Finish finish(call.finish, tile.picture, channels, channel, pixels);
      for (int y = 0; y < height; ++y) {
        FloatVector values[Line::kOutputs];
        Line::collect(lines[y], values);
        const std::int64_t first = static_cast<std::int64_t>(top + y) * shape.outWidth + left;
        float* to = call.output + (tile.picture * pixels + first) * channels + channel;
        for (int x = 0; x < across; ++x) {
          storeSome(finish(values[x], first + x), to + static_cast<std::ptrdiff_t>(x) * channels, channels - channel);
        }
      }
    }
  }
}

template <typename P>
void runJob(const WinogradWeights& weights, const WinogradCall& call, const Shape& shape, const Job& job) {
  static thread_local winograd::Scratch scratch;
  const int outRounded = roundedUp(weights.out(), kPanel);
  const std::ptrdiff_t spreadsSize = P::kCount * placeStep(job.count, roundedUp(weights.in(), kGroup));
  const std::ptrdiff_t productsSize = P::kCount * placeStep(job.count, std::min(kChunk, outRounded));
  float* spreads = scratch.atLeast(static_cast<std::size_t>(spreadsSize + productsSize));
  float* products = spreads + spreadsSize;
  spreadTiles<P>(call, shape, weights.in(), job, spreads);
  for (int chunk = job.chunk * kChunk; chunk < std::min(job.chunkEnd * kChunk, outRounded); chunk += kChunk) {
    const int width = std::min(kChunk, outRounded - chunk);
    multiplyTiles<P>(weights, job, spreads, chunk, width, products);
    collectTiles<P>(call, shape, weights.out(), job, products, chunk, width);
  }
}

int MostTiles(WinogradKind kind) { return kind == WinogradKind::Same ? SameLine::kMostTiles : TwiceLine::kMostTiles; }

void RunJob(const WinogradWeights& weights, const WinogradCall& call, const Shape& shape, const Job& job) {
  if (shape.kind == WinogradKind::Same) {
    runJob<Places<SameLine, false, false>>(weights, call, shape, job);
  } else if (job.region->thinDown && job.region->thinAcross) {
    runJob<Places<TwiceLine, true, true>>(weights, call, shape, job);
  } else if (job.region->thinDown) {
    runJob<Places<TwiceLine, true, false>>(weights, call, shape, job);
  } else if (job.region->thinAcross) {
    runJob<Places<TwiceLine, false, true>>(weights, call, shape, job);
  } else {
    runJob<Places<TwiceLine, false, false>>(weights, call, shape, job);
  }
}

}  // namespace loom::model::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace loom::model {

HWY_EXPORT(MostTiles);
HWY_EXPORT(RunJob);

int winogradOutput(WinogradKind kind, int pixels, int pad) {
  return kind == WinogradKind::Same ? pixels + 2 * pad - 2 : 2 * pixels + 1;
}

std::int64_t winogradTiles(WinogradKind kind, int height, int width, int pad) {
  WinogradCall call;
  call.height = height;
  call.width = width;
  call.pad = pad;
  return winograd::Shape(kind, call).regions.front().ofPicture();
}

void winogradConvolution(const WinogradWeights& weights, const WinogradCall& call, const ParallelJobs& parallel) {
  const winograd::Shape shape(weights.kind(), call);
  const std::int64_t most = HWY_DYNAMIC_DISPATCH(MostTiles)(weights.kind());
  const std::int64_t threads = parallel.threads;
  const int chunks = roundedUp(weights.out(), winograd::kChunk) / winograd::kChunk;
  parallel.run(threads, [&](std::int64_t thread) {  // each takes its share of every region, so that all end together
    for (const winograd::Region& region : shape.regions) {
      const std::int64_t tiles = call.count * region.ofPicture();
      // Few tiles are all taken by every thread, for its own channels: then the weights are read but once.
      const bool byChannel = tiles <= most && chunks % threads == 0;
      const std::int64_t begin = byChannel ? 0 : tiles * thread / threads;
      const std::int64_t count = byChannel ? tiles : tiles * (thread + 1) / threads - begin;
      const std::int64_t jobs = (count + most - 1) / most;
      for (std::int64_t part = 0; part < jobs; ++part) {
        const std::int64_t first = count * part / jobs;
        winograd::Job job{&region, begin + first, static_cast<int>(count * (part + 1) / jobs - first), 0, chunks};
        if (byChannel) {
          job.chunk = static_cast<int>(chunks * thread / threads);
          job.chunkEnd = static_cast<int>(chunks * (thread + 1) / threads);
        }
        HWY_DYNAMIC_DISPATCH(RunJob)(weights, call, shape, job);
      }
    }
  });
}

}  // namespace loom::model
#endif

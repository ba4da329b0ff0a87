#include "app/export/gif_palette.h"

#include <algorithm>
#include <cmath>

namespace loom::app {
namespace {

constexpr int kCountedBits = 5;  // of each channel: colours that are counted as one, by their mean
constexpr int kFoundBits = 6;    // those that have one nearest entry
constexpr std::size_t binsOf(int bits) { return std::size_t{1} << (3 * bits); }
constexpr int kRounds = 4;
/// The dithering reaches so many times as far as a colour is from its entry: it needs to reach the next one.
constexpr double kDither = 1.5;

template <int kBits>
std::size_t binOf(int red, int green, int blue) {
  constexpr int kDrop = 8 - kBits;
  return (static_cast<std::size_t>(red >> kDrop) << (2 * kBits)) | (static_cast<std::size_t>(green >> kDrop) << kBits) |
         static_cast<std::size_t>(blue >> kDrop);
}

std::uint32_t packed(int red, int green, int blue) {
  return 0xFF000000U | static_cast<std::uint32_t>(red) << 16U | static_cast<std::uint32_t>(green) << 8U |
         static_cast<std::uint32_t>(blue);
}

int level(double value) { return std::clamp(static_cast<int>(std::lround(value)), 0, 255); }

/// Bayer's matrix of order 8, by its recursion on the bits of both coordinates; in [0, 64).
int bayer(int x, int y) {
  int value = 0;
  for (int bit = 0; bit < 3; ++bit) {
    const int both = ((x >> bit) ^ (y >> bit)) & 1;
    value = value << 2 | both << 1 | ((y >> bit) & 1);
  }
  return value;
}

/// What the dithering adds to each channel, place by place: up and down by `most` levels.
std::array<int, 64> ditherShifts(double most) {
  std::array<int, 64> shifts{};
  for (int place = 0; place < 64; ++place) {
    shifts[static_cast<std::size_t>(place)] =
        static_cast<int>(std::lround(((bayer(place % 8, place / 8) + 0.5) / 32.0 - 1.0) * most));
  }
  return shifts;
}

/// Colours that share one palette entry for now.
template <typename Colour>
struct Box {
  std::size_t begin = 0;
  std::size_t end = 0;
  double error = 0.0;  // sum of squares along the widest axis
  int axis = 0;
  double mean = 0.0;  // along it

  Box(const std::vector<Colour>& colours, std::size_t from, std::size_t to) : begin(from), end(to) {
    for (std::size_t c = 0; c < 3; ++c) {
      double weight = 0.0;
      double sum = 0.0;
      double squares = 0.0;
      for (std::size_t i = begin; i < end; ++i) {
        weight += colours[i].weight;
        sum += colours[i].weight * colours[i].rgb[c];
        squares += colours[i].weight * colours[i].rgb[c] * colours[i].rgb[c];
      }
      const double spread = squares - sum * sum / weight;
      if (end - begin > 1 && spread > error) {
        error = spread;
        axis = static_cast<int>(c);
        mean = sum / weight;
      }
    }
  }
};

template <typename Colour>
std::vector<std::array<double, 3>> medianCut(std::vector<Colour>& colours, std::size_t most) {
  std::vector<Box<Colour>> boxes{Box<Colour>(colours, 0, colours.size())};
  while (boxes.size() < most) {
    const auto widest =
        std::max_element(boxes.begin(), boxes.end(), [](const auto& a, const auto& b) { return a.error < b.error; });
    if (!(widest->error > 0.0)) {
      break;
    }
    const Box<Colour> box = *widest;
    const auto axis = static_cast<std::size_t>(box.axis);
    const auto middle = std::stable_partition(colours.begin() + static_cast<std::ptrdiff_t>(box.begin),
                                              colours.begin() + static_cast<std::ptrdiff_t>(box.end),
                                              [&](const Colour& colour) { return colour.rgb[axis] <= box.mean; });
    const auto split = static_cast<std::size_t>(middle - colours.begin());
    if (split == box.begin || split == box.end) {
      widest->error = 0.0;  // rounding has put all on one side
      continue;
    }
    *widest = Box<Colour>(colours, box.begin, split);
    boxes.emplace_back(colours, split, box.end);
  }
  std::vector<std::array<double, 3>> centres;
  for (const auto& box : boxes) {
    std::array<double, 3> sum{};
    double weight = 0.0;
    for (std::size_t i = box.begin; i < box.end; ++i) {
      for (std::size_t c = 0; c < 3; ++c) {
        sum[c] += colours[i].weight * colours[i].rgb[c];
      }
      weight += colours[i].weight;
    }
    centres.push_back({sum[0] / weight, sum[1] / weight, sum[2] / weight});
  }
  return centres;
}

template <typename Colour>
void refine(std::vector<std::array<double, 3>>& centres, const std::vector<Colour>& colours) {
  const NearestColour nearest(centres);
  std::vector<Colour> sums(centres.size());
  for (const Colour& colour : colours) {
    Colour& sum = sums[nearest.of(colour.rgb)];
    for (std::size_t c = 0; c < 3; ++c) {
      sum.rgb[c] += colour.weight * colour.rgb[c];
    }
    sum.weight += colour.weight;
  }
  for (std::size_t i = 0; i < centres.size(); ++i) {
    for (std::size_t c = 0; c < 3 && sums[i].weight > 0.0; ++c) {
      centres[i][c] = sums[i].rgb[c] / sums[i].weight;
    }
  }
}

/// Root mean square, of one channel.
template <typename Colour>
double meanDistance(const std::vector<std::array<double, 3>>& centres, const std::vector<Colour>& colours) {
  const NearestColour nearest(centres);
  double sum = 0.0;
  double weight = 0.0;
  for (const Colour& colour : colours) {
    const auto& centre = centres[nearest.of(colour.rgb)];
    for (std::size_t c = 0; c < 3; ++c) {
      sum += colour.weight * (centre[c] - colour.rgb[c]) * (centre[c] - colour.rgb[c]);
    }
    weight += 3.0 * colour.weight;
  }
  return std::sqrt(sum / weight);
}

}  // namespace

GifPalette::GifPalette() : m_bins(binsOf(kCountedBits)), m_nearest(binsOf(kFoundBits), -1) {}

void GifPalette::count(const QImage& picture) {
  for (int y = 0; y < picture.height(); ++y) {
    const uchar* in = picture.constScanLine(y);
    for (int x = 0; x < picture.width(); ++x, in += 3) {
      Bin& bin = m_bins[binOf<kCountedBits>(in[0], in[1], in[2])];
      ++bin.pixels;
      for (std::size_t c = 0; c < 3; ++c) {
        bin.sums[c] += in[c];
      }
      if (m_few) {
        m_exact.insert(packed(in[0], in[1], in[2]));
        m_few = m_exact.size() <= kColours;
      }
    }
  }
}

std::vector<GifPalette::Colour> GifPalette::countedColours() const {
  std::vector<Colour> colours;
  for (const Bin& bin : m_bins) {
    if (bin.pixels > 0) {
      const auto weight = static_cast<double>(bin.pixels);
      colours.push_back({{static_cast<double>(bin.sums[0]) / weight, static_cast<double>(bin.sums[1]) / weight,
                          static_cast<double>(bin.sums[2]) / weight},
                         weight});
    }
  }
  return colours;
}

void GifPalette::make() {
  m_colours.clear();
  if (m_few) {
    m_colours.assign(m_exact.begin(), m_exact.end());
  } else {
    std::vector<Colour> colours = countedColours();
    auto centres = medianCut(colours, kColours);
    for (int round = 0; round < kRounds; ++round) {
      refine(centres, colours);
    }
    m_shifts = ditherShifts(std::clamp(kDither * meanDistance(centres, colours), 1.0, 12.0));
    for (const auto& centre : centres) {
      m_colours.push_back(packed(level(centre[0]), level(centre[1]), level(centre[2])));
    }
  }
  m_colours.resize(kColours, packed(0, 0, 0));
  std::vector<NearestColour::Colour> colours;
  for (const std::uint32_t colour : m_colours) {
    colours.push_back({static_cast<double>(colour >> 16U & 255U), static_cast<double>(colour >> 8U & 255U),
                       static_cast<double>(colour & 255U)});
  }
  m_search.emplace(colours);
  m_colours.push_back(0);  // transparent
}

std::uint8_t GifPalette::nearest(int red, int green, int blue) {
  std::int16_t& known = m_nearest[binOf<kFoundBits>(red, green, blue)];
  if (known < 0) {
    constexpr int kDrop = 8 - kFoundBits;
    constexpr int kHalf = 1 << (kDrop - 1);
    const auto middle = [](int value) { return static_cast<double>((value >> kDrop << kDrop) + kHalf); };
    known = static_cast<std::int16_t>(m_search->of({middle(red), middle(green), middle(blue)}));
  }
  return static_cast<std::uint8_t>(known);
}

std::vector<std::uint8_t> GifPalette::indices(const QImage& picture) {
  std::vector<std::uint8_t> result;
  result.reserve(static_cast<std::size_t>(picture.width()) * static_cast<std::size_t>(picture.height()));
  for (int y = 0; y < picture.height(); ++y) {
    const uchar* in = picture.constScanLine(y);
    for (int x = 0; x < picture.width(); ++x, in += 3) {
      if (m_few) {
        const auto sorted = m_colours.begin() + static_cast<std::ptrdiff_t>(m_exact.size());
        const auto it = std::lower_bound(m_colours.begin(), sorted, packed(in[0], in[1], in[2]));
        result.push_back(static_cast<std::uint8_t>(it - m_colours.begin()));
      } else {
        const int shift = m_shifts[static_cast<std::size_t>(y % 8 * 8 + x % 8)];
        const auto shifted = [shift](int value) { return std::clamp(value + shift, 0, 255); };
        result.push_back(nearest(shifted(in[0]), shifted(in[1]), shifted(in[2])));
      }
    }
  }
  return result;
}

}  // namespace loom::app

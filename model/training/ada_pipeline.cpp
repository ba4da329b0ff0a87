#include "model/training/ada_pipeline.h"

#include "model/generators/stylegan2/stylegan2_ops.h"

#include <array>
#include <cmath>
#include <numbers>

namespace loom::model {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr double kPi = std::numbers::pi;

// How far each transformation goes; the original's defaults.
constexpr double kLargestShift = 0.125;    // whole pixels, share of the side
constexpr double kScaleDeviation = 0.2;    // log2
constexpr double kAspectDeviation = 0.2;   // log2
constexpr double kShiftDeviation = 0.125;  // share of the side
constexpr double kBrightnessDeviation = 0.2;
constexpr double kContrastDeviation = 0.5;    // log2
constexpr double kSaturationDeviation = 1.0;  // log2

/// The symlet of twelve taps: an orthogonal lowpass for turning pictures at twice their size.
Tensor symlet6() {
  const Tensor taps = torch::tensor({0.015404109327027373, 0.0034907120842174702, -0.11799011114819057,
                                     -0.048311742585633, 0.4910559419267466, 0.787641141030194, 0.3379294217276218,
                                     -0.07263752278646252, -0.021060292512300564, 0.04472490177066578,
                                     0.0017677118642428036, -0.007800708325034148},
                                    torch::kFloat64);
  return (taps / taps.sum()).to(torch::kFloat32);
}

/// grid_sample whose gradient has a gradient, which PyTorch's own lacks and R1 asks for: it is linear in the pictures, so
/// its transpose is differentiated by itself.
struct SpreadByGrid;
struct SampleByGrid : torch::autograd::Function<SampleByGrid> {
  static Tensor forward(AutogradContext* context, const Tensor& images, const Tensor& grid) {
    context->save_for_backward({grid});
    context->saved_data["height"] = images.size(2);
    context->saved_data["width"] = images.size(3);
    return torch::grid_sampler(images, grid, 0, 0, false);  // bilinear, zeros outside
  }
  static variable_list backward(AutogradContext* context, variable_list gradients);
};
struct SpreadByGrid : torch::autograd::Function<SpreadByGrid> {
  static Tensor forward(AutogradContext* context, const Tensor& gradient, const Tensor& grid, std::int64_t height,
                        std::int64_t width) {
    context->save_for_backward({grid});
    const Tensor images = torch::zeros({gradient.size(0), gradient.size(1), height, width}, gradient.options());
    return std::get<0>(torch::grid_sampler_2d_backward(gradient.contiguous(), images, grid, 0, 0, false, {true, false}));
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    return {SampleByGrid::apply(gradients[0], context->get_saved_variables()[0]), Tensor(), Tensor(), Tensor()};
  }
};
variable_list SampleByGrid::backward(AutogradContext* context, variable_list gradients) {
  return {SpreadByGrid::apply(gradients[0], context->get_saved_variables()[0], context->saved_data["height"].toInt(),
                              context->saved_data["width"].toInt()),
          Tensor()};
}

/// The random values of one batch.
class Draws {
 public:
  Draws(std::int64_t count, double p, at::Generator& random, std::optional<double> percentile)
      : m_count(count), m_p(p), m_random(random), m_percentile(percentile) {}

  bool areFixed() const { return m_percentile.has_value(); }
  double p() const { return m_p; }

  Tensor uniform(std::int64_t columns = 1) {
    return m_percentile ? torch::full({m_count, columns}, *m_percentile) : torch::rand({m_count, columns}, m_random);
  }
  Tensor normal(std::int64_t columns = 1) {
    return m_percentile ? torch::full({m_count, columns}, 2.0 * *m_percentile - 1.0).erfinv()
                        : torch::randn({m_count, columns}, m_random);
  }
  /// `value` with the given chance, else `idle`.
  Tensor perhaps(const Tensor& value, double idle, double chance) {
    if (m_percentile) {
      return value;
    }
    return torch::where(torch::rand({m_count, 1}, m_random) < chance, value, torch::full({}, idle));
  }
  Tensor perhaps(const Tensor& value, double idle) { return perhaps(value, idle, m_p); }

 private:
  std::int64_t m_count;
  double m_p;
  at::Generator& m_random;
  std::optional<double> m_percentile;
};

/// N matrices from their values, row by row; each N×1, or of one value.
Tensor matrices(std::int64_t side, const std::vector<Tensor>& values, std::int64_t count) {
  std::vector<Tensor> columns;
  for (const Tensor& value : values) {
    columns.push_back(value.expand({count, 1}));
  }
  return torch::cat(columns, 1).view({count, side, side});
}

/// The inverse transformations of homogeneous 2-D points, N×3×3.
class Plane {
 public:
  explicit Plane(std::int64_t count) : m_count(count) {}
  Tensor shift(const Tensor& x, const Tensor& y) const { return of(m_one, m_nil, x, m_nil, m_one, y); }
  Tensor scale(const Tensor& x, const Tensor& y) const { return of(x, m_nil, m_nil, m_nil, y, m_nil); }
  Tensor turn(const Tensor& angle) const {
    return of(angle.cos(), -angle.sin(), m_nil, angle.sin(), angle.cos(), m_nil);
  }
  Tensor shift(double x, double y) const { return shift(torch::full({1, 1}, x), torch::full({1, 1}, y)); }
  Tensor scale(double x, double y) const { return scale(torch::full({1, 1}, x), torch::full({1, 1}, y)); }

 private:
  Tensor of(const Tensor& a, const Tensor& b, const Tensor& c, const Tensor& d, const Tensor& e, const Tensor& f) const {
    return matrices(3, {a, b, c, d, e, f, m_nil, m_nil, m_one}, m_count);
  }
  std::int64_t m_count;
  Tensor m_nil = torch::zeros({1, 1});
  Tensor m_one = torch::ones({1, 1});
};

/// Where each pixel of the result is found, before sizes come in: N×3×3.
Tensor drawGeometry(Draws& draws, std::int64_t count, std::int64_t width, std::int64_t height) {
  const Plane plane(count);
  const auto column = [](const Tensor& x, std::int64_t i) { return x.slice(1, i, i + 1); };
  const Tensor one = torch::ones({1, 1});
  // Pixel blitting.
  const Tensor flip = draws.perhaps((draws.uniform() * 2.0).floor(), 0.0);
  Tensor g = plane.scale(1.0 / (1.0 - 2.0 * flip), one);
  const Tensor quarter = draws.perhaps((draws.uniform() * 4.0).floor(), 0.0);
  g = g.matmul(plane.turn(quarter * (kPi / 2.0)));
  const Tensor whole = draws.perhaps((draws.uniform(2) * 2.0 - 1.0) * kLargestShift, 0.0);
  g = g.matmul(plane.shift(-(column(whole, 0) * static_cast<double>(width)).round(),
                           -(column(whole, 1) * static_cast<double>(height)).round()));
  // General geometry. A turn happens before or after the change of aspect, with chance p in all.
  const Tensor scale = draws.perhaps((draws.normal() * kScaleDeviation).exp2(), 1.0);
  g = g.matmul(plane.scale(1.0 / scale, 1.0 / scale));
  const double turns = 1.0 - std::sqrt(std::clamp(1.0 - draws.p(), 0.0, 1.0));
  const Tensor before = draws.perhaps((draws.uniform() * 2.0 - 1.0) * kPi, 0.0, turns);
  g = g.matmul(plane.turn(before));
  const Tensor aspect = draws.perhaps((draws.normal() * kAspectDeviation).exp2(), 1.0);
  g = g.matmul(plane.scale(1.0 / aspect, aspect));
  if (!draws.areFixed()) {
    g = g.matmul(plane.turn(draws.perhaps((draws.uniform() * 2.0 - 1.0) * kPi, 0.0, turns)));
  }
  const Tensor part = draws.perhaps(draws.normal(2) * kShiftDeviation, 0.0);
  return g.matmul(plane.shift(-column(part, 0) * static_cast<double>(width), -column(part, 1) * static_cast<double>(height)));
}

/// How much of a reflected border the transformed corners reach: left, top, right, bottom, whole pixels.
std::array<std::int64_t, 4> bordersFor(const Tensor& g, std::int64_t width, std::int64_t height, std::int64_t quarter) {
  const float cx = static_cast<float>(width - 1) / 2.0F;
  const float cy = static_cast<float>(height - 1) / 2.0F;
  const Tensor corners = torch::tensor({-cx, cx, cx, -cx, -cy, -cy, cy, cy, 1.0F, 1.0F, 1.0F, 1.0F}).view({3, 4});
  const Tensor seen = g.matmul(corners).slice(1, 0, 2).permute({1, 0, 2}).flatten(1);  // x and y of all corners
  const Tensor reach = std::get<0>(torch::cat({-seen, seen}).max(1));                  // left, top, right, bottom
  const auto border = [&](int i, float center, std::int64_t side) {
    const float wanted = reach[i].item<float>() + static_cast<float>(2 * quarter) - center;
    return static_cast<std::int64_t>(std::ceil(std::clamp(wanted, 0.0F, static_cast<float>(side - 1))));
  };
  return {border(0, cx, width), border(1, cy, height), border(2, cx, width), border(3, cy, height)};
}

Tensor transformed(Tensor images, Tensor g) {
  const std::int64_t count = images.size(0);
  const std::int64_t channels = images.size(1);
  const std::int64_t height = images.size(2);
  const std::int64_t width = images.size(3);
  const Tensor taps = symlet6();
  const std::int64_t quarter = taps.size(0) / 4;
  const Plane plane(count);
  const auto [left, top, right, bottom] = bordersFor(g, width, height, quarter);
  images = torch::reflection_pad2d(images, {left, right, top, bottom});
  g = plane.shift(static_cast<double>(left - right) / 2.0, static_cast<double>(top - bottom) / 2.0).matmul(g);
  images = FirFilter(taps, channels, 4.0).upsample(images);
  g = plane.scale(2.0, 2.0).matmul(g).matmul(plane.scale(0.5, 0.5));
  g = plane.shift(-0.5, -0.5).matmul(g).matmul(plane.shift(0.5, 0.5));
  const std::int64_t outHeight = (height + 2 * quarter) * 2;
  const std::int64_t outWidth = (width + 2 * quarter) * 2;
  g = plane.scale(2.0 / static_cast<double>(images.size(3)), 2.0 / static_cast<double>(images.size(2)))
          .matmul(g)
          .matmul(plane.scale(static_cast<double>(outWidth) / 2.0, static_cast<double>(outHeight) / 2.0));
  const Tensor grid = torch::affine_grid_generator(g.slice(1, 0, 2), {count, channels, outHeight, outWidth}, false);
  images = SampleByGrid::apply(images, grid);
  // downsample2d with the filter as it is, not flipped, and twelve pixels less.
  const std::int64_t pad = (taps.size(0) - 2) / 2 - 2 * quarter;
  return FirFilter(taps.flip(0), channels, 1.0).downsample(images, pad, pad);
}

/// Colours as homogeneous points: N×4×4.
Tensor drawColours(Draws& draws, std::int64_t count, bool hasColour) {
  const Tensor nil = torch::zeros({1, 1});
  const Tensor one = torch::ones({1, 1});
  const Tensor identity = torch::eye(4);
  const Tensor axis = torch::tensor({1.0, 1.0, 1.0, 0.0}, torch::kFloat32) / std::sqrt(3.0);  // of luma
  const Tensor luma = torch::outer(axis, axis);
  const Tensor b = draws.perhaps(draws.normal() * kBrightnessDeviation, 0.0);
  Tensor c = matrices(4, {one, nil, nil, b, nil, one, nil, b, nil, nil, one, b, nil, nil, nil, one}, count);
  const Tensor contrast = draws.perhaps((draws.normal() * kContrastDeviation).exp2(), 1.0);
  c = matrices(4, {contrast, nil, nil, nil, nil, contrast, nil, nil, nil, nil, contrast, nil, nil, nil, nil, one}, count)
          .matmul(c);
  const Tensor flip = draws.perhaps((draws.uniform() * 2.0).floor(), 0.0).view({-1, 1, 1});
  c = (identity - 2.0 * luma * flip).matmul(c);
  if (!hasColour) {
    return c;
  }
  // Rodrigues' turn about the luma axis.
  const Tensor angle = draws.perhaps((draws.uniform() * 2.0 - 1.0) * kPi, 0.0);
  const Tensor cosine = angle.cos();
  const Tensor sine = angle.sin() / std::sqrt(3.0);
  const Tensor same = cosine + (1.0 - cosine) / 3.0;
  const Tensor third = (1.0 - cosine) / 3.0;
  c = matrices(4, {same, third - sine, third + sine, nil, third + sine, same, third - sine, nil, third - sine, third + sine,
                   same, nil, nil, nil, nil, one},
               count)
          .matmul(c);
  const Tensor saturation = draws.perhaps((draws.normal() * kSaturationDeviation).exp2(), 1.0).view({-1, 1, 1});
  return (luma + (identity - luma) * saturation).matmul(c);
}

Tensor coloured(const Tensor& images, const Tensor& c) {
  if (images.size(1) == 1) {
    const Tensor row = c.slice(1, 0, 3).mean(1, true);  // N×1×4
    return images * row.slice(2, 0, 3).sum(2, true).unsqueeze(3) + row.slice(2, 3).unsqueeze(3);
  }
  return (c.slice(1, 0, 3).slice(2, 0, 3).matmul(images.flatten(2)) + c.slice(1, 0, 3).slice(2, 3)).view_as(images);
}

}  // namespace

Tensor augmentWithAda(const Tensor& images, double p, at::Generator& random, std::optional<double> percentile) {
  if (p <= 0.0 && !percentile) {
    return images;
  }
  Draws draws(images.size(0), p, random, percentile);
  const Tensor moved = transformed(images, drawGeometry(draws, images.size(0), images.size(3), images.size(2)));
  return coloured(moved.contiguous(), drawColours(draws, images.size(0), images.size(1) == 3));
}

void AdaController::see(double meanSign, std::int64_t batch, double target) {
  m_signs += meanSign;
  if (++m_batches < kEvery) {
    return;
  }
  const double mean = m_signs / m_batches;
  const double direction = mean > target ? 1.0 : mean < target ? -1.0 : 0.0;
  m_p = std::max(0.0, m_p + direction * static_cast<double>(batch * kEvery) / kPictures);
  m_signs = 0.0;
  m_batches = 0;
}

void AdaController::restore(const Tensor& state) {
  m_p = state[0].item<double>();
  m_signs = state[1].item<double>();
  m_batches = static_cast<int>(state[2].item<double>());
}

}  // namespace loom::model

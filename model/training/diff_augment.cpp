#include "model/training/diff_augment.h"

namespace loom::model {
namespace {

using torch::Tensor;

constexpr int kShiftShare = 8;  // an eighth of the side
constexpr int kHoleShare = 2;   // half of the side

std::int64_t rounded(std::int64_t side, int share) { return (2 * side + share) / (2 * share); }

Tensor perPicture(const Tensor& values) { return values.view({-1, 1, 1, 1}); }

Tensor recoloured(Tensor x, const DiffDraws& draws) {
  x = x + (perPicture(draws.brightness) - 0.5);
  const Tensor grey = x.mean(1, true);
  x = (x - grey) * (perPicture(draws.saturation) * 2.0) + grey;
  const Tensor mean = x.mean({1, 2, 3}, true);
  return (x - mean) * (perPicture(draws.contrast) + 0.5) + mean;
}

/// Row and column of every pixel of N pictures, for indexing: N×H×1 and N×1×W.
Tensor rowsOf(const Tensor& x) { return torch::arange(x.size(2)).view({1, -1, 1}); }
Tensor columnsOf(const Tensor& x) { return torch::arange(x.size(3)).view({1, 1, -1}); }

Tensor shifted(const Tensor& x, const Tensor& shift) {
  // One row and column of zeros all around take in what comes from outside.
  const Tensor rows = (rowsOf(x) + shift.select(1, 0).view({-1, 1, 1}) + 1).clamp(0, x.size(2) + 1);
  const Tensor columns = (columnsOf(x) + shift.select(1, 1).view({-1, 1, 1}) + 1).clamp(0, x.size(3) + 1);
  const Tensor padded = torch::constant_pad_nd(x, {1, 1, 1, 1}).permute({0, 2, 3, 1});
  const Tensor pictures = torch::arange(x.size(0)).view({-1, 1, 1});
  return padded.index({pictures, rows, columns}).permute({0, 3, 1, 2});
}

Tensor withHole(const Tensor& x, const Tensor& hole) {
  const std::int64_t height = rounded(x.size(2), kHoleShare);
  const std::int64_t width = rounded(x.size(3), kHoleShare);
  const auto within = [](const Tensor& place, const Tensor& center, std::int64_t side, std::int64_t last) {
    const Tensor first = center.view({-1, 1, 1}) - side / 2;
    // The square's pixels are moved inside: at a border it covers fewer of them.
    return (place >= first.clamp(0, last)) & (place <= (first + side - 1).clamp(0, last));
  };
  const Tensor cut = within(rowsOf(x), hole.select(1, 0), height, x.size(2) - 1) &
                     within(columnsOf(x), hole.select(1, 1), width, x.size(3) - 1);
  return x * (~cut).to(x.scalar_type()).unsqueeze(1);
}

}  // namespace

DiffDraws drawDiffAugment(const Tensor& images, at::Generator& random) {
  const std::int64_t count = images.size(0);
  const auto between = [&](std::int64_t low, std::int64_t high) {
    return torch::randint(low, high + 1, {count}, random, torch::kInt64);
  };
  const auto pair = [&](int share, std::int64_t side, bool isShift) {
    const std::int64_t reach = rounded(side, share);
    return isShift ? between(-reach, reach) : between(0, side + (1 - reach % 2) - 1);
  };
  DiffDraws draws;
  draws.brightness = torch::rand({count}, random);
  draws.saturation = torch::rand({count}, random);
  draws.contrast = torch::rand({count}, random);
  draws.shift = torch::stack({pair(kShiftShare, images.size(2), true), pair(kShiftShare, images.size(3), true)}, 1);
  draws.hole = torch::stack({pair(kHoleShare, images.size(2), false), pair(kHoleShare, images.size(3), false)}, 1);
  return draws;
}

Tensor diffAugment(const Tensor& images, const DiffDraws& draws) {
  return withHole(shifted(recoloured(images, draws), draws.shift), draws.hole);
}

}  // namespace loom::model

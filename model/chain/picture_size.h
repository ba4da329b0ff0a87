// Which sizes pictures have. Inside model/.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>

namespace loom::model {

/// The whole root of a square number, else 0.
inline std::int64_t squareRoot(std::int64_t square) {
  if (square < 1) {
    return 0;
  }
  const auto side = static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(square))));
  return side * side == square ? side : 0;
}

struct SquarePicture {
  int channels = 0;
  int side = 0;
};

/// A square picture of `values` numbers, at least 16: grey where that is a square, else RGB where a third of it is.
inline std::optional<SquarePicture> squarePicture(std::int64_t values) {
  for (const int channels : {1, 3}) {
    const std::int64_t side = values % channels == 0 ? squareRoot(values / channels) : 0;
    if (values >= 16 && side > 0 && side <= 4096) {
      return SquarePicture{channels, static_cast<int>(side)};
    }
  }
  return std::nullopt;
}

}  // namespace loom::model

// In what pieces the products of convolutions (panel_product-inl.h) take their two sides.
#pragma once

namespace loom::model {

inline constexpr int kGroup = 16;  ///< channels of the left side that lie side by side
inline constexpr int kPanel = 32;  ///< columns of the right side, and of the product

inline int roundedUp(int value, int to) { return (value + to - 1) / to * to; }

}  // namespace loom::model

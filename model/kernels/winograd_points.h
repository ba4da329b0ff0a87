// The points of both minimal filterings, and what follows from them for weights. winograd.cpp has the same for
// pictures.
#pragma once

namespace loom::model::winograd {

constexpr int kStep = 4;      // inputs by which tiles lie apart
constexpr int kMatrices = 6;  // each side, of weights
constexpr int kChunk = 128;   // output channels that are worked on together

/// Same: 0, ±a, ±b and infinity. With a·b = 1 the transforms hold no large numbers, and rounding grows less than with
/// the customary 1 and 2.
constexpr double kA2 = 0.5;
constexpr double kB2 = 2.0;
constexpr double kA = 0.70710678118654752440;
constexpr double kB = 1.41421356237309504880;

/// Twice: its even outputs have two taps, and take 0, ±1, p and infinity; its odd ones have one tap and take it as it
/// is.
constexpr double kP = 2.0;

}  // namespace loom::model::winograd

// Directions in the latent space that are drawn from examples, or between two places. Standard C++ alone.
#pragma once

#include "model/float_tensor.h"
#include "model/opened_model.h"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace loom::model {

inline constexpr int kFewestExamples = 5;  ///< of each side

struct BoundaryOptions {
  /// What a wrong side costs against a long normal: scikit-learn's C. Places are brought to a mean of 0 and a mean
  /// variance of 1 before, so that it means the same in every latent space.
  double cost = 1.0;
  int folds = 5;           ///< of the held-out accuracy, at least 2
  std::uint32_t seed = 0;  ///< draws who is in which fold
  /// K×dim, may be empty: directions that the answer must not change (conditional manipulation): their span is taken out
  /// of the normal.
  FloatTensor unchanged = {};
};

/// A hyperplane between two kinds of places. normal·place + offset is positive on the side of the positives.
struct Boundary {
  std::vector<float> normal;  ///< of length 1; without the span of BoundaryOptions::unchanged
  float offset = 0.0F;        ///< of the boundary before that span was taken out, for its own normal
  float strength = 0.0F;      ///< the standard deviation of all examples along the normal
  /// Shares of the positives and of the negatives that lie on their side of a boundary found without them, the mean of
  /// both: 0.5 is chance, whatever their counts. Of the normal before `unchanged` was taken out of it.
  double accuracy = 0.0;
  int folds = 0;  ///< that it was measured with: fewer than asked for where there are fewer examples
};

/// The boundary between `positives` (N×dim) and `negatives` (M×dim), both at least kFewestExamples, as InterFaceGAN has it
/// (Shen et al. 2020), but by logistic regression instead of a linear support vector machine: its optimum is unique and is
/// found exactly. Minimises ½|v|² + cost · Σ weight · log(1 + exp(−side (v·x + b))), b free, both sides of equal weight in
/// sum (scikit-learn's class_weight "balanced"), by Newton steps. Deterministic. `progress`: fraction in [0, 1]. Throws
/// ModelError with a clause that says what to do, and Interrupted.
Boundary findBoundary(const FloatTensor& positives, const FloatTensor& negatives, const BoundaryOptions& options = {},
                      const Interrupt& interrupt = {}, const std::function<void(double)>& progress = {});

/// `direction` (any length but 0) without what lies in the span of `others` (K×dim), of length 1. Throws ModelError where
/// the sizes differ or next to nothing is left.
std::vector<float> withoutDirections(std::span<const float> direction, const FloatTensor& others);

/// A way through the latent space: `from + strength · direction` is the other end.
struct Way {
  std::vector<float> direction;  ///< of length 1
  float strength = 0.0F;
};

/// From one place (w or z) to another of as many dimensions. Throws ModelError where both are the same.
Way wayBetween(std::span<const float> from, std::span<const float> to);

/// The standard deviation of `samples` latents along each of `directions` (K×dim, each of length 1): what one step is that
/// the model itself takes. In w (not truncated, class 0) where it has a mapping network; z is as in findByPca. In z it
/// follows from z's distribution, and nothing is sampled. Throws ModelError, Interrupted.
std::vector<float> spreadAlong(const OpenedModel& model, const FloatTensor& directions, int samples = 2000,
                               std::uint32_t seed = 0, const Interrupt& interrupt = {});

}  // namespace loom::model

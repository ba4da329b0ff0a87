// Directions in the latent space that change something one can see, found without any example. Standard C++ alone.
#pragma once

#include "model/opened_model.h"

#include <functional>

namespace loom::model {

/// In w where the generator has a mapping network, else in z.
struct LatentDirections {
  FloatTensor directions;        ///< count×dim, each of length 1, the most telling first
  std::vector<float> strengths;  ///< PCA: the standard deviation along each; SeFa: its eigenvalue
  int firstLayer = 0;            ///< of the layers that it is meant for; w only
  int lastLayer = -1;            ///< −1: all of them
};

/// Of `samples` latents, the standard deviations along their principal axes (Härkönen et al. 2020, GANSpace): of w as the
/// mapping network gives it, not truncated; without one, of the first layer's answers, each axis carried back to z by
/// least squares. z is `numpy.random.RandomState(seed).randn(samples, zDim)`; of a generator with classes, class 0.
/// `progress`: fraction in [0, 1]. Throws ModelError where the generator has no such layer or `count` is beyond its
/// dimensions, and Interrupted.
LatentDirections findByPca(const OpenedModel& model, int count, int samples, std::uint32_t seed, const Interrupt& interrupt = {},
                           const std::function<void(double)>& progress = {});

/// The directions that the layers' own weights answer most to (Shen & Zhou 2021, SeFa; sefa.py and utils.py of
/// genforce/sefa): the eigenvectors of A·Aᵀ, where A has the style weights of layers first … last side by side (without a
/// mapping network: the first layer's), each unit's of length 1. `last` −1: to the last. Throws ModelError.
LatentDirections findBySefa(const OpenedModel& model, int count, int firstLayer = 0, int lastLayer = -1);

}  // namespace loom::model

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
/// least squares. z is `numpy.random.RandomState(seed).randn(samples, zDim)` (or uniform(-1, 1), where it was trained with
/// that); of a generator with classes, class 0.
/// `progress`: fraction in [0, 1]. Throws ModelError where the generator has no such layer or `count` is beyond its
/// dimensions, and Interrupted.
LatentDirections findByPca(const OpenedModel& model, int count, int samples, std::uint32_t seed, const Interrupt& interrupt = {},
                           const std::function<void(double)>& progress = {});

/// What leaves each layer of the network for one picture, in their order, e.g. {512, 8, 8}: the layers that
/// `findByActivations` knows. Runs the network once. Empty where the generator does not tell (a program of the file's own).
std::vector<std::vector<std::int64_t>> activationShapes(const OpenedModel& model, const Interrupt& interrupt = {});

/// The principal axes of what leaves `layer` (0: the first), carried back to w (without a mapping network to z) by least
/// squares: GANSpace for any layer (Härkönen et al. 2020; decomposition.py). The axes are found batch by batch (Ross et
/// al. 2008, as scikit-learn's IncrementalPCA), exactly where `samples` are at most 1000 and fit in 64 MiB, and the
/// regression then sees the same latents again. z and class as in `findByPca`; noise stands still. `strengths` are the
/// deviations of the activations. The directions are meant for all layers: those behind `layer` were not looked at.
/// Throws ModelError where there is no such layer, it gives fewer numbers than `count`, or there are too few samples.
LatentDirections findByActivations(const OpenedModel& model, int layer, int count, int samples, std::uint32_t seed,
                                   const Interrupt& interrupt = {}, const std::function<void(double)>& progress = {});

/// The directions that the layers' own weights answer most to (Shen & Zhou 2021, SeFa; sefa.py and utils.py of
/// genforce/sefa): the eigenvectors of A·Aᵀ, where A has the style weights of layers first … last side by side (without a
/// mapping network: the first layer's), each unit's of length 1. `last` −1: to the last. Throws ModelError.
LatentDirections findBySefa(const OpenedModel& model, int count, int firstLayer = 0, int lastLayer = -1);

}  // namespace loom::model

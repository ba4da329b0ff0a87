// What G and D play for, and what keeps D smooth. Scores are N logits (of Wasserstein and hinge: scores) of one batch.
#pragma once

#include "model/training_settings.h"

#include <torch/torch.h>

#include <functional>

namespace loom::model {

/// D's loss for scores of real and of generated pictures, one value; sources at GanLoss.
torch::Tensor lossOfD(GanLoss loss, const torch::Tensor& real, const torch::Tensor& fake);

/// G's loss for D's scores of its pictures, one value.
torch::Tensor lossOfG(GanLoss loss, const torch::Tensor& fake);

/// Above which score D takes a picture for real; nullopt where a score alone says nothing (Wasserstein).
std::optional<double> thresholdOf(GanLoss loss);

/// The squared norm of the gradient of `scores` by `inputs`, over all of a picture, mean over the batch: times γ/2 it is
/// R1 (Mescheder et al. 2018). `inputs` ask for a gradient.
torch::Tensor squaredGradient(const torch::Tensor& scores, const torch::Tensor& inputs);

/// WGAN-GP (Gulrajani et al. 2017): the mean of (‖∇D‖ − 1)² between real and generated pictures; the norm is over all of
/// a picture. `alpha`: N values in [0, 1], the share of the real one.
torch::Tensor gradientPenalty(const std::function<torch::Tensor(const torch::Tensor&)>& scoreOf, const torch::Tensor& real,
                              const torch::Tensor& fake, const torch::Tensor& alpha);

}  // namespace loom::model

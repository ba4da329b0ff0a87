#include "model/training/initial_weights.h"

#include <cmath>
#include <string>

namespace loom::model {

using torch::Tensor;

void drawWeights(torch::nn::Module& module, at::Generator& random) {
  const torch::NoGradGuard noGrad;
  constexpr double kDeviation = 0.02;
  const auto parameters = module.named_parameters();
  for (const auto& item : parameters) {
    const std::string& name = item.key();
    Tensor weight = item.value();
    if (!name.ends_with("weight")) {
      continue;
    }
    const std::string biasName = name.substr(0, name.size() - std::string("weight").size()) + "bias";
    const Tensor* bias = parameters.find(biasName);
    if (name.find("label_emb") != std::string::npos) {
      weight.normal_(0.0, 1.0, random);
    } else if (weight.dim() == 4) {
      weight.normal_(0.0, kDeviation, random);
    } else if (weight.dim() == 2) {
      const double bound = 1.0 / std::sqrt(static_cast<double>(weight.size(1)));
      weight.uniform_(-bound, bound, random);
      if (bias) {
        Tensor(*bias).uniform_(-bound, bound, random);
      }
      continue;
    } else {
      weight.normal_(1.0, kDeviation, random);
    }
    if (bias) {
      Tensor(*bias).zero_();
    }
  }
  for (const auto& item : module.named_buffers()) {
    Tensor buffer = item.value();
    if (item.key().ends_with("running_var")) {
      buffer.fill_(1);
    } else if (item.key().ends_with("running_mean") || item.key().ends_with("num_batches_tracked")) {
      buffer.zero_();
    }
  }
}

Tensor usualFilter() {
  const Tensor taps = torch::tensor({1.0F, 3.0F, 3.0F, 1.0F});
  return torch::outer(taps, taps) / 64.0;
}

void drawEqualisedWeights(torch::nn::Module& module, at::Generator& random) {
  const torch::NoGradGuard noGrad;
  for (const auto& item : module.named_parameters()) {
    const std::string& name = item.key();
    Tensor parameter = item.value();
    if (name.ends_with("bias")) {
      parameter.fill_(name.ends_with("affine.bias") ? 1.0 : 0.0);
    } else if (name.ends_with("noise_strength")) {
      parameter.zero_();
    } else {
      parameter.normal_(0.0, 1.0, random);
      if (name.starts_with("mapping.fc")) {
        parameter.div_(kMappingRate);
      }
    }
  }
  for (const auto& item : module.named_buffers()) {
    Tensor buffer = item.value();
    if (item.key().ends_with("resample_filter")) {
      buffer.copy_(usualFilter());
    } else if (item.key().ends_with("noise_const")) {
      buffer.normal_(0.0, 1.0, random);
    } else {
      buffer.zero_();
    }
  }
}

}  // namespace loom::model

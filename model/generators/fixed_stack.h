// A stack of layers as pictures are made with it, once its weights no longer change: norms with stored statistics and
// activations have gone into the convolutions before them.
#pragma once

#include "model/generators/fixed_convolution.h"
#include "model/generators/generator.h"

#include <functional>
#include <optional>
#include <vector>

namespace loom::model {

class FixedStack {
 public:
  using Function = std::function<torch::Tensor(const torch::Tensor&)>;

  bool empty() const { return m_steps.empty(); }

  /// The weight becomes this stack's own, see FixedConvolution.
  void convolve(torch::Tensor weight, torch::Tensor bias, const FixedConvolutionOptions& options);
  /// Batch norm by stored statistics; all C, weight and bias may be undefined. Goes into the convolution right before
  /// it.
  void normalise(const torch::Tensor& weight, const torch::Tensor& bias, const torch::Tensor& mean,
                 const torch::Tensor& variance, double epsilon);
  /// Goes into the convolution that it follows on, where nothing but a norm lies between.
  void activate(Then then, double slope = 0.0);
  /// Anything else. It may write into what it is given, unless that is the stack's own input.
  void apply(Function function) { m_steps.push_back({std::nullopt, std::move(function)}); }

  /// Adds what `sequential` holds of ConvTranspose2d, BatchNorm2d, ReLU and Tanh, as they are in eval mode. Throws
  /// ModelError where it holds anything else.
  void add(const torch::nn::Sequential& sequential);

  /// Looks at `control` before each step. On the CPU channels last.
  torch::Tensor forward(torch::Tensor x, const SynthesisControl& control) const;

 private:
  struct Step {
    std::optional<FixedConvolution> convolution;
    Function function;
  };

  /// The convolution that ends the stack and does nothing more as yet; null where there is none.
  FixedConvolution* open();

  std::vector<Step> m_steps;
};

}  // namespace loom::model

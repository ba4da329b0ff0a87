// What the discriminators of Progressive GAN and StyleGAN2 are made of: layers whose weights are drawn with deviation 1
// and scaled at run time, so that Adam moves all of them alike ("equalised learning rate", Karras et al. 2018).
#pragma once

#include <torch/torch.h>

namespace loom::model {

constexpr double kEqualisedLeak = 0.2;

/// A convolution (four sizes) or a linear layer (two), with bias, leaky ReLU and its gain √2, or none of these.
class EqualisedLayer : public torch::nn::Module {
 public:
  enum class Then { Nothing, LeakyRelu };

  /// shape: out×in or out×in×k×k. `clamp`: outputs stay within ± this times the gain; 0: free.
  EqualisedLayer(std::vector<std::int64_t> shape, bool bias, Then then, double clamp = 0.0);

  /// `gain` scales the output. A convolution pads by half of its kernel unless told otherwise.
  torch::Tensor forward(const torch::Tensor& x, double gain = 1.0, std::int64_t stride = 1, std::int64_t padding = -1) const;

 private:
  Then m_then;
  double m_clamp;
  torch::Tensor m_weight;
  torch::Tensor m_bias;
};

/// x with one more channel: how far the pictures of a group of at most four differ, everywhere the same. x: N×C×H×W.
torch::Tensor withGroupDeviation(const torch::Tensor& x);

}  // namespace loom::model

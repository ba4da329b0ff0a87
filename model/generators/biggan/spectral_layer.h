// Convolutions and linear layers whose weights are divided by their spectral norm, and the self-attention made of them.
#pragma once

#include "model/generators/fixed_convolution.h"
#include "model/generators/group_shapes.h"
#include "model/generators/prepared_module.h"

#include <optional>
#include <string>
#include <vector>

namespace loom::model {

/// How a file tells the spectral norm σ of a weight W, seen as a matrix of one row for each output.
enum class SpectralNorm {
  None,          ///< plain weights
  OneIteration,  ///< BigGAN-PyTorch, layers.py: `u0`; one step of the power iteration from it, in eval mode too
  Stored,        ///< torch.nn.utils.spectral_norm: `weight_orig`, `weight_u`, `weight_v`; σ = u·Wv in eval mode
};

/// nn.Conv2d (a weight of four dimensions; stride 1, the picture keeps its size) or nn.Linear (of two), bias optional.
class SpectralLayer : public PreparedModule {
 public:
  /// How a convolution is used.
  struct Use {
    std::int64_t doubledFrom = 0;  ///< pixels of the picture whose doubling to the nearest ones it follows; 0: none
    std::int64_t rows = 0;         ///< the first so many outputs alone; 0: all
  };

  SpectralLayer(const std::vector<std::int64_t>& shape, bool bias, SpectralNorm norm)
      : SpectralLayer(shape, bias, norm, Use()) {}
  SpectralLayer(const std::vector<std::int64_t>& shape, bool bias, SpectralNorm norm, const Use& use);

  /// Divides the weight by σ, in place: what a picture needs, and no second copy of it.
  void prepare(const std::string& name) override;
  /// N×in×H×W → N×out×H×W (doubled: 2H×2W), or N×in → N×out.
  torch::Tensor forward(const torch::Tensor& x) const;
  /// Of a linear layer.
  const torch::Tensor& weight() const { return m_weight; }

  /// Expects the tensors of such a layer under `name`.
  static void expect(GroupShapes& shapes, const std::string& name, const std::vector<std::int64_t>& shape, bool bias,
                     SpectralNorm norm);

 private:
  void divide(const std::string& name);
  torch::Tensor sigma() const;

  SpectralNorm m_norm;
  Use m_use;
  torch::Tensor m_weight;
  torch::Tensor m_bias;
  torch::Tensor m_u;
  torch::Tensor m_v;
  std::optional<FixedConvolution> m_convolution;  // has the weight, once it is prepared
};

/// The names of an attention block's four convolutions.
struct AttentionNames {
  std::string theta = "theta";
  std::string phi = "phi";
  std::string g = "g";
  std::string o = "o";
};

/// Self-attention as SAGAN's and BigGAN's code has it (Zhang et al. 2018): keys and values pooled 2×2, keys of an
/// eighth and values of half of the channels, x + gamma·o.
class SelfAttention : public torch::nn::Module {
 public:
  /// `gammaShape`: {} or {1}, as the original stores it.
  SelfAttention(std::int64_t channels, SpectralNorm norm, const AttentionNames& names,
                const std::vector<std::int64_t>& gammaShape);

  /// x: N×C×H×W, H and W even → the same shape.
  torch::Tensor forward(const torch::Tensor& x) const;

  /// Expects the tensors of such a block under `name`, for pictures of `side` pixels: the map takes side⁴ / 4 numbers.
  static void expect(GroupShapes& shapes, const std::string& name, std::int64_t channels, std::int64_t side,
                     SpectralNorm norm, const AttentionNames& names, const std::vector<std::int64_t>& gammaShape);

 private:
  std::shared_ptr<SpectralLayer> m_theta;
  std::shared_ptr<SpectralLayer> m_phi;
  std::shared_ptr<SpectralLayer> m_g;
  std::shared_ptr<SpectralLayer> m_o;
  torch::Tensor m_gamma;
};

/// Nothing but names for the modules within: a ModuleList, or a Sequential whose other entries have no weights.
class NamedModules : public torch::nn::Module {};

}  // namespace loom::model

// Convolutions and linear layers whose weights are divided by their spectral norm, and the self-attention made of them.
#pragma once

#include "model/generators/biggan/group_shapes.h"
#include "model/generators/generator.h"

#include <string>
#include <vector>

namespace loom::model {

/// A module that makes something of its weights, once, after they were read.
class PreparedModule : public torch::nn::Module {
 public:
  /// `name`: the module's own, for messages. Throws ModelError.
  virtual void prepare(const std::string& name) = 0;
};

/// Prepares every PreparedModule within `generator`; for Generator::finishLoading. Throws ModelError.
void prepareModules(Generator& generator);

/// How a file tells the spectral norm σ of a weight W, seen as a matrix of one row for each output.
enum class SpectralNorm {
  None,          ///< plain weights
  OneIteration,  ///< BigGAN-PyTorch, layers.py: `u0`; one step of the power iteration from it, in eval mode too
  Stored,        ///< torch.nn.utils.spectral_norm: `weight_orig`, `weight_u`, `weight_v`; σ = u·Wv in eval mode
};

/// nn.Conv2d (a weight of four dimensions; stride 1, the picture keeps its size) or nn.Linear (of two), bias optional.
class SpectralLayer : public PreparedModule {
 public:
  SpectralLayer(const std::vector<std::int64_t>& shape, bool bias, SpectralNorm norm);

  /// Divides the weight by σ, in place: what a picture needs, and no second copy of it.
  void prepare(const std::string& name) override;
  /// N×in×H×W → N×out×H×W, or N×in → N×out.
  torch::Tensor forward(const torch::Tensor& x) const;
  /// The first `rows` outputs alone.
  torch::Tensor forward(const torch::Tensor& x, std::int64_t rows) const;
  const torch::Tensor& weight() const { return m_weight; }

  /// Expects the tensors of such a layer under `name`.
  static void expect(GroupShapes& shapes, const std::string& name, const std::vector<std::int64_t>& shape, bool bias,
                     SpectralNorm norm);

 private:
  torch::Tensor sigma() const;

  SpectralNorm m_norm;
  torch::Tensor m_weight;
  torch::Tensor m_bias;
  torch::Tensor m_u;
  torch::Tensor m_v;
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

/// Every pixel twice in both directions.
torch::Tensor doubled(const torch::Tensor& x);

}  // namespace loom::model

// BigGAN's batch norms (layers.py of ajbrock/BigGAN-PyTorch), in eval mode: stored statistics, gain and bias from the
// condition or of their own.
#pragma once

#include "model/generators/biggan/spectral_layer.h"

namespace loom::model {

/// (x − mean) · scale · gain + bias, then ReLU, in one pass. mean and scale: C; gain and bias: N×C, or 1×C for all
/// alike.
torch::Tensor normalizedRelu(const torch::Tensor& x, const torch::Tensor& mean, const torch::Tensor& scale,
                             const torch::Tensor& gain, const torch::Tensor& bias);

/// Where the statistics stand.
enum class BigGanStatistics {
  Plain,     ///< `stored_mean`, `stored_var` in the norm itself
  Standing,  ///< option mybn: `bn.stored_mean`, `bn.stored_var`, `bn.accumulation_counter`
};

/// Registers the statistics in `norm` and keeps them ready for use.
class BigGanStored {
 public:
  BigGanStored(torch::nn::Module& norm, std::int64_t channels, BigGanStatistics place);

  /// Turns the variance into 1 / √(var + eps), in place: it is all that a picture needs of it. Standing sums are
  /// divided by their counter first.
  void prepare();

  torch::Tensor apply(const torch::Tensor& x, const torch::Tensor& gain, const torch::Tensor& bias) const {
    return normalizedRelu(x, m_mean, m_scale, gain, bias);
  }

  static void expect(GroupShapes& shapes, const std::string& name, std::int64_t channels, BigGanStatistics place);

 private:
  torch::Tensor m_mean;
  torch::Tensor m_scale;
  torch::Tensor m_counter;
};

/// What the conditional norms of one network have in common.
struct BigGanCondition {
  std::int64_t size = 0;   ///< of the vector that they take
  bool embedding = false;  ///< gain and bias are embeddings: one row for each class, never spectrally normalised
  SpectralNorm spectral = SpectralNorm::OneIteration;
  BigGanStatistics statistics = BigGanStatistics::Plain;
};

/// `ccbn`: gain = 1 + gain(y), bias = bias(y).
class BigGanConditionalNorm : public PreparedModule {
 public:
  BigGanConditionalNorm(std::int64_t channels, const BigGanCondition& condition);
  void prepare(const std::string& name) override;
  /// x: N×C×H×W, y: N×size → the norm's output behind a ReLU.
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& y) const;
  static void expect(GroupShapes& shapes, const std::string& name, std::int64_t channels,
                     const BigGanCondition& condition);

 private:
  torch::Tensor modulation(const SpectralLayer& layer, const torch::Tensor& y) const;

  bool m_embedding;
  std::shared_ptr<SpectralLayer> m_gain;
  std::shared_ptr<SpectralLayer> m_bias;
  BigGanStored m_stored;
};

/// `bn`: gain and bias of its own.
class BigGanNorm : public PreparedModule {
 public:
  BigGanNorm(std::int64_t channels, BigGanStatistics place);
  void prepare(const std::string& name) override;
  /// x: N×C×H×W → the norm's output behind a ReLU.
  torch::Tensor forward(const torch::Tensor& x) const;
  static void expect(GroupShapes& shapes, const std::string& name, std::int64_t channels, BigGanStatistics place);

 private:
  torch::Tensor m_gain;
  torch::Tensor m_bias;
  BigGanStored m_stored;
};

}  // namespace loom::model

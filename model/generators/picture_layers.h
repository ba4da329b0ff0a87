// The layers that image-to-image generators are made of. Each carries the names of the PyTorch modules it stands for.
#pragma once

#include "model/generators/fixed_convolution.h"
#include "model/generators/prepared_module.h"
#include "model/generators/tensor_names.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace loom::model {

class PictureLayer : public PreparedModule {
 public:
  void prepare(const std::string&) override {}
  /// May write into x.
  virtual torch::Tensor forward(const torch::Tensor& x, const SynthesisControl& control) = 0;
};

/// Conv2d, or ConvTranspose2d, with the padding before it.
struct ConvOptions {
  ConvShape shape = {};
  int kernel = 3;
  int stride = 1;
  int padding = 0;
  bool reflect = false;  ///< mirrored at the edges instead of zeros; not of a transposed one
  bool transposed = false;
  int outputPadding = 0;  ///< of a transposed one
};

/// weight, bias
class ConvLayer : public PictureLayer {
 public:
  explicit ConvLayer(const ConvOptions& options);
  void prepare(const std::string& name) override;
  torch::Tensor forward(const torch::Tensor& x, const SynthesisControl& control) override;

 private:
  ConvOptions m_options;
  torch::Tensor m_weight;  // until it is prepared
  torch::Tensor m_bias;
  std::optional<FixedConvolution> m_convolution;
};

/// Batch norm or instance norm: with running statistics the user chooses between them and the picture's own.
/// weight, bias; running_mean, running_var
class NormLayer : public PictureLayer {
 public:
  /// `original`: what NormStatistics::Original means here, Stored or Instance. Without running statistics it is always
  /// Instance.
  NormLayer(int channels, const NormShape& shape, NormStatistics original);
  torch::Tensor forward(const torch::Tensor& x, const SynthesisControl& control) override;

 private:
  NormStatistics m_original;
  torch::Tensor m_weight;
  torch::Tensor m_bias;
  torch::Tensor m_mean;
  torch::Tensor m_variance;
};

/// A layer without weights.
class PlainLayer : public PictureLayer {
 public:
  using Function = std::function<torch::Tensor(const torch::Tensor&)>;
  explicit PlainLayer(Function function) : m_function(std::move(function)) {}
  torch::Tensor forward(const torch::Tensor& x, const SynthesisControl&) override { return m_function(x); }

 private:
  Function m_function;
};

/// An nn.Sequential whose layers are added under numbers of one's choice; looks at `control` between them.
class PictureChain : public PictureLayer {
 public:
  void add(int number, std::shared_ptr<PictureLayer> layer);
  /// Without a number: it has no weights.
  void add(PlainLayer::Function function) { m_layers.push_back(std::make_shared<PlainLayer>(std::move(function))); }
  torch::Tensor forward(const torch::Tensor& x, const SynthesisControl& control) override;

 private:
  std::vector<std::shared_ptr<PictureLayer>> m_layers;
};

/// x + chain(x), the chain under the name `own`.
class ResidualLayer : public PictureLayer {
 public:
  ResidualLayer(const std::string& own, std::shared_ptr<PictureChain> chain);
  torch::Tensor forward(const torch::Tensor& x, const SynthesisControl& control) override;

 private:
  std::shared_ptr<PictureChain> m_chain;
};

/// What every generator here says of itself; the picture's sides must be multiples of 2^halvings. Throws Mismatch where
/// the channels make no picture.
GeneratorInfo describePictureGenerator(std::string architecture, int inputChannels, int channels, int halvings);

}  // namespace loom::model

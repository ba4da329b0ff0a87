#include "model/generators/mlp.h"

#include "model/generators/layer_chain.h"

#include <cmath>

namespace loom::model {
namespace {

constexpr std::int64_t kMinPixels = 64;     // fewer outputs are a discriminator's verdict or points of toy data
constexpr const char* kPyTorchGan = "model.";  // the Sequential's name in eriklindernoren/PyTorch-GAN

GeneratorInfo describe(const MlpOptions& options) {
  GeneratorInfo info;
  info.architecture = "MLP GAN";
  info.zDim = options.zDim;
  info.channels = options.channels;
  info.height = options.height;
  info.width = options.width;
  std::string widths;
  for (std::size_t i = 0; i + 1 < options.layers.size(); ++i) {
    widths += (i ? ", " : "") + std::to_string(options.layers[i].features);
  }
  info.options.emplace_back("Hidden units", widths);
  return info;
}

/// A square picture of `outputs` numbers: grey where that is a square, else RGB where a third of it is.
bool readPicture(std::int64_t outputs, MlpOptions& options) {
  for (const int channels : {1, 3}) {
    const auto side = static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(outputs / channels))));
    if (outputs >= kMinPixels && side * side * channels == outputs) {
      options.channels = channels;
      options.height = options.width = static_cast<int>(side);
      return true;
    }
  }
  return false;
}

/// Fills `options` from the chain; returns what does not fit, or an empty string.
std::string readOptions(const LayerChain& chain, MlpOptions& options) {
  std::int64_t features = 0;
  int expected = 0;  // the number at which the next linear layer must stand: one LeakyReLU lies between
  for (const auto& [number, layer] : chain.layers) {
    if (!layer.weight || !layer.bias) {
      return "layer " + std::to_string(number) + " lacks its weight or its bias";
    }
    if (layer.isNorm() && !options.layers.empty() && number == expected - 1 && !options.layers.back().norm &&
        layer.weight->shape[0] == features) {
      options.layers.back().norm = true;
      ++expected;
      continue;
    }
    const auto& shape = layer.weight->shape;
    if (shape.size() != 2 || shape[0] < 1 || shape[1] < 1) {
      return named(*layer.weight) + " is not a linear layer";
    }
    if (number != expected || (features != 0 && shape[1] != features) || layer.bias->shape != std::vector{shape[0]}) {
      return named(*layer.weight) + " does not follow on the layer before it";
    }
    if (options.layers.empty()) {
      options.zDim = static_cast<int>(shape[1]);
    }
    features = shape[0];
    options.layers.push_back({static_cast<int>(features), false});
    expected = number + 2;
  }
  if (options.layers.size() < 2 || options.layers.back().norm) {
    return "it is no chain of two or more linear layers";
  }
  if (!readPicture(features, options)) {
    return "its " + std::to_string(features) + " outputs make no square picture, grey or RGB";
  }
  return {};
}

Recognition recogniseMlp(const TensorGroup& group, const Checkpoint&) {
  Recognition recognition;
  const auto chain = readLayerChain(group, recognition.mismatch);
  if (!chain) {
    return recognition;
  }
  MlpOptions options;
  recognition.mismatch = readOptions(*chain, options);
  if (recognition.mismatch.empty()) {
    options.normEps = chain->prefix == kPyTorchGan ? 0.8 : 1e-5;
    recognition.fileName = replacePrefix("model.", chain->prefix);
    recognition.make = [options] { return std::make_shared<MlpGenerator>(options); };
  }
  return recognition;
}

}  // namespace

MlpGenerator::MlpGenerator(const MlpOptions& options) : Generator(describe(options)) {
  using namespace torch::nn;
  std::int64_t in = options.zDim;
  for (std::size_t i = 0; i < options.layers.size(); ++i) {
    const auto& layer = options.layers[i];
    m_layers->push_back(Linear(in, layer.features));
    if (layer.norm) {
      m_layers->push_back(BatchNorm1d(BatchNorm1dOptions(layer.features).eps(options.normEps)));
    }
    if (i + 1 < options.layers.size()) {
      m_layers->push_back(LeakyReLU(LeakyReLUOptions().negative_slope(0.2).inplace(true)));
    } else {
      m_layers->push_back(Tanh());
    }
    in = layer.features;
  }
  register_module("model", m_layers);
}

torch::Tensor MlpGenerator::synthesize(const torch::Tensor& w, const SynthesisControl& control) {
  return runChain(m_layers, w, control).view({w.size(0), info().channels, info().height, info().width});
}

std::vector<torch::Tensor> MlpGenerator::latentWeights() const {
  const torch::Tensor first = m_layers->parameters().front();
  return {first};
}

Architecture mlpArchitecture() {
  return {"MLP GAN",
          "a Sequential of linear layers (0.weight, 2.weight, …) whose widths follow on one another and end in the pixels "
          "of a square picture, grey or RGB",
          recogniseMlp};
}

}  // namespace loom::model

#include "model/training/trained_generator.h"

#include "model/generators/chain_choice.h"
#include "model/generators/chain_generator.h"
#include "model/generators/dcgan.h"
#include "model/generators/mlp.h"
#include "model/generators/stylegan2/stylegan2.h"
#include "model/generators/zoo/progressive_gan.h"
#include "model/training/initial_weights.h"

#include <stdexcept>

namespace loom::model {
namespace {

using torch::Tensor;

constexpr double kLeak = 0.2;
constexpr int kLabelLength = 16;

/// 2-D toys: `depth` linear layers of `width` with LeakyReLU, then one to two coordinates.
class PointGenerator : public torch::nn::Module {
 public:
  explicit PointGenerator(const TrainingSettings& settings) {
    int in = settings.zDim;
    for (int i = 0; i < settings.depth; ++i) {
      m_layers.push_back(register_module("layer" + std::to_string(i), torch::nn::Linear(in, settings.width)));
      in = settings.width;
    }
    m_last = register_module("last", torch::nn::Linear(in, 2));
  }
  Tensor forward(const Tensor& z) {
    Tensor x = z;
    for (auto& layer : m_layers) {
      x = torch::leaky_relu(layer->forward(x), kLeak);
    }
    return m_last->forward(x);
  }

 private:
  std::vector<torch::nn::Linear> m_layers;
  torch::nn::Linear m_last{nullptr};
};

/// Channels of a DCGAN's blocks, from 4×4 on; the last are the picture's.
std::vector<int> widthsOf(const TrainingSettings& settings, const DataShape& shape) {
  std::vector<int> widths{shape.channels};
  std::int64_t width = settings.width;
  for (int pixels = shape.resolution; pixels > 4; pixels /= 2) {
    widths.insert(widths.begin(), static_cast<int>(width));
    width *= 2;
  }
  return widths;
}

LayoutLayer layer(LayerKind kind, const std::string& tensors = {}, int stride = 1, int padding = 0) {
  LayoutLayer made;
  made.kind.value = kind;
  made.tensors = tensors;
  made.stride.value = stride;
  made.padding.value = padding;
  return made;
}

LayoutLayer activation(ActivationKind kind) {
  LayoutLayer made = layer(LayerKind::Activation);
  made.activation.value = kind;
  return made;
}

/// A stack of layers with the shapes of its tensors.
struct Stack {
  ChainLayout layout;
  TensorGroup group;

  void tensor(const std::string& name, std::vector<std::int64_t> shape) {
    group.tensors.push_back({name, DType::F32, std::move(shape), {}, {}});
  }
  void norm(const std::string& name, std::int64_t channels) {
    layout.layers.push_back(layer(LayerKind::BatchNorm, name));
    for (const char* leaf : {".weight", ".bias", ".running_mean", ".running_var"}) {
      tensor(name + leaf, {channels});
    }
  }
};

Stack conditionalDcgan(const TrainingSettings& settings, const DataShape& shape) {
  Stack stack;
  stack.layout.name = "Conditional DCGAN";
  stack.layout.layers.push_back(layer(LayerKind::Reshape));
  std::int64_t in = settings.zDim + kLabelLength;
  int number = 0;
  const std::vector<int> widths = widthsOf(settings, shape);
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const bool last = i + 1 == widths.size();
    const std::string name = "main." + std::to_string(number);
    stack.layout.layers.push_back(layer(LayerKind::TransposedConv, name, i ? 2 : 1, i ? 1 : 0));
    stack.tensor(name + ".weight", {in, widths[i], 4, 4});
    if (!last) {
      stack.norm("main." + std::to_string(number + 1), widths[i]);
    }
    stack.layout.layers.push_back(activation(last ? ActivationKind::Tanh : ActivationKind::ReLU));
    in = widths[i];
    number += 3;
  }
  return stack;
}

Stack conditionalMlp(const TrainingSettings& settings, const DataShape& shape) {
  Stack stack;
  stack.layout.name = "Conditional MLP GAN";
  std::int64_t in = settings.zDim + kLabelLength;
  for (int i = 0; i <= settings.depth; ++i) {
    const bool last = i == settings.depth;
    const std::int64_t out = last ? shape.values() : std::int64_t{settings.width} << i;
    const std::string name = "model." + std::to_string(2 * i);
    stack.layout.layers.push_back(layer(LayerKind::Linear, name));
    stack.tensor(name + ".weight", {out, in});
    stack.tensor(name + ".bias", {out});
    stack.layout.layers.push_back(activation(last ? ActivationKind::Tanh : ActivationKind::LeakyReLU));
    in = out;
  }
  LayoutLayer reshape = layer(LayerKind::Reshape);
  reshape.shape.value = {shape.channels, shape.resolution, shape.resolution};
  stack.layout.layers.push_back(reshape);
  return stack;
}

std::shared_ptr<Generator> plainGenerator(const TrainingSettings& settings, const DataShape& shape) {
  if (settings.family == Family::Dcgan) {
    DcganOptions options;
    options.zDim = settings.zDim;
    for (const int width : widthsOf(settings, shape)) {
      options.blocks.push_back({width, false, true});
    }
    options.blocks.back().norm = false;
    return std::make_shared<DcganGenerator>(options);
  }
  MlpOptions options;
  options.zDim = settings.zDim;
  for (int i = 0; i < settings.depth; ++i) {
    options.layers.push_back({settings.width << i, false});
  }
  options.layers.push_back({static_cast<int>(shape.values()), false});
  options.channels = shape.channels;
  options.height = options.width = shape.resolution;
  return std::make_shared<MlpGenerator>(options);
}

std::shared_ptr<Generator> conditionalGenerator(const TrainingSettings& settings, const DataShape& shape,
                                                const std::vector<std::string>& classNames,
                                                TrainedGenerator& made) {
  Stack stack = settings.family == Family::Dcgan ? conditionalDcgan(settings, shape) : conditionalMlp(settings, shape);
  stack.layout.labels.embedding = "label_emb";
  stack.layout.labels.entry.value = LabelEntry::AfterZ;
  stack.layout.labels.names = classNames;
  stack.layout.zDim.value = settings.zDim;
  stack.tensor("label_emb.weight", {shape.classes, kLabelLength});
  std::string mismatch;
  auto chain = resolveChain(stack.layout, stack.group, mismatch);
  if (!chain) {
    throw std::runtime_error("these settings make no network: " + mismatch);
  }
  made.metadata.emplace_back(kLayoutKey, chainLayoutToJson(stack.layout));
  return std::make_shared<ChainGenerator>(std::move(*chain));
}

std::shared_ptr<Generator> stylegan2Generator(const TrainingSettings& settings, const DataShape& shape) {
  Stylegan2Options options;
  options.form = "NVIDIA";
  options.zDim = settings.zDim;
  options.mapping.assign(static_cast<std::size_t>(settings.depth), settings.zDim);
  if (shape.classes > 0 && settings.conditioning != Conditioning::None) {
    options.cDim = shape.classes;
    options.embedWidth = settings.zDim;
  }
  options.blockWidths = widthsByResolution(settings, shape);
  options.channels = shape.channels;
  options.mappingRate = kMappingRate;
  options.clamp = 256.0;  // what a file is read with that does not say otherwise
  return std::make_shared<Stylegan2Generator>(options);
}

std::shared_ptr<Generator> progressiveGenerator(const TrainingSettings& settings, const DataShape& shape) {
  ProgressiveGanOptions options;
  options.zDim = settings.zDim;
  options.channels = widthsByResolution(settings, shape);
  options.pictureChannels = shape.channels;
  return std::make_shared<ProgressiveGanGenerator>(options);
}

std::shared_ptr<Generator> pictureGenerator(const TrainingSettings& settings, const DataShape& shape,
                                            const std::vector<std::string>& classNames, TrainedGenerator& made) {
  switch (settings.family) {
    case Family::Stylegan2: return stylegan2Generator(settings, shape);
    case Family::Progressive: return progressiveGenerator(settings, shape);
    default:
      return shape.classes > 0 && settings.conditioning != Conditioning::None
                 ? conditionalGenerator(settings, shape, classNames, made)
                 : plainGenerator(settings, shape);
  }
}

/// w of a training batch moves the mean of w that truncation starts from (w_avg_beta).
void followMean(Generator& generator, const Tensor& ws) {
  constexpr double kKeep = 0.998;
  const torch::NoGradGuard noGrad;
  const auto buffers = generator.named_buffers();
  if (const Tensor* mean = generator.is_training() ? buffers.find("mapping.w_avg") : nullptr) {
    Tensor(*mean).lerp_(ws.detach().select(1, 0).mean(0).to(mean->scalar_type()), 1.0 - kKeep);
  }
}

}  // namespace

TrainedGenerator makeTrainedGenerator(const TrainingSettings& settings, const DataShape& shape,
                                      const std::vector<std::string>& classNames, at::Generator& random) {
  TrainedGenerator made;
  if (shape.isPoints()) {
    const auto points = std::make_shared<PointGenerator>(settings);
    made.module = points;
    made.map = [](const Tensor& z, const Tensor&) { return z; };
    made.paint = [points](const Tensor& z, const SynthesisSettings&) { return points->forward(z); };
    drawWeights(*points, random);
    return made;
  }
  static const Interrupt kNever;
  const auto generator = pictureGenerator(settings, shape, classNames, made);
  const bool equalised = settings.family == Family::Stylegan2 || settings.family == Family::Progressive;
  made.module = generator;
  made.styleLayers = generator->info().styleLayers;
  made.hasNoise = !generator->info().noiseModes.empty();
  made.map = [generator, equalised](const Tensor& z, const Tensor& c) {
    if (equalised) {
      generator->finishLoading();  // what follows from the weights as they are now
    }
    const Tensor w = generator->map(z, c, SynthesisControl{kNever, {}, {}});
    followMean(*generator, w);
    return w;
  };
  made.paint = [generator](const Tensor& w, const SynthesisSettings& wanted) {
    return generator->synthesize(w, SynthesisControl{kNever, wanted, {}});
  };
  equalised ? drawEqualisedWeights(*generator, random) : drawWeights(*generator, random);
  return made;
}

}  // namespace loom::model

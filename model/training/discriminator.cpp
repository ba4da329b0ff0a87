#include "model/training/discriminator.h"

#include "model/training/initial_weights.h"
#include "model/training/progressive_discriminator.h"
#include "model/training/stylegan2_discriminator.h"

#include <algorithm>

namespace loom::model {
namespace {

using torch::Tensor;

constexpr double kLeak = 0.2;
constexpr int kLabelLength = 16;

/// A weight divided by its largest singular value, which one power iteration a step follows (Miyato et al. 2018).
class SpectralNorm {
 public:
  SpectralNorm() = default;
  SpectralNorm(torch::nn::Module& owner, const Tensor& weight, at::Generator& random) {
    m_left = owner.register_buffer("left", torch::empty({weight.size(0)}).normal_(0.0, 1.0, random));
    m_left.div_(m_left.norm());
  }
  Tensor operator()(const Tensor& weight, bool training) {
    if (!m_left.defined()) {
      return weight;
    }
    const Tensor matrix = weight.flatten(1);
    Tensor right;
    {
      const torch::NoGradGuard noGrad;
      right = normalised(torch::mv(matrix.t(), m_left));
      const Tensor left = normalised(torch::mv(matrix, right));
      if (training) {
        m_left.copy_(left);
      }
    }
    // A copy: the next step's iteration changes the buffer while the graph still holds it.
    return weight / torch::dot(m_left.clone(), torch::mv(matrix, right));
  }

 private:
  static Tensor normalised(const Tensor& x) { return x / x.norm().clamp_min(1e-12); }
  Tensor m_left;
};

/// A convolution or a linear layer, as the weight's rank tells.
class Layer : public torch::nn::Module {
 public:
  Layer(std::vector<std::int64_t> shape, bool bias, int stride, int padding, bool spectral, at::Generator& random)
      : m_stride(stride), m_padding(padding) {
    m_weight = register_parameter("weight", torch::empty(shape));
    if (bias) {
      m_bias = register_parameter("bias", torch::zeros({shape[0]}));
    }
    if (spectral) {
      m_spectral = SpectralNorm(*this, m_weight, random);
    }
  }
  Tensor forward(const Tensor& x) {
    const Tensor weight = m_spectral(m_weight, is_training());
    return m_weight.dim() == 2 ? torch::linear(x, weight, m_bias)
                               : torch::conv2d(x, weight, m_bias, m_stride, m_padding);
  }

 private:
  int m_stride;
  int m_padding;
  Tensor m_weight;
  Tensor m_bias;
  SpectralNorm m_spectral;
};

/// What stands behind the features: a score, with the class where there are any.
class Head : public torch::nn::Module {
 public:
  Head(const TrainingSettings& settings, const DataShape& shape, std::int64_t features, at::Generator& random) {
    m_score = register_module(
        "score", std::make_shared<Layer>(std::vector<std::int64_t>{1, features}, true, 1, 0, settings.spectralNorm, random));
    if (shape.classes > 0 && settings.conditioning == Conditioning::Projection) {
      m_projection = register_parameter("label_emb_weight", torch::empty({shape.classes, features}));
    } else if (shape.classes > 0 && settings.conditioning == Conditioning::Auxiliary) {
      m_classes = register_module("classes", std::make_shared<Layer>(std::vector<std::int64_t>{shape.classes, features}, true,
                                                                     1, 0, settings.spectralNorm, random));
    }
  }
  Discriminator::Verdict judge(const Tensor& features, const Tensor& labels) {
    Discriminator::Verdict verdict{m_score->forward(features).squeeze(1), {}};
    if (m_projection.defined()) {
      verdict.scores = verdict.scores + (m_projection.index_select(0, labels) * features).sum(1);
    }
    if (m_classes) {
      verdict.classes = m_classes->forward(features);
    }
    return verdict;
  }

 private:
  std::shared_ptr<Layer> m_score;
  std::shared_ptr<Layer> m_classes;
  Tensor m_projection;
};

class MlpDiscriminator : public Discriminator {
 public:
  MlpDiscriminator(const TrainingSettings& settings, const DataShape& shape, at::Generator& random) {
    std::int64_t in = shape.values();
    if (shape.classes > 0 && settings.conditioning == Conditioning::Embedding) {
      m_labels = register_parameter("label_emb_weight", torch::empty({shape.classes, kLabelLength}));
      in += kLabelLength;
    }
    constexpr std::int64_t kWidest = 512;
    for (int i = 0; i < settings.depth; ++i) {
      const std::int64_t wide =
          shape.isPoints() ? settings.width
                           : std::min<std::int64_t>(kWidest, std::int64_t{settings.width} << std::min(20, settings.depth - 1 - i));
      m_layers.push_back(register_module(
          "layer" + std::to_string(i),
          std::make_shared<Layer>(std::vector<std::int64_t>{wide, in}, true, 1, 0, settings.spectralNorm, random)));
      in = wide;
    }
    m_head = register_module("head", std::make_shared<Head>(settings, shape, in, random));
  }
  Verdict judge(const Tensor& x, const Tensor& labels) override {
    Tensor y = x.flatten(1);
    if (m_labels.defined()) {
      y = torch::cat({y, m_labels.index_select(0, labels)}, 1);
    }
    for (const auto& layer : m_layers) {
      y = torch::leaky_relu(layer->forward(y), kLeak);
    }
    return m_head->judge(y, labels);
  }

 private:
  Tensor m_labels;
  std::vector<std::shared_ptr<Layer>> m_layers;
  std::shared_ptr<Head> m_head;
};

class ConvDiscriminator : public Discriminator {
 public:
  ConvDiscriminator(const TrainingSettings& settings, const DataShape& shape, at::Generator& random) {
    std::int64_t in = shape.channels;
    if (shape.classes > 0 && settings.conditioning == Conditioning::Embedding) {
      m_resolution = shape.resolution;
      m_labels = register_parameter("label_emb_weight",
                                    torch::empty({shape.classes, std::int64_t{shape.resolution} * shape.resolution}));
      ++in;
    }
    const bool norm = settings.gradientPenalty == 0.0 && settings.r1 == 0.0 && !settings.spectralNorm;
    std::int64_t out = settings.width;
    for (int pixels = shape.resolution; pixels > 4; pixels /= 2) {
      const std::string number = std::to_string(m_layers.size());
      const bool normed = norm && !m_layers.empty();
      m_layers.push_back(register_module(
          "conv" + number, std::make_shared<Layer>(std::vector<std::int64_t>{out, in, 4, 4}, !normed, 2, 1,
                                                   settings.spectralNorm, random)));
      m_norms.push_back(normed ? register_module("norm" + number, torch::nn::BatchNorm2d(out)) : nullptr);
      in = out;
      out *= 2;
    }
    m_pools = settings.conditioning == Conditioning::Projection;
    m_head = register_module("head", std::make_shared<Head>(settings, shape, m_pools ? in : in * 16, random));
  }
  Verdict judge(const Tensor& x, const Tensor& labels) override {
    Tensor y = x;
    if (m_labels.defined()) {
      y = torch::cat({y, m_labels.index_select(0, labels).view({-1, 1, m_resolution, m_resolution})}, 1);
    }
    y = y.contiguous(at::MemoryFormat::ChannelsLast);
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
      y = m_layers[i]->forward(y);
      y = torch::leaky_relu(m_norms[i] ? m_norms[i]->forward(y) : y, kLeak);
    }
    return m_head->judge(m_pools ? y.sum({2, 3}) : y.flatten(1), labels);
  }

 private:
  int m_resolution = 0;
  bool m_pools = false;
  Tensor m_labels;
  std::vector<std::shared_ptr<Layer>> m_layers;
  std::vector<torch::nn::BatchNorm2d> m_norms;
  std::shared_ptr<Head> m_head;
};

}  // namespace

std::vector<int> widthsByResolution(const TrainingSettings& settings, const DataShape& shape) {
  std::vector<int> widths;
  std::int64_t width = settings.width;
  for (int pixels = shape.resolution; pixels >= 4; pixels /= 2) {
    widths.insert(widths.begin(), static_cast<int>(std::min<std::int64_t>(width, settings.widest)));
    width *= 2;
  }
  return widths;
}

std::shared_ptr<Discriminator> makeDiscriminator(const TrainingSettings& settings, const DataShape& shape,
                                                 at::Generator& random) {
  std::shared_ptr<Discriminator> made;
  switch (settings.family) {
    case Family::Stylegan2:
      made = makeStylegan2Discriminator(widthsByResolution(settings, shape), shape,
                                        shape.classes > 0 && settings.conditioning != Conditioning::None);
      drawEqualisedWeights(*made, random);
      return made;
    case Family::Progressive:
      made = makeProgressiveDiscriminator(widthsByResolution(settings, shape), shape);
      drawEqualisedWeights(*made, random);
      return made;
    case Family::Dcgan: made = std::make_shared<ConvDiscriminator>(settings, shape, random); break;
    case Family::Mlp:
    case Family::Toy: made = std::make_shared<MlpDiscriminator>(settings, shape, random); break;
  }
  drawWeights(*made, random);
  return made;
}

}  // namespace loom::model

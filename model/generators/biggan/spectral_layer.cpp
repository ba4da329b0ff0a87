#include "model/generators/biggan/spectral_layer.h"

#include <cmath>

namespace loom::model {
namespace {

constexpr double kNormEps = 1e-12;           // the originals' guard against a division by zero
constexpr std::int64_t kMaxAttention = 256;  // pixels: the map of one picture takes 4 GB there

torch::Tensor normalized(const torch::Tensor& vector) { return vector / vector.norm().clamp_min(kNormEps); }

}  // namespace

SpectralLayer::SpectralLayer(const std::vector<std::int64_t>& shape, bool bias, SpectralNorm norm, const Use& use)
    : m_norm(norm), m_use(use) {
  std::int64_t rest = 1;
  for (std::size_t i = 1; i < shape.size(); ++i) {
    rest *= shape[i];
  }
  const bool stored = norm == SpectralNorm::Stored;
  m_weight = register_parameter(stored ? "weight_orig" : "weight", torch::empty(shape));
  if (bias) {
    m_bias = register_parameter("bias", torch::empty({shape[0]}));
  }
  if (norm == SpectralNorm::OneIteration) {
    m_u = register_buffer("u0", torch::empty({1, shape[0]}));
  } else if (stored) {
    m_u = register_buffer("weight_u", torch::empty({shape[0]}));
    m_v = register_buffer("weight_v", torch::empty({rest}));
  }
}

torch::Tensor SpectralLayer::sigma() const {
  const auto matrix = m_weight.flatten(1);
  if (m_norm == SpectralNorm::Stored) {
    return torch::dot(m_u, matrix.mv(m_v));
  }
  // Further vectors (u1, …) and iterations change nothing: the first is orthogonalised to none, and none is written
  // back.
  const auto v = normalized(m_u.flatten().matmul(matrix));
  const auto image = matrix.mv(v);
  return torch::dot(image, normalized(image));
}

void SpectralLayer::divide(const std::string& name) {
  const auto norm = sigma();
  if (const auto value = norm.item<float>(); value == 0.0F || !std::isfinite(value)) {
    throw ModelError("the spectral norm of " + name + " is zero or not finite, and its weight is to be divided by it");
  }
  m_weight.div_(norm);
}

void SpectralLayer::prepare(const std::string& name) {
  if (m_norm != SpectralNorm::None) {
    divide(name);
  }
  if (m_weight.dim() != 4) {
    return;
  }
  const std::int64_t rows = m_use.rows ? m_use.rows : m_weight.size(0);
  const auto weight = takenFrom(m_weight).slice(0, 0, rows);
  const auto bias = m_bias.defined() ? m_bias.slice(0, 0, rows) : m_bias;
  m_convolution.emplace(
      weight, bias,
      FixedConvolutionOptions{.padding = static_cast<int>(weight.size(2) / 2), .doubledFrom = m_use.doubledFrom});
}

torch::Tensor SpectralLayer::forward(const torch::Tensor& x) const {
  return m_convolution ? m_convolution->forward(x) : torch::linear(x, m_weight, m_bias);
}

void SpectralLayer::expect(GroupShapes& shapes, const std::string& name, const std::vector<std::int64_t>& shape,
                           bool bias, SpectralNorm norm) {
  shapes.expect(name + (norm == SpectralNorm::Stored ? ".weight_orig" : ".weight"), shape);
  if (bias) {
    shapes.expect(name + ".bias", {shape[0]});
  }
  if (norm == SpectralNorm::OneIteration) {
    shapes.expect(name + ".u0", {1, shape[0]});
  } else if (norm == SpectralNorm::Stored && shapes.fits()) {  // the weight fits: its size is a bounded one
    std::int64_t rest = 1;
    for (std::size_t i = 1; i < shape.size(); ++i) {
      rest *= shape[i];
    }
    shapes.expect(name + ".weight_u", {shape[0]});
    shapes.expect(name + ".weight_v", {rest});
  }
}

SelfAttention::SelfAttention(std::int64_t channels, SpectralNorm norm, const AttentionNames& names,
                             const std::vector<std::int64_t>& gammaShape) {
  const auto layer = [&](const std::string& name, std::int64_t out, std::int64_t in) {
    return register_module(name,
                           std::make_shared<SpectralLayer>(std::vector<std::int64_t>{out, in, 1, 1}, false, norm));
  };
  m_theta = layer(names.theta, channels / 8, channels);
  m_phi = layer(names.phi, channels / 8, channels);
  m_g = layer(names.g, channels / 2, channels);
  m_o = layer(names.o, channels, channels / 2);
  m_gamma = register_parameter("gamma", torch::empty(gammaShape));
}

torch::Tensor SelfAttention::forward(const torch::Tensor& x) const {
  const auto queries = m_theta->forward(x).flatten(2);
  const auto keys = torch::max_pool2d(m_phi->forward(x), 2).flatten(2);
  const auto values = torch::max_pool2d(m_g->forward(x), 2).flatten(2);
  const auto shares = torch::softmax(torch::bmm(queries.transpose(1, 2), keys), -1);
  const auto seen = torch::bmm(values, shares.transpose(1, 2)).view({x.size(0), -1, x.size(2), x.size(3)});
  return torch::addcmul(x, m_gamma, m_o->forward(seen));
}

void SelfAttention::expect(GroupShapes& shapes, const std::string& name, std::int64_t channels, std::int64_t side,
                           SpectralNorm norm, const AttentionNames& names,
                           const std::vector<std::int64_t>& gammaShape) {
  shapes.require(side <= kMaxAttention && side % 2 == 0, name + " attends over a picture of " + std::to_string(side) +
                                                             " pixels, where it would need an even " +
                                                             "number of at most " + std::to_string(kMaxAttention));
  shapes.require(channels >= 8, name + " attends over fewer than 8 channels");
  SpectralLayer::expect(shapes, name + "." + names.theta, {channels / 8, channels, 1, 1}, false, norm);
  SpectralLayer::expect(shapes, name + "." + names.phi, {channels / 8, channels, 1, 1}, false, norm);
  SpectralLayer::expect(shapes, name + "." + names.g, {channels / 2, channels, 1, 1}, false, norm);
  SpectralLayer::expect(shapes, name + "." + names.o, {channels, channels / 2, 1, 1}, false, norm);
  shapes.expect(name + ".gamma", gammaShape);
}

}  // namespace loom::model

#include "model/generators/biggan/biggan_norm.h"

namespace loom::model {
namespace {

constexpr double kEps = 1e-5;  // BN_eps of the original's training program, and what the last norm has in any case

}  // namespace

torch::Tensor normalizedRelu(const torch::Tensor& x, const torch::Tensor& mean, const torch::Tensor& scale,
                             const torch::Tensor& gain, const torch::Tensor& bias) {
  const auto slope = gain * scale;
  const auto shift = torch::addcmul(bias, mean, slope, -1);
  const auto spread = [](const torch::Tensor& t) { return t.unsqueeze(-1).unsqueeze(-1); };
  return torch::addcmul(spread(shift), x, spread(slope)).relu_();
}

BigGanStored::BigGanStored(torch::nn::Module& norm, std::int64_t channels, BigGanStatistics place) {
  const auto fill = [&](torch::nn::Module& owner) {
    m_mean = owner.register_buffer("stored_mean", torch::empty({channels}));
    m_scale = owner.register_buffer("stored_var", torch::empty({channels}));
  };
  if (place == BigGanStatistics::Plain) {
    fill(norm);
    return;
  }
  const auto inner = norm.register_module("bn", std::make_shared<NamedModules>());
  fill(*inner);
  m_counter = inner->register_buffer("accumulation_counter", torch::empty({1}));
}

void BigGanStored::prepare() {
  // The counter is above zero only where sums were stored: running averages leave it alone.
  if (m_counter.defined() && m_counter.item<float>() > 0.0F) {
    m_mean.div_(m_counter);
    m_scale.div_(m_counter);
  }
  m_scale.add_(kEps).rsqrt_();
}

void BigGanStored::expect(GroupShapes& shapes, const std::string& name, std::int64_t channels, BigGanStatistics place) {
  const std::string inner = place == BigGanStatistics::Standing ? name + ".bn" : name;
  shapes.expect(inner + ".stored_mean", {channels});
  shapes.expect(inner + ".stored_var", {channels});
  if (place == BigGanStatistics::Standing) {
    shapes.expect(inner + ".accumulation_counter", {1});
  }
}

namespace {

std::vector<std::int64_t> modulationShape(std::int64_t channels, const BigGanCondition& condition) {
  return condition.embedding ? std::vector{condition.size, channels} : std::vector{channels, condition.size};
}

SpectralNorm modulationNorm(const BigGanCondition& condition) {
  return condition.embedding ? SpectralNorm::None : condition.spectral;
}

}  // namespace

BigGanConditionalNorm::BigGanConditionalNorm(std::int64_t channels, const BigGanCondition& condition)
    : m_embedding(condition.embedding), m_stored(*this, channels, condition.statistics) {
  const auto layer = [&](const char* name) {
    return register_module(
        name, std::make_shared<SpectralLayer>(modulationShape(channels, condition), false, modulationNorm(condition)));
  };
  m_gain = layer("gain");
  m_bias = layer("bias");
}

void BigGanConditionalNorm::prepare(const std::string&) { m_stored.prepare(); }

torch::Tensor BigGanConditionalNorm::modulation(const SpectralLayer& layer, const torch::Tensor& y) const {
  return m_embedding ? y.matmul(layer.weight()) : layer.forward(y);
}

torch::Tensor BigGanConditionalNorm::forward(const torch::Tensor& x, const torch::Tensor& y) const {
  return m_stored.apply(x, modulation(*m_gain, y).add_(1.0), modulation(*m_bias, y));
}

void BigGanConditionalNorm::expect(GroupShapes& shapes, const std::string& name, std::int64_t channels,
                                   const BigGanCondition& condition) {
  for (const char* part : {".gain", ".bias"}) {
    SpectralLayer::expect(shapes, name + part, modulationShape(channels, condition), false, modulationNorm(condition));
  }
  BigGanStored::expect(shapes, name, channels, condition.statistics);
}

BigGanNorm::BigGanNorm(std::int64_t channels, BigGanStatistics place) : m_stored(*this, channels, place) {
  m_gain = register_parameter("gain", torch::empty({channels}));
  m_bias = register_parameter("bias", torch::empty({channels}));
}

void BigGanNorm::prepare(const std::string&) { m_stored.prepare(); }

torch::Tensor BigGanNorm::forward(const torch::Tensor& x) const {
  return m_stored.apply(x, m_gain.unsqueeze(0), m_bias.unsqueeze(0));
}

void BigGanNorm::expect(GroupShapes& shapes, const std::string& name, std::int64_t channels, BigGanStatistics place) {
  shapes.expect(name + ".gain", {channels});
  shapes.expect(name + ".bias", {channels});
  BigGanStored::expect(shapes, name, channels, place);
}

}  // namespace loom::model

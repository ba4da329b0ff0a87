#include "model/latent_directions.h"

#include "model/latent/direction_tensors.h"

#include <torch/torch.h>

#include <cmath>

namespace loom::model {
namespace {

using torch::Tensor;

/// units×zDim of the layer that z enters.
Tensor firstLayer(const OpenedModel& model) {
  const auto weights = model.latentWeights();
  if (weights.empty()) {
    throw ModelError("z enters this " + model.info().architecture + " in no single linear layer: directions cannot be read "
                     "from its weights");
  }
  return tensorOf(weights.front());
}

/// Adds up the covariance of rows that come in parts.
class Covariance {
 public:
  explicit Covariance(std::int64_t dimensions)
      : m_sum(torch::zeros({dimensions}, torch::kFloat64)), m_products(torch::zeros({dimensions, dimensions}, torch::kFloat64)) {}
  void add(const Tensor& rows) {
    m_count += rows.size(0);
    m_sum += rows.sum(0);
    m_products += rows.t().mm(rows);
  }
  Tensor matrix() const {
    const Tensor mean = m_sum / static_cast<double>(m_count);
    return (m_products - torch::outer(mean, mean) * static_cast<double>(m_count)) / static_cast<double>(m_count - 1);
  }

 private:
  std::int64_t m_count = 0;
  Tensor m_sum;
  Tensor m_products;
};

}  // namespace

LatentDirections findByPca(const OpenedModel& model, int count, int samples, std::uint32_t seed, const Interrupt& interrupt,
                           const std::function<void(double)>& progress) {
  checkDirectionCount(model.info(), count);
  if (samples < 2) {
    throw ModelError("principal axes need two samples at least");
  }
  const GeneratorInfo& info = model.info();
  const bool mapped = info.wDim > 0;
  const Tensor layer = mapped ? Tensor() : firstLayer(model);
  constexpr int kAtOnce = 1024;
  Covariance covariance(mapped ? info.wDim : info.zDim);
  NumpyRandom random(seed);
  for (int first = 0; first < samples; first += kAtOnce) {
    if (interrupt && interrupt()) {
      throw Interrupted();
    }
    const int rows = std::min(kAtOnce, samples - first);
    const FloatTensor z = drawLatents(random, rows, info);
    covariance.add(tensorOf(mapped ? model.mapLatents(z) : z));
    if (progress) {
      progress(static_cast<double>(first + rows) / samples);
    }
  }
  if (mapped) {
    const auto [axes, variances] = leading(covariance.matrix(), count);
    return told(axes, variances.clamp_min(0.0).sqrt());
  }
  // The layer answers W z. With S² = cov(z), the axes of W z have the variances of S Wᵀ W S, whose eigenvector v is carried
  // back to z by least squares as S v: far smaller matrices than the covariance of thousands of units.
  const auto [values, vectors] = torch::linalg_eigh(covariance.matrix());
  const Tensor root = (vectors * values.clamp_min(0.0).sqrt()).mm(vectors.t());
  const auto [axes, variances] = leading(root.mm(layer.t().mm(layer)).mm(root), count);
  const Tensor back = axes.mm(root);
  return told(back / back.norm(2, 1, true).clamp_min(1e-12), variances.clamp_min(0.0).sqrt());
}

LatentDirections findBySefa(const OpenedModel& model, int count, int firstLayerIndex, int lastLayerIndex) {
  checkDirectionCount(model.info(), count);
  const auto weights = model.latentWeights();
  if (weights.empty()) {
    firstLayer(model);  // says why
  }
  const int layers = static_cast<int>(weights.size());
  const int last = lastLayerIndex < 0 ? layers - 1 : lastLayerIndex;
  if (firstLayerIndex < 0 || last >= layers || firstLayerIndex > last) {
    throw ModelError("its layers with weights of their own are 0 to " + std::to_string(layers - 1));
  }
  std::vector<Tensor> units;
  for (int i = firstLayerIndex; i <= last; ++i) {
    units.push_back(tensorOf(weights[static_cast<std::size_t>(i)]));
  }
  Tensor all = torch::cat(units);
  all = all / all.norm(2, 1, true).clamp_min(1e-12);
  const auto [vectors, values] = leading(all.t().mm(all), count);
  LatentDirections found = told(vectors, values);
  found.firstLayer = firstLayerIndex;
  found.lastLayer = lastLayerIndex < 0 ? -1 : last;
  return found;
}

}  // namespace loom::model

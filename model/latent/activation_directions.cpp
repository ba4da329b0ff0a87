#include "model/latent_directions.h"

#include "model/generators/activation_watch.h"
#include "model/latent/direction_tensors.h"
#include "model/latent/incremental_pca.h"

#include <algorithm>
#include <cmath>

namespace loom::model {
namespace {

using torch::Tensor;

struct Reached {};  // thrown: what lies behind the layer need not be computed

/// The network up to one layer, for latents that are drawn again alike each time.
class LayerSampling {
 public:
  LayerSampling(const OpenedModel& model, int layer, int samples, std::uint32_t seed, const Interrupt& interrupt)
      : m_model(model), m_layer(layer), m_samples(samples), m_seed(seed), m_interrupt(interrupt) {
    // Noise would pass for what the latent does.
    const auto& modes = model.info().noiseModes;
    if (!modes.empty()) {
      m_settings.noise = std::find(modes.begin(), modes.end(), NoiseMode::Constant) != modes.end() ? NoiseMode::Constant
                                                                                                   : NoiseMode::None;
    }
  }

  /// take(latents: n×dim float64 in w or z, activations: n×D float32), `rows` of them at a time.
  template <typename Take>
  void run(int rows, const Take& take) const {
    NumpyRandom random(m_seed);
    for (int first = 0; first < m_samples; first += rows) {
      const FloatTensor z = drawLatents(random, std::min(rows, m_samples - first), m_model.info());
      const FloatTensor latents = m_model.info().wDim > 0 ? m_model.mapLatents(z) : z;
      take(tensorOf(latents), activations(latents));
    }
  }

  /// Numbers that leave the layer for one picture.
  std::int64_t width() const {
    NumpyRandom random(m_seed);
    const FloatTensor z = drawLatents(random, 1, m_model.info());
    return activations(m_model.info().wDim > 0 ? m_model.mapLatents(z) : z).size(1);
  }

 private:
  Tensor activations(const FloatTensor& latents) const {
    constexpr std::int64_t kTogether = 16;  // pictures: the layers before this one may be far larger
    std::vector<Tensor> parts;
    for (std::int64_t first = 0; first < latents.shape[0]; first += kTogether) {
      parts.push_back(some(latents, first, std::min(kTogether, latents.shape[0] - first)));
    }
    return parts.size() == 1 ? parts.front() : torch::cat(parts);
  }

  Tensor some(const FloatTensor& latents, std::int64_t first, std::int64_t count) const {
    Tensor found;
    int passed = 0;
    const ActivationWatch watch([&](const Tensor& x) {
      if (passed++ == m_layer) {
        found = x.flatten(1).to(torch::kCPU, torch::kFloat32, false, true).contiguous();
        throw Reached();
      }
    });
    try {
      m_model.generate(inputsAt(latents, first, count), m_settings, m_interrupt);
    } catch (const Reached&) {
      return found.size(0) == count ? found : found.expand({count, -1}).contiguous();
    }
    if (passed == 0) {
      throw ModelError("the layers of this " + m_model.info().architecture + " cannot be looked at one by one");
    }
    throw ModelError("its layers are 0 to " + std::to_string(passed - 1) + ", there is no layer " +
                     std::to_string(m_layer));
  }

  GeneratorInputs inputsAt(const FloatTensor& latents, std::int64_t first, std::int64_t count) const {
    const GeneratorInfo& info = m_model.info();
    const std::int64_t width = latents.shape[1];
    const auto begin = latents.values.begin() + first * width;
    GeneratorInputs inputs;
    if (info.wDim == 0) {
      inputs.z = FloatTensor{{count, width}, {begin, begin + count * width}};
    } else {
      inputs.ws = FloatTensor{{count, info.styleLayers, width}, {}};
      for (std::int64_t n = 0; n < count; ++n) {
        for (int layer = 0; layer < info.styleLayers; ++layer) {
          inputs.ws->values.insert(inputs.ws->values.end(), begin + n * width, begin + (n + 1) * width);
        }
      }
    }
    if (info.labels != LabelKind::None) {
      inputs.y.assign(static_cast<std::size_t>(count), 0);
    }
    return inputs;
  }

  const OpenedModel& m_model;
  int m_layer;
  int m_samples;
  std::uint32_t m_seed;
  const Interrupt& m_interrupt;
  SynthesisSettings m_settings;
};

}  // namespace

std::vector<std::vector<std::int64_t>> activationShapes(const OpenedModel& model, const Interrupt& interrupt) {
  checkDirectionCount(model.info(), 1);
  std::vector<std::vector<std::int64_t>> shapes;
  const ActivationWatch watch([&](const Tensor& x) { shapes.push_back(x.sizes().slice(1).vec()); });
  model.generate(model.inputsFor({}, nullptr, interrupt), {}, interrupt);
  return shapes;
}

LatentDirections findByActivations(const OpenedModel& model, int layer, int count, int samples, std::uint32_t seed,
                                   const Interrupt& interrupt, const std::function<void(double)>& progress) {
  checkDirectionCount(model.info(), count);
  if (samples <= count) {
    throw ModelError("principal axes need more samples than there are to be axes");
  }
  const LayerSampling sampling(model, layer, samples, seed, interrupt);
  const std::int64_t width = sampling.width();
  if (count > width) {
    throw ModelError("layer " + std::to_string(layer) + " gives " + std::to_string(width) +
                     " numbers, so there are at most as many axes");
  }
  constexpr std::int64_t kAxes = 80;          // GANSpace's own number
  constexpr std::int64_t kNumbers = 1 << 24;  // at once: 64 MiB
  const std::int64_t axes = std::max<std::int64_t>(kAxes, count);
  const auto rows = static_cast<int>(std::clamp<std::int64_t>(kNumbers / width, 2 * axes, 1000));
  int done = 0;
  const auto tell = [&](std::int64_t more) {
    done += static_cast<int>(more);
    if (progress) {
      progress(0.5 * done / samples);
    }
  };
  IncrementalPca pca(axes);
  sampling.run(rows, [&](const Tensor& latents, const Tensor& activations) {
    pca.add(activations);
    tell(latents.size(0));
  });
  if (pca.axes().size(0) < count) {
    throw ModelError("layer " + std::to_string(layer) + " has no more than " + std::to_string(pca.axes().size(0)) +
                     " axes along which it moves: ask for fewer directions, or for another layer");
  }
  // places·directions = latents by least squares, where places are how far each sample lies along the axes.
  const Tensor deviations = pca.deviations().slice(0, 0, count);
  const Tensor ways = (pca.axes().slice(0, 0, count).to(torch::kFloat64) / deviations.unsqueeze(1)).to(torch::kFloat32);
  Tensor squares = torch::zeros({count, count}, torch::kFloat64);
  Tensor with = torch::zeros({count, model.info().wDim > 0 ? model.info().wDim : model.info().zDim}, torch::kFloat64);
  sampling.run(rows, [&](const Tensor& latents, const Tensor& activations) {
    const Tensor places = (activations - pca.mean()).mm(ways.t()).to(torch::kFloat64);
    squares += places.t().mm(places);
    with += places.t().mm(latents);
    tell(latents.size(0));
  });
  const Tensor directions = torch::linalg_solve(squares, with, /*left=*/true);
  return told(signedRows(directions / directions.norm(2, 1, true).clamp_min(1e-12)), deviations);
}

}  // namespace loom::model

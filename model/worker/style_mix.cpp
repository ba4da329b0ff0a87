#include "model/worker/style_mix.h"

#include "model/worker/tensor_array.h"

#include <algorithm>

namespace loom::model {
namespace {

/// The layers first … last of `ws`; last −1: to the last.
torch::Tensor layersOf(const torch::Tensor& ws, int first, int last) {
  const std::int64_t count = ws.size(1);
  const std::int64_t begin = std::clamp<std::int64_t>(first, 0, count);
  const std::int64_t end = last < 0 ? count : std::clamp<std::int64_t>(last + 1, begin, count);
  return ws.slice(1, begin, end);
}

class Mixer {
 public:
  Mixer(Generator& generator, torch::Device device, const SynthesisControl& control)
      : m_generator(generator), m_info(generator.info()), m_device(device), m_control(control) {}

  /// `classes`: of the picture that this is mixed into, for a recipe that names none.
  torch::Tensor stylesOf(const LatentState& state, const std::map<int, float>& classes) {
    m_control.checkpoint();
    torch::Tensor ws = mapped(state, classes);
    mix(ws, state, classes);
    for (const DirectionStep& step : state.directions) {
      go(ws, step);
    }
    for (const auto& [place, offset] : state.styleOffsets) {
      if (place.layer < m_info.styleLayers && place.dimension >= 0 && place.dimension < m_info.wDim) {
        const auto layers = place.layer < 0 ? ws : ws.slice(1, place.layer, place.layer + 1);
        layers.select(2, place.dimension).add_(offset);
      }
    }
    return ws;
  }

 private:
  torch::Tensor mapped(const LatentState& state, const std::map<int, float>& classes) {
    torch::Tensor c;
    if (m_info.labels != LabelKind::None) {
      LatentState labelled;
      labelled.classes = state.classes.empty() ? classes : state.classes;
      c = onDevice({{1, m_info.classCount}, resolveLabels(labelled, m_info)}, m_device);
    }
    const auto w = m_generator.map(onDevice({{1, m_info.zDim}, resolveZ(state, m_info)}, m_device), c, m_control);
    return m_info.styleLayers > 0 ? w.clone() : w.unsqueeze(1).repeat({1, m_info.conditionLayers, 1});
  }

  void mix(torch::Tensor& ws, const LatentState& state, const std::map<int, float>& classes) {
    std::map<int, float> asked;  // layer → strength of all sources together
    for (const StyleSource& source : state.sources) {
      for (const auto& [layer, strength] : source.layers) {
        asked[layer] += strength;
      }
    }
    const auto own = ws.clone();
    for (const StyleSource& source : state.sources) {
      if (source.layers.empty()) {
        continue;
      }
      const auto styles = stylesOf(*source.recipe, state.classes.empty() ? classes : state.classes);
      for (const auto& [layer, strength] : source.layers) {
        if (layer < 0 || layer >= ws.size(1) || strength <= 0.0F) {
          continue;
        }
        const float share = strength / std::max(1.0F, asked[layer]);
        if (share == 1.0F) {  // alone: exactly the source's, without rounding
          ws.select(1, layer).copy_(styles.select(1, layer));
        } else {
          ws.select(1, layer).add_(styles.select(1, layer) - own.select(1, layer), share);
        }
      }
    }
  }

  void go(torch::Tensor& ws, const DirectionStep& step) const {
    const auto& values = step.direction->values;
    const bool inW = m_info.wDim > 0;
    if (step.strength == 0.0F || values.size() != static_cast<std::size_t>(inW ? m_info.wDim : m_info.zDim)) {
      return;
    }
    const bool all = step.firstLayer <= 0 && (step.lastLayer < 0 || step.lastLayer >= ws.size(1) - 1);
    if (!inW && all) {
      return;  // resolveZ went along it
    }
    const auto size = static_cast<std::int64_t>(values.size());
    const auto direction = onDevice({{size}, values}, m_device);
    // Of a hierarchical generator z stands first in what a layer is fed with.
    layersOf(ws, step.firstLayer, step.lastLayer).slice(2, 0, size).add_(direction, step.strength);
  }

  Generator& m_generator;
  const GeneratorInfo& m_info;
  torch::Device m_device;
  const SynthesisControl& m_control;
};

}  // namespace

bool mixesStyles(const LatentState& state, const GeneratorInfo& info) {
  const bool mixed = std::any_of(state.sources.begin(), state.sources.end(),
                                 [](const StyleSource& source) { return !source.layers.empty(); });
  return info.mixLayers() > 0 && (mixed || !state.styleOffsets.empty() || !state.directions.empty());
}

torch::Tensor mixStyles(Generator& generator, torch::Device device, const LatentState& state,
                        const SynthesisControl& control) {
  return Mixer(generator, device, control).stylesOf(state, {});
}

}  // namespace loom::model

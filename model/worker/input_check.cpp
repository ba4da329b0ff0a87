#include "model/input_check.h"

#include "model/model_error.h"

#include <algorithm>
#include <cmath>

namespace loom::model {
namespace {

constexpr std::int64_t kAny = -1;

std::string shapeText(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const auto side : shape) {
    text += (text.empty() ? "" : "×") + (side == kAny ? std::string("N") : std::to_string(side));
  }
  return text.empty() ? "a single number" : text;
}

/// `wanted` has kAny where every size does.
void checkArray(const char* name, const FloatTensor& array, const std::vector<std::int64_t>& wanted) {
  bool fits = array.shape.size() == wanted.size() && array.elementCount() > 0 &&
              array.elementCount() == static_cast<std::int64_t>(array.values.size());
  for (std::size_t i = 0; fits && i < wanted.size(); ++i) {
    fits = wanted[i] == kAny || array.shape[i] == wanted[i];
  }
  if (!fits) {
    throw ModelError(std::string(name) + " is " + shapeText(array.shape) + ", this generator takes " +
                     shapeText(wanted));
  }
  if (!std::all_of(array.values.begin(), array.values.end(), [](float value) { return std::isfinite(value); })) {
    throw ModelError(std::string(name) + " holds values that are no finite numbers");
  }
}

void refuse(bool given, const char* name, const char* why) {
  if (given) {
    throw ModelError(std::string("this generator takes no ") + name + ": " + why);
  }
}

void checkPicture(const FloatTensor& x, const GeneratorInfo& info) {
  checkArray("x", x, {kAny, info.inputChannels, kAny, kAny});
  for (const std::size_t side : {std::size_t{2}, std::size_t{3}}) {
    if (x.shape[side] % info.inputMultiple != 0) {
      throw ModelError("x is " + shapeText(x.shape) + ", its sides must be multiples of " +
                       std::to_string(info.inputMultiple));
    }
  }
}

void checkLabels(const GeneratorInputs& inputs, const GeneratorInfo& info) {
  const std::int64_t count = inputs.count();
  if (info.labels == LabelKind::None) {
    refuse(inputs.c.has_value(), "c", "it knows no classes");
    refuse(!inputs.y.empty(), "y", "it knows no classes");
    return;
  }
  if (inputs.c) {
    refuse(!inputs.y.empty(), "y beside c", "both say which class");
    checkArray("c", *inputs.c, {count, info.classCount});
    return;
  }
  if (inputs.ws) {
    return;  // the mapping that labels enter is skipped
  }
  if (static_cast<std::int64_t>(inputs.y.size()) != count) {
    throw ModelError("it has " + std::to_string(info.classCount) + " classes: say which (y, one index for each z, or c)");
  }
  for (const std::int64_t index : inputs.y) {
    if (index < 0 || index >= info.classCount) {
      throw ModelError("class " + std::to_string(index) + " is not among its " + std::to_string(info.classCount) +
                       " classes, 0 to " + std::to_string(info.classCount - 1));
    }
  }
}

void checkSettings(const SynthesisSettings& settings, const GeneratorInfo& info) {
  const auto has = [](const auto& list, const auto& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  };
  if (settings.noise && !has(info.noiseModes, *settings.noise)) {
    throw ModelError(info.noiseModes.empty() ? "this generator has no noise inputs"
                                             : "this generator has no noise inputs of that kind");
  }
  if (settings.resolution != 0 && !has(info.resolutions, settings.resolution)) {
    std::string sizes;
    for (const int size : info.resolutions) {
      sizes += (sizes.empty() ? "" : ", ") + std::to_string(size);
    }
    throw ModelError("it gives no picture of " + std::to_string(settings.resolution) + " pixels" +
                     (sizes.empty() ? ": it has one output only" : ", only of " + sizes));
  }
  refuse(settings.transform.has_value() && !info.hasTransform, "transform", "only StyleGAN3's input layer has one");
  const bool truncates = settings.truncation != 1.0 && !info.hasTruncationStatistics;
  refuse((truncates || settings.truncationCutoff) && info.truncation != Truncation::MeanOfW, "truncation of w",
         "it has no mapping network");
  refuse(settings.normStatistics != NormStatistics::Original && !info.hasNormStatistics, "choice of norm statistics",
         "there is none to be made");
  refuse(settings.fade != 0.0 && !info.hasFade, "fade", "it is no progressive network");
}

}  // namespace

void checkInputs(const GeneratorInputs& inputs, const SynthesisSettings& settings, const GeneratorInfo& info) {
  if (inputs.z.has_value() + inputs.ws.has_value() + inputs.x.has_value() != 1) {
    throw ModelError("it needs one of z, ws and x");
  }
  if (info.input == InputKind::Picture) {
    refuse(inputs.z.has_value(), "z", "it changes pictures (x)");
  } else {
    refuse(inputs.x.has_value(), "x", "it makes pictures from z");
  }
  refuse(inputs.ws.has_value() && info.mixLayers() == 0, "ws", "it has no mapping network");
  refuse(inputs.wMean.has_value() && info.wDim == 0, "w_mean", "it has no mapping network");
  if (inputs.z) {
    checkArray("z", *inputs.z, {kAny, info.zDim});
  } else if (inputs.ws) {
    checkArray("ws", *inputs.ws, {kAny, info.mixLayers(), info.wDim > 0 ? info.wDim : info.conditionDim});
  } else {
    checkPicture(*inputs.x, info);
  }
  if (inputs.wMean) {
    checkArray("w_mean", *inputs.wMean, {1, info.wDim});
  }
  checkLabels(inputs, info);
  checkSettings(settings, info);
}

}  // namespace loom::model

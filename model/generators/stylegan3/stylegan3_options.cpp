#include "model/generators/stylegan3/stylegan3_options.h"

#include <algorithm>
#include <cmath>

namespace loom::model {
namespace {

constexpr int kMostLayers = 64;
constexpr int kMostPixels = 8192;
constexpr int kMostChannels = 16384;
constexpr int kMostWidth = 65536;
constexpr int kMostClasses = 65536;
constexpr int kMostMargin = 512;
constexpr int kMostFactor = 16;

std::string checkBounds(const Stylegan3Options& options) {
  const auto within = [](int value, int low, int high) { return value >= low && value <= high; };
  if (!within(options.layers, 1, kMostLayers) || !within(options.critical, 0, options.layers - 1)) {
    return "it has " + std::to_string(options.layers) + " layers, " + std::to_string(options.critical) + " of them critical";
  }
  if (!within(options.resolution, 4, kMostPixels) || (options.resolution & (options.resolution - 1)) != 0) {
    return "its resolution is " + std::to_string(options.resolution) + ", not a power of two up to " +
           std::to_string(kMostPixels);
  }
  if (!within(options.zDim, 1, kMostWidth) || !within(options.wDim, 1, kMostWidth) ||
      !within(options.cDim, 0, kMostClasses) || !within(options.mappingLayers, 1, kMostLayers)) {
    return "its mapping network's sizes are out of range";
  }
  if (!within(options.margin, 0, kMostMargin) || !within(options.leakUpsampling, 1, kMostFactor) ||
      !within(options.filterSize, 1, kMostFactor)) {
    return "its margin, filter size or upsampling is out of range";
  }
  constexpr int kMostDoublings = 24;
  if (!within(options.halfSteps, 0, kMostDoublings)) {
    return "its num_fp16_res is " + std::to_string(options.halfSteps);
  }
  const bool positive = options.firstCutoff > 0.0 && options.firstStopband > 0.0 && options.lastStopbandRel > 0.0;
  if (!positive || !std::isfinite(options.firstCutoff * options.firstStopband * options.lastStopbandRel) ||
      !std::isfinite(options.outputScale)) {
    return "its cutoffs are out of range";
  }
  if (options.channels.size() != static_cast<std::size_t>(options.layers) + 2 ||
      options.kernels.size() != static_cast<std::size_t>(options.layers) + 1) {
    return "its layers do not follow on one another";
  }
  for (const int channels : options.channels) {
    if (!within(channels, 1, kMostChannels)) {
      return "a layer has " + std::to_string(channels) + " channels";
    }
  }
  for (const int kernel : options.kernels) {
    if (kernel != 1 && kernel != 3) {
      return "a layer's kernel is " + std::to_string(kernel) + " wide, a StyleGAN3's are 1 or 3";
    }
  }
  if (options.channels.back() != 1 && options.channels.back() != 3) {
    return "it gives " + std::to_string(options.channels.back()) + " channels, a picture has 1 or 3";
  }
  return {};
}

int floorHalf(int value) { return value >= 0 ? value / 2 : -((1 - value) / 2); }

}  // namespace

Stylegan2Options Stylegan3Options::mapping() const {
  Stylegan2Options plain;
  plain.zDim = zDim;
  plain.cDim = cDim;
  plain.embedWidth = cDim > 0 ? wDim : 0;
  plain.mapping.assign(static_cast<std::size_t>(mappingLayers), wDim);
  plain.mappingRate = mappingRate;
  plain.storedMean = true;
  return plain;
}

Stylegan3Table stylegan3Table(const Stylegan3Options& options, std::string& problem) {
  problem = checkBounds(options);
  if (!problem.empty()) {
    return {};
  }
  const std::size_t count = static_cast<std::size_t>(options.layers) + 1;  // ToRGB included
  const double lastCutoff = options.resolution / 2.0;
  const double lastStopband = lastCutoff * options.lastStopbandRel;
  std::vector<double> rates(count);
  std::vector<int> sizes(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double exponent = std::min(static_cast<double>(i) / (options.layers - options.critical), 1.0);
    const double stopband = options.firstStopband * std::pow(lastStopband / options.firstStopband, exponent);
    rates[i] = std::exp2(std::ceil(std::log2(std::min(stopband * 2.0, static_cast<double>(options.resolution)))));
    if (!(rates[i] >= 1.0)) {
      problem = "its cutoffs are out of range";
      return {};
    }
    sizes[i] = i + 2 >= count ? options.resolution : static_cast<int>(rates[i]) + 2 * options.margin;
  }
  Stylegan3Table table{sizes[0], rates[0], options.firstCutoff, {}};
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t before = i ? i - 1 : 0;
    Stylegan3LayerShape layer;
    layer.isToRgb = i + 1 == count;
    layer.half = rates[i] * std::exp2(options.halfSteps) > options.resolution;
    layer.inChannels = options.channels[i];
    layer.outChannels = options.channels[i + 1];
    layer.kernel = options.kernels[i];
    layer.inSize = sizes[before];
    layer.outSize = sizes[i];
    layer.name = std::string("L").append(std::to_string(i)) + "_" + std::to_string(layer.outSize) + "_" + std::to_string(layer.outChannels);
    const double between = std::max(rates[before], rates[i]) * (layer.isToRgb ? 1 : options.leakUpsampling);
    layer.up = static_cast<int>(std::lround(between / rates[before]));
    layer.down = static_cast<int>(std::lround(between / rates[i]));
    if (layer.up < 1 || layer.down < 1 || layer.up > kMostFactor || layer.down > kMostFactor) {
      problem = "its sampling rates do not follow on one another";
      return {};
    }
    layer.upTaps = layer.up > 1 && !layer.isToRgb ? options.filterSize * layer.up : 1;
    layer.downTaps = layer.down > 1 && !layer.isToRgb ? options.filterSize * layer.down : 1;
    const int total = (layer.outSize - 1) * layer.down + 1 - (layer.inSize + layer.kernel - 1) * layer.up + layer.upTaps +
                      layer.downTaps - 2;
    layer.padBefore = floorHalf(total + layer.up);
    layer.padAfter = total - layer.padBefore;
    table.layers.push_back(layer);
  }
  return table;
}

}  // namespace loom::model

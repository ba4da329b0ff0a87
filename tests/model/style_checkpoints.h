// StyleGANs with random weights, at the sizes of the originals: for timings, and for tests of how pictures are made. The
// files are what NVlabs/stylegan3's networks give as their state_dict, so that both programs open them.
#pragma once

#include "model/checkpoint/safetensors_writer.h"
#include "model/numpy_random.h"
#include "model/opened_model.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

namespace loom::test {

/// The tensors of one network, drawn one after the other.
class RandomNetwork {
 public:
  using Shape = std::vector<std::int64_t>;
  static constexpr std::int64_t kLatent = 512;

  void normal(const std::string& name, Shape shape, float amplitude = 1.0F) {
    model::FloatTensor tensor{std::move(shape), {}};
    const auto drawn = model::normalVector(++m_seed, static_cast<int>(tensor.elementCount()));
    for (const float value : drawn) {
      tensor.values.push_back(value * amplitude);
    }
    tensors.emplace_back(name, std::move(tensor));
  }
  void filled(const std::string& name, Shape shape, float value) {
    model::FloatTensor tensor{std::move(shape), {}};
    tensor.values.assign(static_cast<std::size_t>(tensor.elementCount()), value);
    tensors.emplace_back(name, std::move(tensor));
  }
  void values(const std::string& name, Shape shape, std::vector<float> of) {
    tensors.emplace_back(name, model::FloatTensor{std::move(shape), std::move(of)});
  }
  void affine(const std::string& name, std::int64_t out) {
    normal(name + ".affine.weight", {out, kLatent});
    filled(name + ".affine.bias", {out}, 1.0F);
  }
  void mapping(int layers) {
    constexpr float kRate = 0.01F;  // lr_multiplier
    for (int i = 0; i < layers; ++i) {
      const std::string name = "mapping.fc" + std::to_string(i);
      normal(name + ".weight", {kLatent, kLatent}, 1.0F / kRate);
      filled(name + ".bias", {kLatent}, 0.0F);
    }
    filled("mapping.w_avg", {kLatent}, 0.0F);
  }

  std::vector<std::pair<std::string, model::FloatTensor>> tensors;
  model::TextPairs metadata;

 private:
  std::uint32_t m_seed = 0;
};

/// `base`: channels times pixels of a block's side, at most 512 channels.
inline RandomNetwork randomStylegan2(int resolution, int base, int mostChannels = 512) {
  RandomNetwork net;
  net.metadata = {{"architecture", "StyleGAN2"},
                  {"attributes.class", "training.networks_stylegan2.Generator"},
                  {"attributes.init_kwargs.mapping_kwargs.num_layers", "8"}};
  net.mapping(8);
  const std::vector<float> row{0.125F, 0.375F, 0.375F, 0.125F};
  std::vector<float> filter;
  for (const float a : row) {
    for (const float b : row) {
      filter.push_back(a * b);
    }
  }
  std::int64_t in = 0;
  for (int pixels = 4; pixels <= resolution; pixels *= 2) {
    const std::int64_t out = std::min(mostChannels, base / pixels);
    const std::string block = "synthesis.b" + std::to_string(pixels);
    net.values(block + ".resample_filter", {4, 4}, filter);
    const auto convolution = [&](const std::string& name, std::int64_t from) {
      net.normal(name + ".weight", {out, from, 3, 3});
      net.filled(name + ".bias", {out}, 0.0F);
      net.filled(name + ".noise_strength", {}, 0.1F);
      net.normal(name + ".noise_const", {pixels, pixels});
      net.values(name + ".resample_filter", {4, 4}, filter);
      net.affine(name, from);
    };
    if (in == 0) {
      net.normal(block + ".const", {out, pixels, pixels});
    } else {
      convolution(block + ".conv0", in);
    }
    convolution(block + ".conv1", out);
    net.normal(block + ".torgb.weight", {3, out, 1, 1});
    net.filled(block + ".torgb.bias", {3}, 0.0F);
    net.affine(block + ".torgb", out);
    in = out;
  }
  return net;
}

/// A low-pass filter of `taps`: a sinc under a cosine. `side` > 1: a square that is round.
inline std::vector<float> lowPass(int taps, int factor, bool square) {
  const auto at = [&](double place) {
    const double x = place / factor;
    const double sinc = x == 0.0 ? 1.0 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
    return sinc * std::max(0.0, std::cos(std::numbers::pi * place / (taps + 1)));
  };
  std::vector<float> filter;
  double sum = 0.0;
  for (int y = 0; y < (square ? taps : 1); ++y) {
    for (int x = 0; x < taps; ++x) {
      const double across = x - (taps - 1) / 2.0;
      const double down = square ? y - (taps - 1) / 2.0 : 0.0;
      filter.push_back(static_cast<float>(at(std::hypot(across, down))));
      sum += filter.back();
    }
  }
  for (float& tap : filter) {
    tap /= static_cast<float>(sum);
  }
  return filter;
}

/// `turns`: -R (1×1 convolutions, round filters), else -T. SynthesisNetwork.__init__ of training/networks_stylegan3.py.
inline RandomNetwork randomStylegan3(int resolution, int base, bool turns, int mostChannels = 512) {
  constexpr int kLayers = 14;
  constexpr int kCritical = 2;
  constexpr int kMargin = 10;
  constexpr int kTapsPerStep = 6;
  const double firstCutoff = 2.0;
  const double firstStopband = std::exp2(2.1);
  const double lastCutoff = resolution / 2.0;
  const double lastStopband = lastCutoff * std::exp2(0.3);
  RandomNetwork net;
  net.metadata = {{"architecture", "StyleGAN3"}, {"attributes.class", "training.networks_stylegan3.Generator"}};
  net.mapping(2);
  std::vector<int> rates;
  std::vector<int> sizes;
  std::vector<std::int64_t> channels;
  for (int i = 0; i <= kLayers; ++i) {
    const double exponent = std::min(static_cast<double>(i) / (kLayers - kCritical), 1.0);
    const double cutoff = firstCutoff * std::pow(lastCutoff / firstCutoff, exponent);
    const double stopband = firstStopband * std::pow(lastStopband / firstStopband, exponent);
    rates.push_back(static_cast<int>(std::exp2(std::ceil(std::log2(std::min(stopband * 2.0, resolution * 1.0))))));
    sizes.push_back(i + 2 > kLayers ? resolution : rates.back() + 2 * kMargin);
    channels.push_back(i == kLayers ? 3 : std::lround(std::min(base / 2.0 / cutoff, static_cast<double>(mostChannels))));
  }
  const std::int64_t first = channels.front();
  net.normal("synthesis.input.weight", {first, first});
  net.affine("synthesis.input", 4);
  net.values("synthesis.input.transform", {3, 3}, {1, 0, 0, 0, 1, 0, 0, 0, 1});
  net.normal("synthesis.input.freqs", {first, 2});
  net.normal("synthesis.input.phases", {first}, 0.3F);
  for (int i = 0; i <= kLayers; ++i) {
    const bool toRgb = i == kLayers;
    const std::size_t now = static_cast<std::size_t>(i);
    const std::size_t before = i > 0 ? now - 1 : 0;
    const std::int64_t in = channels[before];
    const int between = std::max(rates[before], rates[now]) * (toRgb ? 1 : 2);
    const int up = between / rates[before];
    const int down = between / rates[now];
    const std::int64_t kernel = toRgb || turns ? 1 : 3;
    const std::string name = "synthesis.L" + std::to_string(i) + "_" + std::to_string(sizes[now]) + "_" + std::to_string(channels[now]);
    net.normal(name + ".weight", {channels[now], in, kernel, kernel});
    net.filled(name + ".bias", {channels[now]}, 0.0F);
    net.filled(name + ".magnitude_ema", {}, 1.0F);
    net.affine(name, in);
    if (up > 1 && !toRgb) {
      net.values(name + ".up_filter", {kTapsPerStep * up}, lowPass(kTapsPerStep * up, up, false));
    }
    if (down > 1 && !toRgb) {
      const std::int64_t taps = kTapsPerStep * down;
      const bool square = turns && i < kLayers - kCritical;
      net.values(name + ".down_filter", square ? RandomNetwork::Shape{taps, taps} : RandomNetwork::Shape{taps},
                 lowPass(static_cast<int>(taps), down, square));
    }
  }
  return net;
}

/// The 99.9th percentile of how far the pictures are apart, as a share of the exact one's range.
inline double draftError(const model::OpenedModel& opened, model::SynthesisSettings settings, const model::GeneratorInputs& inputs) {
  const auto exact = opened.generate(inputs, settings).image.values;
  settings.precision = model::Precision::Draft;
  const auto draft = opened.generate(inputs, settings).image.values;
  const auto [low, high] = std::minmax_element(exact.begin(), exact.end());
  std::vector<double> apart;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    apart.push_back(std::abs(static_cast<double>(exact[i]) - draft[i]) / (*high - *low));
  }
  const auto place = static_cast<std::ptrdiff_t>(static_cast<double>(apart.size() - 1) * 0.999);
  std::nth_element(apart.begin(), apart.begin() + place, apart.end());
  return apart[static_cast<std::size_t>(place)];
}

}  // namespace loom::test

// The layers of StyleGAN2 (Karras et al. 2020) as NVlabs/stylegan3, training/networks_stylegan2.py has them, under its
// names. What follows from weights alone is prepared: `prepare` is called after the weights were filled in and stand on
// their device; while they are trained before each use, so that gradients pass through it.
#pragma once

#include "model/generators/fixed_convolution.h"
#include "model/generators/stylegan2/stylegan2_options.h"
#include "model/generators/winograd_layer.h"
#include "model/synthesis_settings.h"

namespace loom::model {

/// Fully connected, its weights scaled at run time ("equalised learning rate").
class Stylegan2Linear : public torch::nn::Module {
 public:
  Stylegan2Linear(std::int64_t in, std::int64_t out);

  /// `rate` is lr_multiplier. `extraGain` scales weights and biases beyond it.
  void prepare(double rate, double extraGain = 1.0);

  /// N×in → N×out, without activation.
  torch::Tensor forward(const torch::Tensor& x) const { return torch::linear(x, m_gainedWeight, m_gainedBias); }

  const torch::Tensor& weight() const { return m_weight; }

 private:
  torch::Tensor m_weight;
  torch::Tensor m_bias;
  torch::Tensor m_gainedWeight;
  torch::Tensor m_gainedBias;
};

/// Where the noise of one picture comes from.
struct NoiseSource {
  NoiseMode mode = NoiseMode::None;
  std::optional<at::Generator> random;  ///< on the CPU, so that a seed means the same on every device
};

/// What all layers of one synthesis share.
struct Stylegan2Pass {
  NoiseSource noise;
  bool draft = false;  ///< activations and convolutions are bfloat16, styles and what follows from them float32
};

/// A modulated and demodulated convolution, noise, bias and activation.
class Stylegan2Convolution : public torch::nn::Module {
 public:
  /// `pixels` is the side of the output, twice the input's where `up`.
  Stylegan2Convolution(const Stylegan2Options& options, std::int64_t in, std::int64_t out, std::int64_t pixels,
                       bool up);

  /// `gain` scales the output, clamp and all.
  void prepare(double gain);

  /// x: N×in×H×W, or 1×in×H×W for all of them; w: N×wDim → N×out×pixels×pixels.
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& w, Stylegan2Pass& pass) const;

  /// Takes from the noise's generator what `forward` would take for one picture.
  void passNoise(NoiseSource& noise) const;

  const torch::Tensor& styleWeight() const { return m_affine->weight(); }

 private:
  /// `forward` where useKernels(x); in half precision where x is. stylegan2_kernels.cpp.
  torch::Tensor forwardByKernels(const torch::Tensor& x, const torch::Tensor& w, Stylegan2Pass& pass) const;
  void makeHalfWeights() const;

  torch::Tensor convolve(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias) const;
  /// All of `forward` behind styles, scale and noise on the CPU, in float32 and without gradients, with no passes over
  /// the picture in between; undefined where the layer's form or size leaves no such way.
  torch::Tensor inOnePass(const torch::Tensor& x, const torch::Tensor& styles, const torch::Tensor& scale,
                          const torch::Tensor& noise) const;
  torch::Tensor noiseFor(std::int64_t count, NoiseSource& noise) const;
  const torch::Tensor& fixedWeight(bool draft) const;
  /// The convolution where minimal filtering is not quicker.
  const FixedConvolution& packed() const;

  Activation m_activation;
  std::optional<double> m_clamp;
  std::int64_t m_pixels = 0;
  std::int64_t m_kernel = 3;
  bool m_up = false;
  double m_inner = 1.0;  // gain that went into weights, bias and noise
  double m_outer = 1.0;  // gain that is left to apply behind the activation
  double m_bound = 0.0;
  std::shared_ptr<Stylegan2Linear> m_affine;
  torch::Tensor m_weight;
  torch::Tensor m_bias;
  torch::Tensor m_resampleFilter;
  torch::Tensor m_noiseConst;     // undefined where there is none
  torch::Tensor m_noiseStrength;  // likewise
  torch::Tensor m_weightSquares;  // out×in: the sums of squares over each kernel
  torch::Tensor m_gainedBias;
  torch::Tensor m_gainedNoise;
  torch::Tensor m_gainedStrength;
  mutable torch::Tensor m_draftWeight;  // made by the first draft that wants it
  struct HalfWeights {
    torch::Tensor exact;    // float32, kept within half's range
    torch::Tensor weight;   // the same in half
    torch::Tensor squares;  // out×in, of these
  };
  mutable HalfWeights m_half;  // made by the first layer in half precision that wants it
  std::optional<FirFilter> m_blur;
  std::int64_t m_before = 0;  // zeros that m_blur adds to what the transposed convolution gives
  std::int64_t m_after = 0;
  std::int64_t m_cut = 0;  // and what the convolution leaves off itself
  WinogradLayer m_quick;
  mutable std::optional<FixedConvolution> m_packed;  // made by the first picture that wants it
};

/// A modulated 1×1 convolution to the picture's channels.
class Stylegan2ToRgb : public torch::nn::Module {
 public:
  Stylegan2ToRgb(const Stylegan2Options& options, std::int64_t in);

  void prepare();

  /// x: N×in×H×W, w: N×wDim → N×channels×H×W, float32 even of a bfloat16 x.
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& w) const;

 private:
  std::optional<double> m_clamp;
  std::shared_ptr<Stylegan2Linear> m_affine;
  torch::Tensor m_weight;
  torch::Tensor m_bias;
};

/// The shortcut around a block of the resnet architecture: a 1×1 convolution, then twice the size.
class Stylegan2Shortcut : public torch::nn::Module {
 public:
  Stylegan2Shortcut(const Stylegan2Options& options, std::int64_t in, std::int64_t out);

  void prepare(double gain);

  /// N×in×H×W → N×out×2H×2W.
  torch::Tensor forward(const torch::Tensor& x) const;

 private:
  torch::Tensor m_weight;
  torch::Tensor m_resampleFilter;
  torch::Tensor m_gainedWeight;
  std::optional<FirFilter> m_enlarge;
};

/// The layers of one resolution.
class Stylegan2Block : public torch::nn::Module {
 public:
  /// `in` is 0 for the first block, which begins with a constant.
  Stylegan2Block(const Stylegan2Options& options, std::int64_t in, std::int64_t out, std::int64_t pixels, bool last);

  void prepare();

  /// Styles that `forward` takes one for each convolution; the one for torgb is the next block's first.
  std::int64_t convolutions() const { return m_conv0 ? 2 : 1; }

  void addStyleWeights(std::vector<torch::Tensor>& weights) const;

  /// Runs the block's convolutions from number `from` on: x (undefined before the first block) is what is behind the
  /// one before, and becomes what is behind the last. ws: N×layers×wDim, of which `first` is the block's own. `keep`,
  /// where given, is told of each and what is behind it; of an undefined tensor where the block cannot be taken up
  /// there.
  using Keep = std::function<void(std::int64_t convolution, const torch::Tensor& x)>;
  void convolve(torch::Tensor& x, const torch::Tensor& ws, std::int64_t first, std::int64_t from, Stylegan2Pass& pass,
                const Keep& keep) const;

  /// Takes from the noise's generator what the first `count` convolutions would take for one picture.
  void passNoise(std::int64_t count, NoiseSource& noise) const;

  /// `image` (undefined until there is one) becomes this block's. w: N×wDim, torgb's.
  void addPicture(torch::Tensor& image, const torch::Tensor& x, const torch::Tensor& w) const;

 private:
  std::int64_t m_channels = 3;
  bool m_half = false;  // the original's GPU code is in half precision here
  torch::Tensor m_const;
  torch::Tensor m_resampleFilter;
  std::shared_ptr<Stylegan2Convolution> m_conv0;
  std::shared_ptr<Stylegan2Convolution> m_conv1;
  std::shared_ptr<Stylegan2ToRgb> m_toRgb;
  std::shared_ptr<Stylegan2Shortcut> m_skip;
  std::optional<FirFilter> m_enlarge;  // of the picture so far
};

}  // namespace loom::model

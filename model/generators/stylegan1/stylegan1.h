// StyleGAN (Karras et al. 2019, "A Style-Based Generator Architecture for GANs"), as NVIDIA's program in TensorFlow and
// two in PyTorch compute it. They lay their weights out differently and scale them at run time; here they are held as they act, under names of our
// own, and each layout has a file that brings its own into this form.
#pragma once

#include "model/generators/architecture.h"
#include "model/generators/fixed_convolution.h"
#include "model/generators/generator.h"

#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace loom::model {

struct Stylegan1Options {
  /// How a block doubles the resolution.
  enum class Growth {
    None,     ///< the first block: a learned constant
    Nearest,  ///< pixels repeated, then a 3×3 convolution
    Fused,    ///< one transposed 4×4 convolution
  };
  struct Block {
    int channels = 0;
    Growth growth = Growth::None;
    bool blur = false;         ///< 3×3, behind the growth
    int noiseWeights = 1;      ///< 1 for all channels, or one for each
    bool toRgb = true;         ///< has an output of its own resolution
    bool operator==(const Block&) const = default;
  };
  std::string layout;         ///< the program that wrote it, for people
  int zDim = 512;
  int wDim = 512;
  int mappingLayers = 8;
  int mappingWidth = 0;       ///< of all mapping layers but the last; 0: wDim
  int classes = 0;            ///< a label's embedding, as long as z, goes behind z
  std::vector<Block> blocks;  ///< of 4, 8, 16 … pixels
  int pictureChannels = 3;
  double epsilon = 1e-5;      ///< of the instance norms
  bool storesMean = false;    ///< of w
  bool storesNoise = false;   ///< one picture of noise for each layer
  bool biasBehindBlur = false;  ///< of the growth's convolution
  bool tanh = false;

  int styleLayers() const { return 2 * static_cast<int>(blocks.size()); }
};

class Stylegan1Generator : public Generator {
 public:
  /// Parameters, by name (i counts layers or blocks from 0):
  /// embed classes×zDim; mapping.i.weight, .bias; constant 1×C×4×4; blocks.i.grow.weight (Nearest: O×I×3×3, Fused: I×O×4×4), .grow.bias,
  /// .blur 1×1×3×3, .noise1, .noise2, .stored1 and .stored2 1×1×H×W, .style1.weight 2C×wDim (scales, then offsets), .style1.bias, .conv.weight,
  /// .conv.bias, .style2.…, .rgb.weight, .rgb.bias; mean 1×wDim.
  explicit Stylegan1Generator(const Stylegan1Options& options);

  /// N×zDim → N×styleLayers×wDim, truncated towards control.wMean, the file's mean of w, or the mean over 10240 latents
  /// from one seed, as rosinality's generate.py takes it.
  torch::Tensor map(const torch::Tensor& z, const torch::Tensor& c, const SynthesisControl& control) override;
  torch::Tensor synthesize(const torch::Tensor& w, const SynthesisControl& control) override;
  /// Turns the convolutions into the form that pictures are made with; their weights stay in no other.
  void finishLoading() override;
  std::vector<torch::Tensor> latentWeights() const override;

 private:
  struct Half {
    torch::Tensor noise, stored, styleWeight, styleBias;
  };
  struct Block {
    torch::Tensor growWeight, growBias, blur, convWeight, convBias, rgbWeight, rgbBias;
    Half first, second;
    std::optional<FixedConvolution> grow, conv, rgb;  // have the weights once finishLoading was there
    torch::Tensor blurs;                              // `blur` for each channel, C×1×3×3
  };

  torch::Tensor runMapping(const torch::Tensor& z, const torch::Tensor& c) const;
  torch::Tensor drawnMean();
  torch::Tensor grow(std::size_t index, const torch::Tensor& x) const;
  /// Noise, activation, and the style in place of the channels' own mean and variance. Writes into x.
  torch::Tensor finish(const Half& half, const torch::Tensor& x, const torch::Tensor& w, NoiseMode noise,
                       torch::Generator& random) const;

  Stylegan1Options m_options;
  std::vector<std::pair<torch::Tensor, torch::Tensor>> m_mapping;
  torch::Tensor m_embed;
  torch::Tensor m_constant;
  std::vector<Block> m_blocks;
  torch::Tensor m_mean;
  torch::Tensor m_drawnMean;
  std::once_flag m_drawn;
};

/// facebookresearch/pytorch_GAN_zoo, models/networks/styleGAN.py: mapping.FC.0.module.weight, baseScale0.
Architecture stylegan1ZooArchitecture();

/// rosinality/style-based-gan-pytorch, model.py: style.1.linear.weight_orig, generator.progression.0.conv1.input.
Architecture stylegan1RosinalityArchitecture();

/// NVlabs/stylegan, training/networks_stylegan.py: mapping/Dense0/weight, synthesis/4x4/Const/StyleMod/weight.
Architecture stylegan1TensorFlowArchitecture();

}  // namespace loom::model

// StyleGAN2 (Karras et al. 2020, "Analyzing and Improving the Image Quality of StyleGAN"), as NVIDIA's PyTorch program
// computes it: NVlabs/stylegan3, training/networks_stylegan2.py, and stylegan2-ada-pytorch, training/networks.py.
#pragma once

#include "model/generators/architecture.h"
#include "model/generators/generator.h"
#include "model/generators/stylegan2/stylegan2_kept.h"
#include "model/generators/stylegan2/stylegan2_layers.h"

namespace loom::model {

/// z, and a class where there are any, to w.
class Stylegan2Mapping : public torch::nn::Module {
 public:
  explicit Stylegan2Mapping(const Stylegan2Options& options);

  void prepare();

  /// z: N×zDim, c: N×cDim or undefined → N×wDim, not truncated.
  torch::Tensor forward(const torch::Tensor& z, const torch::Tensor& c) const;

  /// N×layers×wDim: the same w for every layer, truncated as `control` asks.
  torch::Tensor broadcast(const torch::Tensor& z, const torch::Tensor& c, int layers, const SynthesisControl& control);

  /// 1×wDim: the file's mean of w, else the mean over 4096 latents drawn from one seed, which is what those programs do
  /// that store none.
  torch::Tensor mean();

 private:
  int m_zDim = 0;
  double m_rate = 0.01;
  Activation m_activation = Activation::LeakyRelu;
  std::shared_ptr<Stylegan2Linear> m_embed;  // null without classes
  std::vector<std::shared_ptr<Stylegan2Linear>> m_layers;
  torch::Tensor m_mean;  // undefined where the file has none
  torch::Tensor m_drawnMean;
};

class Stylegan2Synthesis : public torch::nn::Module {
 public:
  explicit Stylegan2Synthesis(const Stylegan2Options& options);

  void prepare();

  /// ws: N×styleLayers×wDim → N×C×R×R. Only the skip architecture gives a lower resolution than the highest.
  torch::Tensor forward(const torch::Tensor& ws, const SynthesisControl& control, Stylegan2Pass& pass) const;

  /// Of the convolutions, in their order; torgb's are left out, as SeFa leaves them.
  std::vector<torch::Tensor> styleWeights() const;

 private:
  std::vector<std::shared_ptr<Stylegan2Block>> m_blocks;
  mutable std::array<Stylegan2Kept, 2> m_kept;  // of exact pictures, of drafts; emptied when weights change
};

class Stylegan2Generator : public Generator {
 public:
  explicit Stylegan2Generator(const Stylegan2Options& options);

  torch::Tensor map(const torch::Tensor& z, const torch::Tensor& c, const SynthesisControl& control) override;
  torch::Tensor synthesize(const torch::Tensor& w, const SynthesisControl& control) override;
  void finishLoading() override;
  std::vector<torch::Tensor> latentWeights() const override { return m_synthesis->styleWeights(); }

 private:
  std::shared_ptr<Stylegan2Mapping> m_mapping;
  std::shared_ptr<Stylegan2Synthesis> m_synthesis;
};

/// Under NVIDIA's own names: mapping.fc0.weight, synthesis.b4.const.
Architecture stylegan2Architecture();

/// rosinality/stylegan2-pytorch, model.py: style.1.weight, input.input, convs.0.conv.weight.
Architecture stylegan2RosinalityArchitecture();

/// NVIDIA's first, TensorFlow program (NVlabs/stylegan2 and stylegan2-ada), as legacy.py of NVlabs/stylegan3 converts it:
/// mapping/Dense0/weight, synthesis/4x4/Const/const.
Architecture stylegan2TensorFlowArchitecture();

}  // namespace loom::model

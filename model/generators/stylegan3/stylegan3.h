// StyleGAN3 (Karras et al. 2021, "Alias-Free Generative Adversarial Networks"), -T and -R, as NVlabs/stylegan3,
// training/networks_stylegan3.py computes it.
#pragma once

#include "model/generators/architecture.h"
#include "model/generators/generator.h"
#include "model/generators/stylegan2/stylegan2.h"
#include "model/generators/stylegan3/stylegan3_layers.h"

namespace loom::model {

class Stylegan3Synthesis : public torch::nn::Module {
 public:
  /// `squares`: for each layer of the table, whether its downsampling filter is a square.
  Stylegan3Synthesis(const Stylegan3Options& options, const Stylegan3Table& table, const std::vector<bool>& squares);

  void prepare();

  /// ws: N×(layers + 2)×wDim → N×C×R×R.
  torch::Tensor forward(const torch::Tensor& ws, const SynthesisControl& control) const;

  /// Of all layers between the input and ToRGB.
  std::vector<torch::Tensor> styleWeights() const;

 private:
  double m_outputScale = 1.0;
  bool m_drafts = false;  ///< whether bfloat16 is taken where a draft is asked for
  std::shared_ptr<Stylegan3Input> m_input;
  std::vector<std::shared_ptr<Stylegan3Layer>> m_layers;
};

class Stylegan3Generator : public Generator {
 public:
  Stylegan3Generator(const Stylegan3Options& options, const Stylegan3Table& table, const std::vector<bool>& squares);

  torch::Tensor map(const torch::Tensor& z, const torch::Tensor& c, const SynthesisControl& control) override;
  torch::Tensor synthesize(const torch::Tensor& w, const SynthesisControl& control) override;
  void finishLoading() override;
  std::vector<torch::Tensor> latentWeights() const override { return m_synthesis->styleWeights(); }

 private:
  std::shared_ptr<Stylegan2Mapping> m_mapping;
  std::shared_ptr<Stylegan3Synthesis> m_synthesis;
};

/// Under NVIDIA's own names: mapping.fc0.weight, synthesis.input.freqs, synthesis.L0_36_512.weight.
Architecture stylegan3Architecture();

}  // namespace loom::model

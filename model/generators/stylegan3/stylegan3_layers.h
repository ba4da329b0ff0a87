// The layers of StyleGAN3 (Karras et al. 2021) as NVlabs/stylegan3, training/networks_stylegan3.py has them, under its
// names. `prepare` is called once, after the weights were filled in.
#pragma once

#include "model/generators/stylegan2/stylegan2_layers.h"
#include "model/generators/stylegan3/stylegan3_options.h"
#include "model/generators/winograd_layer.h"
#include "model/kernels/filtered_lrelu.h"
#include "model/synthesis_settings.h"

namespace loom::model {

/// Fourier features of a plane that each picture turns and shifts in its own way.
class Stylegan3Input : public torch::nn::Module {
 public:
  Stylegan3Input(const Stylegan3Options& options, const Stylegan3Table& table);

  void prepare();

  /// w: N×wDim → N×channels×inputSize×inputSize. `transform`: 3×3, in place of the checkpoint's own.
  torch::Tensor forward(const torch::Tensor& w, const std::optional<Matrix3>& transform) const;

 private:
  int m_size = 0;
  double m_rate = 0.0;
  double m_bandwidth = 0.0;
  std::shared_ptr<Stylegan2Linear> m_affine;
  torch::Tensor m_weight;
  torch::Tensor m_transform;
  torch::Tensor m_freqs;
  torch::Tensor m_phases;
  torch::Tensor m_gainedWeight;
  torch::Tensor m_grid;  // size×size×2: x, y
};

/// A modulated convolution and filtered_lrelu; ToRGB is one, too.
class Stylegan3Layer : public torch::nn::Module {
 public:
  /// `downIsSquare`: the file holds the downsampling filter as a square, which is no product of two vectors.
  Stylegan3Layer(const Stylegan3Options& options, const Stylegan3LayerShape& shape, bool downIsSquare);

  void prepare();

  /// x: N×in×inSize², float32 or, of a draft, bfloat16; w: N×wDim → N×out×outSize² of the same; ToRGB's is float32.
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& w) const;

  const torch::Tensor& styleWeight() const { return m_affine->weight(); }

 private:
  /// `forward` where useKernels(x), from float32 or half to half where the layer is; stylegan3_kernels.cpp.
  torch::Tensor forwardByKernels(const torch::Tensor& x, const torch::Tensor& w) const;

  /// What comes out is still to be multiplied by `scale` (N×out), where it is defined.
  torch::Tensor convolve(const torch::Tensor& x, const torch::Tensor& w, torch::Tensor& scale) const;

  Stylegan3LayerShape m_shape;
  std::shared_ptr<Stylegan2Linear> m_affine;
  torch::Tensor m_weight;
  torch::Tensor m_bias;
  torch::Tensor m_magnitude;
  torch::Tensor m_upFilter;             // undefined where there is none
  torch::Tensor m_downFilter;           // likewise
  torch::Tensor m_weightSquares;        // out×in, of the weights made of equal magnitude
  mutable torch::Tensor m_draftWeight;  // made by the first draft that wants it
  double m_inputGain = 1.0;
  WinogradLayer m_convolution{WinogradKind::Same};
  FilteredLrelu m_plan;
};

}  // namespace loom::model

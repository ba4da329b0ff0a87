// DCGAN as pytorch_GAN_zoo writes it (models/networks/DCGAN_nets.py, GNet).
#pragma once

#include "model/generators/architecture.h"
#include "model/generators/fixed_stack.h"
#include "model/generators/generator.h"

#include <vector>

namespace loom::model {

struct ZooDcganOptions {
  int zDim = 64;
  int labelCount = 0;         ///< values that follow z
  std::vector<int> channels;  ///< behind formatLayer and behind each main.convTranspose
  int pictureChannels = 3;
  bool tanh = true;

  int resolution() const { return 4 << channels.size(); }  ///< pixels
};

class ZooDcganGenerator : public Generator {
 public:
  explicit ZooDcganGenerator(const ZooDcganOptions& options);

  /// z beside the labels: N×(zDim + labelCount).
  torch::Tensor map(const torch::Tensor& z, const torch::Tensor& c, const SynthesisControl& control) override;
  torch::Tensor synthesize(const torch::Tensor& w, const SynthesisControl& control) override;
  void finishLoading() override;

 private:
  torch::nn::ConvTranspose2d m_formatLayer{nullptr};  // this one and the next until finishLoading
  torch::nn::Sequential m_main;
  FixedStack m_fixed;  // from then on
  bool m_tanh = true;
};

Architecture zooDcganArchitecture();

}  // namespace loom::model

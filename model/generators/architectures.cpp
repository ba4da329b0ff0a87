#include "model/generators/architecture.h"
#include "model/generators/biggan/biggan.h"
#include "model/generators/biggan/hf_biggan.h"
#include "model/generators/biggan/resnet_gan.h"
#include "model/generators/cyclegan.h"
#include "model/generators/chain_generator.h"
#include "model/generators/dcgan.h"
#include "model/generators/mlp.h"
#include "model/generators/pix2pix.h"
#include "model/generators/stargan.h"
#include "model/generators/stylegan1/stylegan1.h"
#include "model/generators/zoo/progressive_gan.h"
#include "model/generators/zoo/zoo_dcgan.h"
#include "model/generators/stylegan2/stylegan2.h"
#include "model/generators/stylegan3/stylegan3.h"

namespace loom::model {

const std::vector<Architecture>& architectures() {
  static const std::vector<Architecture> kArchitectures{
      presetArchitecture(),  // names every tensor of its files, so that it takes no other's
      dcganArchitecture(),  // a chain of 4×4 transposed convolutions: nothing else looks like it
      bigGanArchitecture(),      // by the names of its blocks: nothing else has them
      bigGanDeepArchitecture(),  // the same names, told from BigGAN by a fourth convolution
      hfBigGanArchitecture(),    // by its embeddings and the sets of statistics: nothing else has them
      resnetGanArchitecture(),   // by l1, block2, …: nothing else has them
      cycleganArchitecture(),  // residual blocks called conv_block: nothing else looks like it
      pix2pixArchitecture(),   // blocks within blocks, each called model
      starganArchitecture(),   // residual blocks called main within a main
      // Each by the names of its own program, which no other has.
      zooDcganArchitecture(),
      progressiveGanArchitecture(),
      stylegan1ZooArchitecture(),
      stylegan1RosinalityArchitecture(),
      stylegan1TensorFlowArchitecture(),
      stylegan2Architecture(),            // by synthesis.b4.const: nothing else has it
      stylegan2RosinalityArchitecture(),  // by style, input and to_rgbs side by side
      stylegan2TensorFlowArchitecture(),  // by synthesis/4x4/Conv/mod_weight
      stylegan3Architecture(),            // by synthesis.input.freqs
      mlpArchitecture(),    // any chain of linear layers: asked last, since it asks for least
  };
  return kArchitectures;
}

std::function<std::string(const std::string&)> replacePrefix(std::string own, std::string file) {
  return [own = std::move(own), file = std::move(file)](const std::string& name) {
    return name.starts_with(own) ? file + name.substr(own.size()) : name;
  };
}

}  // namespace loom::model

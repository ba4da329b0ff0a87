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

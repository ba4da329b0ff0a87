#include "model/generators/architecture.h"
#include "model/generators/dcgan.h"
#include "model/generators/mlp.h"
#include "model/generators/stylegan2/stylegan2.h"

namespace loom::model {

const std::vector<Architecture>& architectures() {
  static const std::vector<Architecture> kArchitectures{
      stylegan2Architecture(),            // by their names: nothing else has them
      stylegan2RosinalityArchitecture(),  // likewise
      dcganArchitecture(),  // a chain of 4×4 transposed convolutions: nothing else looks like it
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

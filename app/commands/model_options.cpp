#include "app/commands/model_options.h"

namespace loom::app {

std::vector<OptionSyntax> openOptionSyntax() {
  return {{"--group", "", "NAME", "Which of several networks in FILE; latent-loom info FILE lists them."},
          {"--layout", "", "JSON", "The network's stack of layers, where the file does not tell it (NAME.loom.json)."},
          {"--trust", "", "", "Run the program that a TorchScript file holds. Only for files whose origin you trust."}};
}

model::OpenOptions openOptions(const Arguments& arguments) {
  model::OpenOptions options;
  options.group = arguments.value("--group").value_or("");
  options.layoutFile = arguments.value("--layout").value_or("");
  options.trust = arguments.has("--trust");
  return options;
}

}  // namespace loom::app

#include "model/generators/zoo/zoo_config.h"

#include <cmath>
#include <cstdlib>

namespace loom::model {

std::optional<std::string> zooConfig(const Checkpoint& checkpoint, std::string_view name) {
  const std::string wanted = "config." + std::string(name);
  for (const auto& [key, value] : checkpoint.metadata) {
    if (key == wanted) {
      return value;
    }
  }
  return std::nullopt;
}

bool zooEndsInTanh(const Checkpoint& checkpoint, bool other) {
  const auto loss = zooConfig(checkpoint, "lossMode");
  return loss ? *loss == "MSE" || *loss == "DCGAN" : other;
}

int zooLabelCount(const Checkpoint& checkpoint) {
  constexpr long kMost = 65536;
  const long count = std::atol(zooConfig(checkpoint, "categoryVectorDim").value_or("0").c_str());
  return count > 0 && count <= kMost ? static_cast<int>(count) : 0;
}

double zooScale(const TensorView& weight) {
  double fanIn = 1.0;
  for (std::size_t i = 1; i < weight.shape.size(); ++i) {
    fanIn *= static_cast<double>(weight.shape[i]);
  }
  return std::sqrt(2.0 / fanIn);
}

}  // namespace loom::model

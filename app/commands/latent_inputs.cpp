#include "app/commands/latent_inputs.h"

#include "model/checkpoint/checkpoint_reader.h"

#include <algorithm>
#include <cmath>

namespace loom::app {
namespace {

std::string shapeText(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t side : shape) {
    text += text.empty() ? "" : "x";
    text += std::to_string(side);
  }
  return text.empty() ? "a single number" : text;
}

const model::TensorView& onlyZ(const model::Checkpoint& file, const std::string& name) {
  const model::TensorView* z = nullptr;
  std::string others;
  for (const model::TensorGroup& group : file.groups) {
    for (const model::TensorView& tensor : group.tensors) {
      if (group.name.empty() && tensor.name == "z") {
        z = &tensor;
      } else {
        others += others.empty() ? "" : ", ";
        others += tensor.name;
      }
    }
  }
  if (!others.empty()) {
    throw std::runtime_error(name + " cannot be used as inputs: it holds " + others +
                             ", and the only input that is understood is z (N x z_dim).");
  }
  if (!z) {
    throw std::runtime_error(name + " cannot be used as inputs: it holds no tensor z (N x z_dim).");
  }
  return *z;
}

}  // namespace

model::FloatTensor readLatentInputs(const std::filesystem::path& path, const model::GeneratorInfo& info,
                                    const std::stop_token& stop) {
  const std::string name = path.filename().string();
  const model::Checkpoint file = model::readCheckpoint(path, {.stop = stop, .progress = {}, .limits = {}});
  const model::TensorView& view = onlyZ(file, name);
  if (view.shape.size() != 2 || view.shape[0] < 1 || view.shape[1] != info.zDim) {
    throw std::runtime_error(name + " cannot be used as inputs: its z is " + shapeText(view.shape) +
                             ", this generator takes N x " + std::to_string(info.zDim) + ".");
  }
  model::FloatTensor z{view.shape, view.toFloat32()};
  if (!std::all_of(z.values.begin(), z.values.end(), [](float value) { return std::isfinite(value); })) {
    throw std::runtime_error(name + " cannot be used as inputs: its z holds values that are no finite numbers.");
  }
  return z;
}

}  // namespace loom::app

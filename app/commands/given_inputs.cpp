#include "app/commands/given_inputs.h"

#include "model/checkpoint/checkpoint_reader.h"

#include <cmath>
#include <stdexcept>

namespace loom::app {
namespace {

using model::FloatTensor;

/// Collects the tensors of one file; every refusal is a clause that follows "… cannot be used as inputs: ".
class InputCollector {
 public:
  GivenInputs inputs;

  void take(const model::TensorView& view) {
    FloatTensor values{view.shape, view.toFloat32()};
    auto& tensors = inputs.tensors;
    if (view.name == "z") {
      tensors.z = std::move(values);
    } else if (view.name == "ws") {
      tensors.ws = std::move(values);
    } else if (view.name == "x") {
      tensors.x = std::move(values);
    } else if (view.name == "c") {
      tensors.c = std::move(values);
    } else if (view.name == "w_mean") {
      tensors.wMean = std::move(values);
    } else if (view.name == "y") {
      takeIndices(values);
    } else if (view.name == "transform") {
      takeTransform(values);
    } else {
      throw std::runtime_error("it holds " + view.name +
                               ", and the inputs that are understood are z, ws, x, y, c, w_mean and transform");
    }
  }

  void check() const {
    const auto& tensors = inputs.tensors;
    const std::int64_t count = tensors.count();
    if (!tensors.z && !tensors.ws && !tensors.x) {
      throw std::runtime_error("it holds neither z (N x z_dim) nor ws (N x layers x w_dim) nor x (N x C x H x W)");
    }
    if ((tensors.c && (tensors.c->shape.size() != 2 || tensors.c->shape[0] != count)) ||
        (!tensors.y.empty() && static_cast<std::int64_t>(tensors.y.size()) != count)) {
      throw std::runtime_error("its labels are not as many as its " + std::to_string(count) + " rows");
    }
  }

 private:
  void takeIndices(const FloatTensor& values) {
    for (const float value : values.values) {
      if (!(std::abs(value) < 1e7F) || value != std::floor(value)) {
        throw std::runtime_error("its y are no class indices");
      }
      inputs.tensors.y.push_back(static_cast<std::int64_t>(value));
    }
  }

  void takeTransform(const FloatTensor& values) {
    if (values.shape != std::vector<std::int64_t>{3, 3}) {
      throw std::runtime_error("its transform is no 3 x 3 matrix");
    }
    model::Matrix3 matrix{};
    std::copy(values.values.begin(), values.values.end(), matrix.begin());
    inputs.transform = matrix;
  }
};

std::optional<FloatTensor> row(const std::optional<FloatTensor>& tensor, std::int64_t index) {
  if (!tensor) {
    return std::nullopt;
  }
  FloatTensor one{tensor->shape, {}};
  one.shape[0] = 1;
  const auto width = one.elementCount();
  const auto begin = tensor->values.begin() + index * width;
  one.values.assign(begin, begin + width);
  return one;
}

}  // namespace

model::GeneratorInputs GivenInputs::at(std::int64_t index) const {
  model::GeneratorInputs one;
  one.z = row(tensors.z, index);
  one.ws = row(tensors.ws, index);
  one.x = row(tensors.x, index);
  one.c = row(tensors.c, index);
  if (!tensors.y.empty()) {
    one.y = {tensors.y[static_cast<std::size_t>(index)]};
  }
  one.wMean = tensors.wMean;
  return one;
}

GivenInputs readGivenInputs(const std::filesystem::path& path, const std::stop_token& stop) {
  const model::Checkpoint file = model::readCheckpoint(path, {.stop = stop, .progress = {}, .limits = {}});
  InputCollector collector;
  try {
    for (const model::TensorGroup& group : file.groups) {
      for (const model::TensorView& tensor : group.tensors) {
        collector.take(tensor);
      }
    }
    collector.check();
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(path.filename().string() + " cannot be used as inputs: " + error.what() + ".");
  }
  return std::move(collector.inputs);
}

}  // namespace loom::app

// A state_dict read as an nn.Sequential: layers numbered under one prefix, as most of the field's plain generators are.
#pragma once

#include "model/checkpoint/checkpoint.h"
#include "model/generators/generator.h"

#include <map>
#include <optional>
#include <string>

namespace loom::model {

/// The tensors of one numbered layer; null where there is none.
struct ChainLayer {
  const TensorView* weight = nullptr;
  const TensorView* bias = nullptr;
  const TensorView* runningMean = nullptr;
  const TensorView* runningVar = nullptr;

  /// A batch norm: a vector of weights, with running statistics.
  bool isNorm() const;
};

struct LayerChain {
  std::string prefix;               ///< e.g. "main.", "" or "module.main."
  std::map<int, ChainLayer> layers;  ///< by their number in the Sequential; layers without weights are not there
};

/// The chain that `group` is; nullopt, with the reason in `whyNot`, where any tensor is not `prefix + number + leaf`.
std::optional<LayerChain> readLayerChain(const TensorGroup& group, std::string& whyNot);

/// "512×100×4×4"
std::string shapeText(const std::vector<std::int64_t>& shape);

/// "main.0.weight (512×100×4×4)"
std::string named(const TensorView& tensor);

/// Runs the layers in order and looks at `control` between them. `sequential` holds modules of Tensor → Tensor.
torch::Tensor runChain(torch::nn::Sequential& sequential, torch::Tensor x, const SynthesisControl& control);

}  // namespace loom::model

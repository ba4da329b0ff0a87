// The generator of any ChainLayout: layers in a row, their tensors under the file's own names.
#pragma once

#include "model/chain/chain_resolver.h"
#include "model/generators/architecture.h"
#include "model/generators/fixed_stack.h"
#include "model/generators/generator.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace loom::model {

class ChainGenerator : public Generator {
 public:
  explicit ChainGenerator(ResolvedChain chain);

  const ResolvedChain& chain() const { return m_chain; }

  /// z: N×zDim, c: N×classes (undefined without classes) → N×(what the first layer takes).
  torch::Tensor map(const torch::Tensor& z, const torch::Tensor& c, const SynthesisControl& control) override;

  /// What `map` gives → N×C×H×W in the layout's range.
  torch::Tensor synthesize(const torch::Tensor& w, const SynthesisControl& control) override;

  /// Turns the layers into the form that pictures are made with; not of a network in training, nor before `watch`.
  void finishLoading() override;

  /// Called with what each layer takes, by its place in the layout; for comparing with the norms' own statistics.
  using Watcher = std::function<void(std::size_t, const torch::Tensor&)>;
  torch::Tensor watch(const torch::Tensor& w, const SynthesisControl& control, const Watcher& watcher);

  /// The tensor of a layer by its leaf; undefined where it has none.
  torch::Tensor tensor(std::size_t layer, const char* leaf) const;

 private:
  void addTensor(const std::string& name, const std::vector<std::int64_t>& shape);
  void fix(std::size_t index);
  torch::Tensor weightFor(std::size_t index);
  torch::Tensor run(std::size_t index, const torch::Tensor& x) const;

  ResolvedChain m_chain;
  // Handles of what is registered: a move to another device changes what they stand for, not them.
  std::map<std::string, torch::Tensor> m_tensors;
  FixedStack m_fixed;  // empty until finishLoading
};

/// The recognition of a group by `layout`: `make`, or the mismatch.
Recognition recogniseByLayout(const ChainLayout& layout, const TensorGroup& group);

/// The shipped layouts of resources/layouts.
Architecture presetArchitecture();

}  // namespace loom::model

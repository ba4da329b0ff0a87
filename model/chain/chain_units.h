// A state_dict as modules in a row: what names, shapes and, in whole-module files, the modules' own values tell.
#pragma once

#include "model/chain_layout.h"
#include "model/checkpoint/checkpoint.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace loom::model {

/// The tensors of one module.
struct ChainUnit {
  enum class Kind { Linear, Convolution, Norm, Embedding, Unknown };

  std::string prefix;                               ///< "main.0"
  std::map<std::string, const TensorView*> leaves;  ///< "weight", "bias" …
  Kind kind = Kind::Unknown;

  const std::vector<std::int64_t>& shape() const;  ///< of its weight, or of a norm's statistics
  bool hasStatistics() const;
};

/// Modules in the file's order, counters left out.
std::vector<ChainUnit> collectUnits(const TensorGroup& group);

/// The same modules in the order of the numbers in their names, as a file needs whose writer sorted it ("10" after "3").
std::vector<ChainUnit> inNaturalOrder(std::vector<ChainUnit> units);

/// "main.0: convolution or transposed convolution 100×512, 4×4"
std::string describe(const ChainUnit& unit);

/// Layers without tensors that stand between two modules.
struct ChainGap {
  std::optional<int> count;                     ///< how many, where the numbers of a Sequential tell
  std::optional<std::vector<LayoutLayer>> told;  ///< what they are, where the file tells
};

/// What a file tells of its modules beside tensors: the values of a pickled module tree.
class ModuleFacts {
 public:
  explicit ModuleFacts(const TensorGroup& group);

  /// Fills the layer's options from the module's own values; false where the file has none of it.
  bool tell(const std::string& module, LayoutLayer& layer) const;

  ChainGap between(const std::string& before, const std::string& after) const;
  /// Layers behind `last`, in its own Sequential.
  ChainGap behind(const std::string& last) const;

  /// Classes in the tree that no layout knows, by module.
  std::vector<std::string> unknownModules() const;

 private:
  const std::string* find(const std::string& key) const;
  std::optional<LayoutLayer> layerAt(const std::string& module) const;
  void tellNumbers(const std::string& module, LayoutLayer& layer) const;

  std::map<std::string, std::string> m_values;
};

}  // namespace loom::model

// What the recognitions of StyleGAN2's layouts share: tensors by name, options by name, and the comparison of a file
// with what the options ask for.
#pragma once

#include "model/generators/stylegan2/stylegan2.h"

#include <functional>
#include <set>
#include <span>
#include <string_view>
#include <unordered_map>

namespace loom::model {

/// The tensors of a group by name, below one prefix.
class TensorIndex {
 public:
  explicit TensorIndex(const TensorGroup& group, std::string prefix = {});

  const std::string& prefix() const { return m_prefix; }
  bool has(const std::string& name) const { return m_tensors.contains(name); }

  /// Null where there is none. Names are without the prefix.
  const TensorView* find(const std::string& name) const;

  /// The size of one dimension, at most INT_MAX; 0 where there is no such tensor, or not of that rank.
  int size(const std::string& name, std::size_t rank, std::size_t dimension) const;

  const std::unordered_map<std::string, const TensorView*>& tensors() const { return m_tensors; }

 private:
  std::string m_prefix;
  std::unordered_map<std::string, const TensorView*> m_tensors;
};

/// Plain values that came with a network: of its module, or in the metadata of a converted file.
class OptionIndex {
 public:
  OptionIndex(const TensorGroup& group, const Checkpoint& checkpoint);

  /// The first that is there, with a value other than "None"; else nullptr.
  const std::string* find(std::initializer_list<const char*> names) const;

  /// True where any is there, "None" included.
  bool has(std::initializer_list<const char*> names) const;

  /// The first name below `prefix` that is not among `known`; nullopt: none. Nested names count by their first part.
  std::optional<std::string> otherThan(const std::string& prefix, std::span<const char* const> known) const;

  /// The Python class of the module, or an empty string.
  const std::string& className() const { return m_className; }

 private:
  std::unordered_map<std::string, std::string> m_values;
  std::string m_className;
};

/// A number as Python writes it, finite; nullopt where it is none.
std::optional<double> numberIn(const std::string& text);

/// Fills `activation` from the first option of these that is there; returns what does not fit, or an empty string.
std::string readActivation(const OptionIndex& options, std::initializer_list<const char*> names,
                           Activation& activation);

/// A name of the synthesis network taken apart: "synthesis.b8.conv0.affine.weight" is block 1, "conv0", "affine.weight".
/// The block's own tensors have no layer.
struct BlockTensor {
  std::size_t block = 0;
  std::string layer;
  std::string leaf;
};
/// Of any name of stylegan2Tensors that begins with "synthesis.".
BlockTensor blockTensor(const std::string& name);

/// The number in "mapping.fc3.weight", and its leaf; nullopt for other names.
std::optional<std::pair<int, std::string>> mappingTensor(const std::string& name);

/// Where a tensor of the network stands in another program's file, and how it becomes ours.
struct ForeignTensor {
  std::string name;                  ///< in the file; empty: `convert` needs none
  std::vector<std::int64_t> shape;   ///< in the file
  std::function<torch::Tensor(const torch::Tensor&)> convert;  ///< gives the own shape; null: as it is, reshaped
};
using ForeignTable = std::function<ForeignTensor(const NamedShape& own)>;

/// What is missing, superfluous or of another shape in `file`, or an empty string. `mayRemain` are names that have no
/// place in the network.
std::string compareTensors(const Stylegan2Options& options, const ForeignTable& table, const TensorIndex& file,
                           const std::function<bool(const std::string&)>& mayRemain = {});

/// Fills the generator by `table`. `companions` may hold tensors that the group lacks; may be null.
void loadForeign(Generator& generator, const Stylegan2Options& options, const ForeignTable& table,
                 const TensorGroup& group, const TensorGroup* companions);

}  // namespace loom::model

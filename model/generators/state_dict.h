// Fills a generator from a state_dict, and refuses weights that cannot make a picture.
#pragma once

#include "model/generators/architecture.h"
#include "model/generators/generator.h"

#include <string>
#include <string_view>
#include <unordered_map>

namespace loom::model {

/// The tensors of a group as weights: found by name, converted to float32 (integers stay integers), checked.
class WeightSource {
 public:
  explicit WeightSource(const TensorGroup& group);

  bool has(const std::string& name) const { return m_tensors.contains(name); }

  /// A tensor that borrows the mapped bytes, in the file's own number type: copy it before the file may go.
  /// Throws ModelError that names the tensor where it is missing or holds NaN or infinity.
  torch::Tensor at(const std::string& name) const;

  /// Copies `name` into `target`. Throws ModelError that names the tensor where it is missing, has another shape, or
  /// holds NaN or infinity. `num_batches_tracked` may be missing: files before PyTorch 0.4.1 lack it.
  void fill(torch::Tensor& target, const std::string& name) const;

 private:
  std::unordered_map<std::string, const TensorView*> m_tensors;
};

/// Copies every parameter and buffer of `generator` from `group`, by `recognition.fileName`, or as `recognition.load`
/// does it. Copies, so that a file that is overwritten later cannot change, or tear away, a model that is open.
/// Throws ModelError, see WeightSource.
void loadStateDict(Generator& generator, const TensorGroup& group, const Checkpoint& checkpoint,
                   const Recognition& recognition);

/// Copies `value` into the module's parameter or buffer of that name; for `Recognition::load`. Throws ModelError where
/// there is none or its shape differs.
void assign(Generator& generator, const std::string& own, const torch::Tensor& value);

/// Numbers in all parameters; buffers do not count.
std::int64_t parameterCount(const Generator& generator);

}  // namespace loom::model

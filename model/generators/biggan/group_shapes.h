// The names and shapes of a group, compared with what an architecture expects of them; touches no weight.
#pragma once

#include "model/checkpoint/checkpoint.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace loom::model {

/// Collects the first thing that does not fit; after it every further expectation is without effect.
class GroupShapes {
 public:
  /// Names are asked for without `prefix` ("module." where a DataParallel wrapped the network).
  explicit GroupShapes(const TensorGroup& group, std::string prefix = {});

  bool has(const std::string& name) const { return find(name) != nullptr; }
  const TensorView* find(const std::string& name) const;

  /// The size of a dimension, within [1, 65536]. 1, with a mismatch noted, where the tensor is missing, has fewer
  /// dimensions, or is larger: no network of the field is.
  std::int64_t size(const std::string& name, std::size_t dimension);

  /// Notes a mismatch unless the tensor is there in this shape, and unless all that were expected so far fit in 8 GB.
  void expect(const std::string& name, const std::vector<std::int64_t>& shape);

  /// Notes `clause` where `holds` is false.
  void require(bool holds, const std::string& clause);

  bool fits() const { return m_mismatch.empty(); }
  const std::string& mismatch() const { return m_mismatch; }
  const std::string& prefix() const { return m_prefix; }

 private:
  std::unordered_map<std::string, const TensorView*> m_tensors;
  std::string m_prefix;
  std::string m_mismatch;
  double m_elements = 0.0;  // expected so far; a double cannot overflow
};

/// "module." where the group has `name` under it alone; else nothing.
std::string dataParallelPrefix(const TensorGroup& group, const std::string& name);

/// The side of a square of `area` places; 0 where it is none.
std::int64_t squareSide(std::int64_t area);

}  // namespace loom::model

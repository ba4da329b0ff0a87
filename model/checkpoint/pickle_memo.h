// The memo of the pickle machine: values under numbers.
#pragma once

#include "model/checkpoint/pickle_value.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace loom::model {

/// Picklers count from 0 or 1: a vector. Numbers far from that are legal; they go into a tree, whose cost no choice of
/// numbers can drive up. (In a hash table a file could choose numbers that all meet in one place: 8 MB took minutes.)
class PickleMemo {
 public:
  /// Stores `value` and returns how many bytes of memory that took.
  std::size_t put(std::uint64_t index, PickleValue* value) {
    constexpr std::uint64_t kGap = 64;
    constexpr std::size_t kTreeNode = 64;
    if (index > m_dense.size() + kGap) {
      const bool isNew = m_sparse.insert_or_assign(index, value).second;
      m_count += isNew;
      return isNew ? kTreeNode : 0;
    }
    std::size_t grown = 0;
    if (index >= m_dense.size()) {
      grown = static_cast<std::size_t>(index) + 1 - m_dense.size();
      m_dense.resize(static_cast<std::size_t>(index) + 1, nullptr);
    }
    PickleValue*& place = m_dense[static_cast<std::size_t>(index)];
    m_count += !place;
    place = value;
    return 2 * sizeof(value) * grown;  // a vector may hold twice what is in it
  }

  /// The value, or null where there is none.
  PickleValue* get(std::uint64_t index) const {
    if (index < m_dense.size() && m_dense[static_cast<std::size_t>(index)]) {
      return m_dense[static_cast<std::size_t>(index)];
    }
    const auto it = m_sparse.find(index);
    return it == m_sparse.end() ? nullptr : it->second;
  }

  /// How many values there are; MEMOIZE puts the next one under this number.
  std::uint64_t count() const { return m_count; }

 private:
  std::vector<PickleValue*> m_dense;
  std::map<std::uint64_t, PickleValue*> m_sparse;
  std::uint64_t m_count = 0;
};

}  // namespace loom::model

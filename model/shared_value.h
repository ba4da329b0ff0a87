// A large value that many others hold without copying it.
#pragma once

#include <memory>
#include <utility>

namespace loom::model {

/// Immutable; copies share it. Equal where the contents are.
template <typename Value>
class Shared {
 public:
  Shared(Value value)  // NOLINT(google-explicit-constructor): it stands for the value
      : m_value(std::make_shared<const Value>(std::move(value))) {}
  const Value& operator*() const { return *m_value; }
  const Value* operator->() const { return m_value.get(); }
  friend bool operator==(const Shared& a, const Shared& b) { return a.m_value == b.m_value || *a.m_value == *b.m_value; }

 private:
  std::shared_ptr<const Value> m_value;
};

}  // namespace loom::model

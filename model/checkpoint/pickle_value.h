// What a pickle holds, as data. Nothing in it is ever called.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace loom::model {

/// A node. Nodes are owned by their arena and refer to one another by plain pointers: a pickle may share nodes, or make
/// rings of them, and neither costs memory beyond the nodes, nor does a deep one overflow the stack when it is freed.
struct PickleValue {
  enum class Kind {
    None,
    Bool,          ///< number is 0 or 1
    Int,           ///< number
    BigInt,        ///< text: little-endian two's complement bytes of an integer beyond 64 bits
    Float,         ///< real
    String,        ///< text, as the file has it (UTF-8, or whatever protocol 0 wrote)
    Bytes,         ///< text
    Tuple,         ///< items
    List,          ///< items
    Set,           ///< items
    Dict,          ///< pairs
    Global,        ///< module and text: a name, never imported
    Object,        ///< callable, args, and then state, items, pairs: what the original would have called, and with what
    PersistentId,  ///< items[0]: a reference to something outside the pickle
  };

  Kind kind = Kind::None;
  std::int64_t number = 0;
  double real = 0.0;
  std::string_view text;
  std::string_view module;
  std::vector<PickleValue*> items;
  std::vector<std::pair<PickleValue*, PickleValue*>> pairs;
  PickleValue* callable = nullptr;
  PickleValue* args = nullptr;
  PickleValue* kwargs = nullptr;  // where it was made with keywords
  PickleValue* state = nullptr;

  bool isGlobal(std::string_view inModule, std::string_view name) const {
    return kind == Kind::Global && module == inModule && text == name;
  }
};

/// Owns values and the few texts that are not views of the file.
class PickleArena {
 public:
  PickleValue* make(PickleValue::Kind kind) {
    PickleValue& value = m_values.emplace_back();
    value.kind = kind;
    return &value;
  }
  std::string_view keep(std::string text) { return m_texts.emplace_back(std::move(text)); }

 private:
  std::deque<PickleValue> m_values;
  std::deque<std::string> m_texts;
};

}  // namespace loom::model

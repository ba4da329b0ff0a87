// Modules as pickles hold them: objects whose state has _parameters, _buffers and _modules.
#pragma once

#include "model/checkpoint/checkpoint_reader.h"
#include "model/checkpoint/pickle_value.h"
#include "model/checkpoint/plain_value.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loom::model {

/// A network with all that is in it. Names are as in its state_dict(); values are still those of the pickle.
struct NetworkContent {
  std::string className;
  std::vector<std::pair<std::string, const PickleValue*>> tensors;
  std::vector<std::pair<std::string, std::string>> attributes;  ///< see TensorGroup
  std::vector<const PickleValue*> makers;                       ///< Globals: what the parts say that they are made by
  std::vector<const PickleValue*> programTexts;
};

/// What all networks of a file may take together: modules may be shared, and a few that are stand for very many.
class NetworkBudget {
 public:
  explicit NetworkBudget(const ReadControl& control) : m_control(control) {}

  /// Throws PickleError (Limit) where it is used up, or what `control` throws.
  void spend(std::size_t values, std::size_t text);

 private:
  const ReadControl& m_control;
  std::size_t m_values = 5'000'000;
  std::size_t m_text = 256U << 20U;
};

/// NVIDIA's `torch_utils.persistence`: a call with one dictionary of a state and of the text of a Python module.
struct PersistentObject {
  const PickleValue* state = nullptr;
  const PickleValue* className = nullptr;
  const PickleValue* programText = nullptr;  ///< may be null
};
std::optional<PersistentObject> findPersistentObject(const PickleValue& value);

/// The module that `value` is, however it is made, or nothing. Parameters come before buffers, both before the modules
/// within: torch's own order. For TorchScript, whose attributes are all alike, it is the file's. Hooks and other state
/// beside plain values is passed over. `checkpoint` is asked for its file alone. Throws a ReadProblem.
std::optional<NetworkContent> readModule(const PickleValue& value, const Checkpoint& checkpoint,
                                         const ReadControl& control, NetworkBudget& budget);

/// Calls `visit(key, value)` for a dictionary's members, wherever its maker left them.
template <typename Visit>
void forEachMember(const PickleValue& dictionary, const Visit& visit) {
  // Python 2 gave an OrderedDict's content as its argument, a list of [key, value].
  if (isOrderedDict(dictionary) && dictionary.args->items.size() == 1) {
    for (const PickleValue* pair : dictionary.args->items[0]->items) {
      if (pair->items.size() == 2) {
        visit(*pair->items[0], *pair->items[1]);
      }
    }
  }
  for (const auto& [key, value] : dictionary.pairs) {
    visit(*key, *value);
  }
}

/// The member under a key that is text; null where there is none.
const PickleValue* memberOf(const PickleValue& dictionary, std::string_view key);

/// Adds `value` under `name`: a plain value, or those of a dictionary or a list under dotted names.
void addAttributes(NetworkContent& content, const std::string& name, const PickleValue& value,
                   const Checkpoint& checkpoint, NetworkBudget& budget);

}  // namespace loom::model

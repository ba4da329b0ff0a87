// An nn.Module is pickled as its class and its __dict__:
//
//   training, _parameters, _buffers, _modules, _non_persistent_buffers_set, hooks (_forward_hooks …), and what its
//   author gave it: plain values, mostly
//
// The class stands in NEWOBJ, REDUCE or _reconstructor; in NVIDIA's files within the one dictionary that their function
// _reconstruct_persistent_obj gets, where _init_args and _init_kwargs tell how the module was made.
//
// TorchScript's data.pkl has objects of classes below __torch__, whose state are the attributes: tensors, modules and
// plain values side by side.
#include "model/checkpoint/module_tree.h"

#include "model/checkpoint/numpy_value.h"
#include "model/checkpoint/pickle_interpreter.h"
#include "model/checkpoint/torch_tensor.h"

namespace loom::model {
namespace {

using Kind = PickleValue::Kind;

constexpr std::size_t kLongestKey = 512;
constexpr std::size_t kMostAttributes = 20'000;

bool isTensorLike(const PickleValue& value) { return findTensorCall(value) || isNumpyArray(value); }

struct Module {
  const PickleValue* state = nullptr;
  std::string className;
  const PickleValue* maker = nullptr;        // null where no name is imported
  const PickleValue* programText = nullptr;  // may be null
  bool isScript = false;
};

bool isModuleState(const PickleValue& state) {
  return memberOf(state, "_modules") && (memberOf(state, "_parameters") || memberOf(state, "_buffers"));
}

std::optional<Module> findModule(const PickleValue& value) {
  if (const auto persistent = findPersistentObject(value)) {
    if (!isModuleState(*persistent->state)) {
      return std::nullopt;
    }
    return Module{persistent->state, plainName(persistent->className->text), nullptr, persistent->programText, false};
  }
  if (value.kind != Kind::Object || !value.state) {
    return std::nullopt;
  }
  const PickleValue* maker = makerOf(value);
  if (maker->kind != Kind::Global) {
    return std::nullopt;
  }
  const std::string className = plainName(maker->module) + "." + plainName(maker->text);
  if (maker->module == "__torch__" || maker->module.starts_with("__torch__.")) {
    return Module{value.state, className, maker, nullptr, true};
  }
  // A class with __slots__ has two parts of state.
  const bool hasSlots = value.state->kind == Kind::Tuple && value.state->items.size() == 2;
  const PickleValue* state = hasSlots ? value.state->items[0] : value.state;
  if (!isModuleState(*state)) {
    return std::nullopt;
  }
  const bool hasText = isClassReference(*value.callable) && value.callable->items[0]->items.size() >= 4;
  return Module{state, className, maker, hasText ? value.callable->items[0]->items[3] : nullptr, false};
}

/// The content of TorchScript's typed lists and dictionaries: build_tensorlist(list), restore_type_tag(object, type).
const PickleValue& withoutTypeTag(const PickleValue& value) {
  const bool isTagged = value.kind == Kind::Object && value.callable->kind == Kind::Global &&
                        value.callable->module == "torch.jit._pickle" && !value.args->items.empty();
  return isTagged ? *value.args->items[0] : value;
}

class ModuleWalker {
 public:
  ModuleWalker(NetworkContent& content, const Checkpoint& checkpoint, const ReadControl& control, NetworkBudget& budget)
      : m_content(content), m_checkpoint(checkpoint), m_control(control), m_budget(budget) {}

  /// `prefix` is "" or ends with a dot.
  void walk(const Module& module, const std::string& prefix, int depth) {
    enter(prefix, depth);
    if (module.maker) {
      m_content.makers.push_back(module.maker);
    }
    if (module.programText) {
      m_content.programTexts.push_back(module.programText);
    }
    if (!prefix.empty()) {
      addText(prefix + "__class__", module.className);
    }
    if (module.isScript) {
      walkScript(*module.state, prefix, depth);
      return;
    }
    addTensors(memberOf(*module.state, "_parameters"), prefix);
    addTensors(memberOf(*module.state, "_buffers"), prefix);
    forEachMember(*module.state, [&](const PickleValue& key, const PickleValue& value) {
      addPlain(prefix, keyText(key, kLongestKey), value);
    });
    if (const PickleValue* modules = memberOf(*module.state, "_modules")) {
      forEachMember(*modules, [&](const PickleValue& key, const PickleValue& value) {
        m_budget.spend(1, 0);
        if (const auto child = findModule(value)) {
          walk(*child, prefix + keyText(key, kLongestKey) + ".", depth + 1);
        }
      });
    }
  }

 private:
  void enter(const std::string& prefix, int depth) {
    if (depth > m_control.limits.depth) {
      throw PickleError("it is nested deeper than any real checkpoint", CheckpointError::Kind::Limit);
    }
    m_budget.spend(1, prefix.size());
  }

  void addTensors(const PickleValue* dictionary, const std::string& prefix) {
    if (!dictionary) {
      return;
    }
    forEachMember(*dictionary, [&](const PickleValue& key, const PickleValue& value) {
      m_budget.spend(1, 0);
      if (value.kind == Kind::None) {  // a layer without a bias, say
        return;
      }
      std::string name = prefix + keyText(key, kLongestKey);
      if (!isTensorLike(value)) {
        throw PickleError("the tensor " + plainName(name) + ": it is of a kind that is not supported",
                          CheckpointError::Kind::Unsupported);
      }
      addTensor(std::move(name), value);
    });
  }

  void addTensor(std::string name, const PickleValue& value) {
    m_budget.spend(1, name.size());
    m_content.tensors.emplace_back(std::move(name), &value);
  }

  void addText(std::string name, std::string text) {
    m_budget.spend(1, name.size() + text.size());
    if (m_content.attributes.size() < kMostAttributes) {
      m_content.attributes.emplace_back(std::move(name), std::move(text));
    }
  }

  void addPlain(const std::string& prefix, const std::string& key, const PickleValue& value) {
    m_budget.spend(1, 0);
    const bool isMaking = key == "_init_args" || key == "_init_kwargs";
    if ((key.starts_with('_') && !isMaking) || key == "training" || findTensorCall(value)) {
      return;
    }
    if (key == "_init_args") {  // one name each, also where a list would do
      for (std::size_t i = 0; i < value.items.size(); ++i) {
        addAttributes(m_content, prefix + "init_args." + std::to_string(i), *value.items[i], m_checkpoint, m_budget);
      }
      return;
    }
    addAttributes(m_content, prefix + (isMaking ? key.substr(1) : key), value, m_checkpoint, m_budget);
  }

  /// The attributes of a script's module, or the items of a list in it.
  void walkScript(const PickleValue& state, const std::string& prefix, int depth) {
    forEachMember(state, [&](const PickleValue& key, const PickleValue& value) {
      addScriptAttribute(prefix, keyText(key, kLongestKey), withoutTypeTag(value), depth);
    });
    for (std::size_t i = 0; i < state.items.size(); ++i) {
      addScriptAttribute(prefix, std::to_string(i), withoutTypeTag(*state.items[i]), depth);
    }
  }

  void addScriptAttribute(const std::string& prefix, const std::string& key, const PickleValue& value, int depth) {
    m_budget.spend(1, 0);
    if (isTensorLike(value)) {
      addTensor(prefix + key, value);
    } else if (const auto child = findModule(value)) {
      walk(*child, prefix + key + ".", depth + 1);
    } else if (plainText(value)) {
      addPlain(prefix, key, value);
    } else if (!isScalar(value)) {
      enter(prefix, depth + 1);
      walkScript(value, prefix + key + ".", depth + 1);
    }
  }

  NetworkContent& m_content;
  const Checkpoint& m_checkpoint;
  const ReadControl& m_control;
  NetworkBudget& m_budget;
};

void addAttributesAt(NetworkContent& content, const std::string& name, const PickleValue& value,
                     const Checkpoint& checkpoint, NetworkBudget& budget, int depth) {
  constexpr int kDeepest = 8;
  constexpr std::size_t kLongestList = 64;
  auto text = value.kind == Kind::None ? std::optional<std::string>("None") : plainText(value);
  if (!text) {
    text = numpyArrayText(value, checkpoint);
  }
  budget.spend(1, name.size() + (text ? text->size() : 0));
  if (content.attributes.size() >= kMostAttributes) {
    return;
  }
  if (text) {
    content.attributes.emplace_back(name, std::move(*text));
    return;
  }
  if (depth == kDeepest || isTensorLike(value) || findModule(value) || value.kind == Kind::Set ||
      value.items.size() > kLongestList) {
    return;
  }
  if (value.kind == Kind::Object && value.state && value.state->kind == Kind::Dict) {  // options of argparse, say
    addAttributesAt(content, name, *value.state, checkpoint, budget, depth + 1);
  }
  forEachMember(value, [&](const PickleValue& key, const PickleValue& member) {
    addAttributesAt(content, name + "." + keyText(key, kLongestKey), member, checkpoint, budget, depth + 1);
  });
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    addAttributesAt(content, name + "." + std::to_string(i), *value.items[i], checkpoint, budget, depth + 1);
  }
}

}  // namespace

void NetworkBudget::spend(std::size_t values, std::size_t text) {
  constexpr std::size_t kValuesBetweenChecks = 1024;
  if (values > m_values || text > m_text) {
    throw PickleError("its modules hold more than any real checkpoint's", CheckpointError::Kind::Limit);
  }
  m_values -= values;
  m_text -= text;
  if (m_values % kValuesBetweenChecks == 0) {
    m_control.goOn();
  }
}

const PickleValue* memberOf(const PickleValue& dictionary, std::string_view key) {
  for (const auto& [name, value] : dictionary.pairs) {
    if (name->kind == Kind::String && name->text == key) {
      return value;
    }
  }
  return nullptr;
}

std::optional<PersistentObject> findPersistentObject(const PickleValue& value) {
  if (value.kind != Kind::Object || value.callable->kind != Kind::Global ||
      value.callable->text != "_reconstruct_persistent_obj" || value.args->items.size() != 1) {
    return std::nullopt;
  }
  const PickleValue& meta = *value.args->items[0];
  PersistentObject found{memberOf(meta, "state"), memberOf(meta, "class_name"), memberOf(meta, "module_src")};
  if (!found.state || !found.className) {
    throw PickleError("a module of it lacks its state");
  }
  return found;
}

std::optional<NetworkContent> readModule(const PickleValue& value, const Checkpoint& checkpoint,
                                         const ReadControl& control, NetworkBudget& budget) {
  const auto module = findModule(value);
  if (!module) {
    return std::nullopt;
  }
  NetworkContent content;
  content.className = module->className;
  ModuleWalker(content, checkpoint, control, budget).walk(*module, "", 0);
  return content;
}

void addAttributes(NetworkContent& content, const std::string& name, const PickleValue& value,
                   const Checkpoint& checkpoint, NetworkBudget& budget) {
  addAttributesAt(content, name, value, checkpoint, budget, 0);
}

}  // namespace loom::model

// dnnlib.tflib.network.Network, and its state, a dictionary:
//
//   version            4 since StyleGAN 1 was published; 2 and 3 are what the Progressive GAN and its successors wrote
//   name               of the scope
//   static_kwargs      the arguments that the network was built with
//   components         networks within this one, by name: mapping, synthesis
//   build_module_src   program text, which the original runs
//   build_func_name    the function in it that builds the network
//   variables          [(name, array)], without those of the components
//
// Source: StyleGAN2's dnnlib/tflib/network.py, Network.__getstate__.
#include "model/checkpoint/tf_network.h"

#include "model/checkpoint/numpy_value.h"
#include "model/checkpoint/pickle_interpreter.h"

namespace loom::model {
namespace {

using Kind = PickleValue::Kind;

constexpr std::size_t kLongestKey = 512;

class Reader {
 public:
  Reader(NetworkContent& content, const ReadControl& control, NetworkBudget& budget)
      : m_content(content), m_control(control), m_budget(budget) {}

  /// `prefix` is "" or ends with a slash.
  void read(const PickleValue& state, const std::string& prefix, int depth) {
    if (depth > m_control.limits.depth) {
      throw PickleError("it is nested deeper than any real checkpoint", CheckpointError::Kind::Limit);
    }
    m_budget.spend(1, prefix.size());
    refuseOldVersion(state);
    if (const PickleValue* text = memberOf(state, "build_module_src"); text && text->kind == Kind::String) {
      m_content.programTexts.push_back(text);
    }
    const PickleValue* variables = memberOf(state, "variables");
    for (const PickleValue* variable : variables->items) {
      addVariable(*variable, prefix);
    }
    const PickleValue* components = memberOf(state, "components");
    if (!components) {
      return;
    }
    forEachMember(*components, [&](const PickleValue& key, const PickleValue& component) {
      if (!isTfNetwork(component)) {
        throw PickleError("a component of its network is no network");
      }
      read(*component.state, prefix + keyText(key, kLongestKey) + "/", depth + 1);
    });
  }

 private:
  static void refuseOldVersion(const PickleValue& state) {
    constexpr std::int64_t kOldest = 4;
    const PickleValue* version = memberOf(state, "version");
    if (!version || version->kind != Kind::Int) {
      throw PickleError("its network does not tell its version");
    }
    if (version->number < kOldest) {
      throw PickleError("its networks are of version " + std::to_string(version->number) +
                            ", older than the StyleGANs'; only version 4 and later is read",
                        CheckpointError::Kind::Unsupported);
    }
  }

  void addVariable(const PickleValue& variable, const std::string& prefix) {
    if (variable.items.size() != 2 || !isNumpyArray(*variable.items[1])) {
      throw PickleError("a variable of its network is no array");
    }
    std::string name = prefix + keyText(*variable.items[0], kLongestKey);
    m_budget.spend(1, name.size());
    m_content.tensors.emplace_back(std::move(name), variable.items[1]);
  }

  NetworkContent& m_content;
  const ReadControl& m_control;
  NetworkBudget& m_budget;
};

}  // namespace

bool isTfNetwork(const PickleValue& value) {
  return value.kind == Kind::Object && value.state && value.callable->kind == Kind::Global &&
         makerOf(value)->text == "Network" && memberOf(*value.state, "variables") &&
         memberOf(*value.state, "static_kwargs");
}

NetworkContent readTfNetwork(const PickleValue& value, const Checkpoint& checkpoint, const ReadControl& control,
                             NetworkBudget& budget) {
  NetworkContent content;
  const PickleValue* maker = makerOf(value);
  content.className = plainName(maker->module) + "." + plainName(maker->text);
  Reader(content, control, budget).read(*value.state, "", 0);
  for (const char* key : {"version", "name", "build_func_name", "static_kwargs"}) {
    if (const PickleValue* told = memberOf(*value.state, key)) {
      addAttributes(content, key, *told, checkpoint, budget);
    }
  }
  return content;
}

}  // namespace loom::model

#include "model/checkpoint/torch_state.h"

#include "model/checkpoint/mapped_file.h"
#include "model/checkpoint/module_tree.h"
#include "model/checkpoint/numpy_value.h"
#include "model/checkpoint/pickle_interpreter.h"
#include "model/checkpoint/pickle_names.h"
#include "model/checkpoint/plain_value.h"
#include "model/checkpoint/tf_network.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>

namespace loom::model {
namespace {

using Kind = PickleValue::Kind;

constexpr std::size_t kMostMetadata = 2000;
constexpr std::size_t kMostNotes = 20;
constexpr std::size_t kLongestName = 512;
constexpr std::size_t kLongestPath = 1024;
// A pickle may use one long text, or one large storage, a million times for the price of a few bytes each.
constexpr std::size_t kMostText = 256U << 20U;
constexpr std::uint64_t kMostRepeats = 64;
constexpr std::uint64_t kFreeBytes = 16U << 20U;

using Member = std::pair<PickleValue*, PickleValue*>;

bool isTensor(const PickleValue& value) { return isNumpyArray(value) || findTensorCall(value); }

/// Python 2 gave an OrderedDict's content as its argument, a list of [key, value]; null for everything else.
const PickleValue* contentInArguments(const PickleValue& value) {
  return isOrderedDict(value) && value.args->items.size() == 1 ? value.args->items[0] : nullptr;
}

class Collector {
 public:
  Collector(const FindStorage& storage, const ReadControl& control, Checkpoint& checkpoint)
      : m_storage(storage), m_control(control), m_checkpoint(checkpoint), m_budget(control) {}

  void walk(const PickleValue& value, const std::string& path, int depth) {
    if (depth > m_control.limits.depth) {
      throw PickleError("it is nested deeper than any real checkpoint", CheckpointError::Kind::Limit);
    }
    m_control.goOn();
    if (addNetwork(value, path, depth)) {
      return;
    }
    const bool isForeign = noteForeign(value);
    const std::vector<Member> members = membersOf(value);
    TensorGroup group{path, {}, {}, {}};
    std::unordered_set<std::string> names;
    const auto visit = [&](const PickleValue& item, const auto& name) {
      if (isTensor(item)) {
        addTensor(group, names, item, name(kLongestName + 1));
      } else {
        walkItem(item, path, name, depth);
      }
    };
    // The group comes before those within it, so its place is taken before they are walked.
    const std::size_t place = m_checkpoint.groups.size();
    for (const auto& [key, item] : members) {
      visit(*item, [k = key](std::size_t longest) { return keyText(*k, longest); });
    }
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      visit(*value.items[i], [i](std::size_t) { return std::to_string(i); });
    }
    if (!group.tensors.empty()) {
      chargeText(path.size());
      m_checkpoint.groups.insert(m_checkpoint.groups.begin() + static_cast<std::ptrdiff_t>(place), std::move(group));
    }
    // An OrderedDict's state is torch's own _metadata: version numbers of modules.
    walkPart(isOrderedDict(value) ? nullptr : value.state, path, depth);
    walkPart(isForeign ? value.args : nullptr, path, depth);
    walkPart(isForeign ? value.kwargs : nullptr, path, depth);
  }

  /// Walks the whole of `root`, which may be a tensor itself.
  void collect(const PickleValue& root) {
    if (isTensor(root)) {
      addLoneTensor(root, "", "tensor");
    } else if (isTfTriple(root)) {
      for (std::size_t i = 0; i < root.items.size(); ++i) {
        addNetwork(*root.items[i], std::array{"G", "D", "Gs"}[i], 0);
      }
    } else {
      m_visited.insert(&root);
      walk(root, "", 0);
    }
    if (m_programText > 0) {
      m_checkpoint.notes.push_back("The file carries program text (" + std::to_string(m_programText) +
                                   " characters). It was not run.");
    }
  }

  const ContentKinds& kinds() const { return m_kinds; }

 private:
  static bool isTfTriple(const PickleValue& root) {
    return root.kind == Kind::Tuple && root.items.size() == 3 &&
           std::all_of(root.items.begin(), root.items.end(), [](const auto* item) { return isTfNetwork(*item); });
  }

  /// Whether `value` is a network: then it becomes a group. What NVIDIA's persistence wraps, but is no module, is
  /// walked without its wrapping.
  bool addNetwork(const PickleValue& value, const std::string& path, int depth) {
    m_budget.spend(value.state ? value.state->pairs.size() : 0, 0);  // it is searched; many may share it
    const auto persistent = findPersistentObject(value);
    m_kinds.hasPersistentObjects |= persistent.has_value();
    if (auto content = readModule(value, m_checkpoint, m_control, m_budget)) {
      addGroup(std::move(*content), path);
      return true;
    }
    if (isTfNetwork(value)) {
      m_kinds.hasTfNetworks = true;
      addGroup(readTfNetwork(value, m_checkpoint, m_control, m_budget), path);
      return true;
    }
    if (persistent) {
      notePrograms(persistent->programText);
      walkPart(persistent->state, path, depth);
    }
    return persistent.has_value();
  }

  void addGroup(NetworkContent content, const std::string& path) {
    for (const PickleValue* maker : content.makers) {
      noteName(*maker);
    }
    for (const PickleValue* text : content.programTexts) {
      notePrograms(text);
    }
    TensorGroup group{path, {}, std::move(content.className), std::move(content.attributes)};
    std::unordered_set<std::string> names;
    for (const auto& [name, tensor] : content.tensors) {
      addTensor(group, names, *tensor, name);
    }
    if (!group.tensors.empty()) {
      chargeText(path.size());
      m_checkpoint.groups.push_back(std::move(group));
    }
  }

  void notePrograms(const PickleValue* text) {
    if (text && m_visited.insert(text).second) {
      m_programText += text->text.size();
    }
  }

  void chargeText(std::size_t bytes) {
    m_text += bytes;
    if (m_text > kMostText) {
      throw PickleError("its names are longer than any real checkpoint's", CheckpointError::Kind::Limit);
    }
  }

  /// What a dictionary holds. A list in arguments is taken once: thousands of dictionaries could refer to one.
  std::vector<Member> membersOf(const PickleValue& value) {
    std::vector<Member> members;
    if (const PickleValue* content = contentInArguments(value); content && m_visited.insert(content).second) {
      for (const PickleValue* pair : content->items) {
        if (pair->items.size() == 2) {
          members.emplace_back(pair->items[0], pair->items[1]);
        }
      }
    }
    members.insert(members.end(), value.pairs.begin(), value.pairs.end());
    return members;
  }

  /// A part of an object stands under the object's own path. A number alone there has no name, and tells nothing.
  void walkPart(const PickleValue* part, const std::string& path, int depth) {
    if (!part || isScalar(*part)) {
      return;
    }
    if (isTensor(*part)) {
      addLoneTensor(*part, path, "state");
    } else if (m_visited.insert(part).second) {
      walk(*part, path, depth + 1);
    }
  }

  void addLoneTensor(const PickleValue& value, const std::string& path, const std::string& name) {
    TensorGroup group{path, {}, {}, {}};
    std::unordered_set<std::string> names;
    addTensor(group, names, value, name);
    chargeText(path.size());
    m_checkpoint.groups.push_back(std::move(group));
  }

  static std::string join(const std::string& path, const std::string& key) {
    const std::string joined = path.empty() ? key : path + "." + key;
    return joined.size() > kLongestPath ? validText(joined, kLongestPath) : joined;
  }

  /// `name` makes the item's name, cut to a length; it is asked only where there is use for it.
  template <typename Name>
  void walkItem(const PickleValue& item, const std::string& path, const Name& name, int depth) {
    if (m_visited.contains(&item)) {
      return;  // shared, or closes a ring: it has its place already
    }
    if (m_checkpoint.metadata.size() < kMostMetadata) {
      if (auto text = plainText(item)) {
        m_checkpoint.metadata.emplace_back(join(path, name(kLongestName)), std::move(*text));
        return;
      }
    }
    if (!isScalar(item)) {
      m_visited.insert(&item);
      walk(item, join(path, name(kLongestName)), depth + 1);
    }
  }

  /// Whether `value` was made by something that is not familiar; that is noted once.
  bool noteForeign(const PickleValue& value) {
    const PickleValue* maker = value.kind == Kind::Object ? makerOf(value) : nullptr;
    if (!maker || maker->kind != Kind::Global || isFamiliarName(maker->module, maker->text)) {
      return false;
    }
    noteName(*maker);
    return true;
  }

  void noteName(const PickleValue& maker) {
    if (m_checkpoint.notes.size() >= kMostNotes || isFamiliarName(maker.module, maker.text)) {
      return;
    }
    std::string name = plainName(maker.module) + "." + plainName(maker.text);
    if (m_foreign.insert(name).second) {
      m_checkpoint.notes.push_back("The file names " + name + ". It was read as data; nothing of it was run.");
    }
  }

  void addTensor(TensorGroup& group, std::unordered_set<std::string>& names, const PickleValue& value,
                 const std::string& name) {
    if (++m_tensors > m_control.limits.tensors) {
      throw PickleError("it holds more tensors than any real checkpoint", CheckpointError::Kind::Limit);
    }
    if (name.size() > kLongestName) {
      throw PickleError("the tensor " + plainName(name) + " has a longer name than any real one",
                        CheckpointError::Kind::Limit);
    }
    chargeText(name.size());
    if (!names.insert(name).second) {
      throw PickleError("the tensor " + plainName(name) + " is there twice");
    }
    group.tensors.push_back(readAnyTensor(value, name));
  }

  TensorView readAnyTensor(const PickleValue& value, const std::string& name) {
    try {
      const auto call = findTensorCall(value);
      TensorView tensor = call ? readTensor(*call, name, m_storage) : readNumpyArray(value, name, m_checkpoint);
      claim(tensor);
      return tensor;
    } catch (const ReadProblem& problem) {
      throw PickleError("the tensor " + plainName(name) + ": " + problem.what(), problem.kind());
    } catch (const std::out_of_range& error) {
      throw PickleError("the tensor " + plainName(name) + ": " + error.what());
    }
  }

  /// Tensors that share a storage let a few bytes stand for any number of elements. Weights that are tied are stored
  /// so, but not often.
  void claim(const TensorView& tensor) {
    // One such product is below 2^63, and the sum below the limit.
    m_claimed += static_cast<std::uint64_t>(tensor.elementCount()) * sizeOf(tensor.dtype);
    if (m_claimed > kFreeBytes + kMostRepeats * m_checkpoint.file->bytes().size()) {
      throw PickleError("its tensors claim far more numbers than the file has", CheckpointError::Kind::Limit);
    }
  }

  const FindStorage& m_storage;
  const ReadControl& m_control;
  Checkpoint& m_checkpoint;
  std::unordered_set<const PickleValue*> m_visited;
  std::set<std::string> m_foreign;
  std::size_t m_tensors = 0;
  std::size_t m_text = 0;
  std::uint64_t m_claimed = 0;
  std::size_t m_programText = 0;
  NetworkBudget m_budget;
  ContentKinds m_kinds;
};

}  // namespace

ContentKinds collectTensors(const PickleValue& root, const FindStorage& storage, const ReadControl& control,
                            Checkpoint& checkpoint) {
  Collector collector(storage, control, checkpoint);
  collector.collect(root);
  return collector.kinds();
}

}  // namespace loom::model

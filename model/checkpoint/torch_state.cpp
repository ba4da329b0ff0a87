#include "model/checkpoint/torch_state.h"

#include "model/checkpoint/mapped_file.h"
#include "model/checkpoint/numpy_value.h"
#include "model/checkpoint/pickle_interpreter.h"
#include "model/checkpoint/pickle_text.h"

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
constexpr std::size_t kLongestMetadata = 4096;
constexpr std::size_t kLongestList = 32;
constexpr std::size_t kMostNotes = 20;
constexpr std::size_t kLongestName = 512;
constexpr std::size_t kLongestPath = 1024;
// A pickle may use one long text, or one large storage, a million times for the price of a few bytes each.
constexpr std::size_t kMostText = 256U << 20U;
constexpr std::uint64_t kMostRepeats = 64;
constexpr std::uint64_t kFreeBytes = 16U << 20U;

/// What is understood as data here, or holds nothing but data wherever it comes from: not worth a note.
bool isFamiliar(const PickleValue& callable) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 23> kFamiliar{{
      {"collections", "OrderedDict"},
      {"collections", "defaultdict"},
      {"collections", "Counter"},
      {"collections", "deque"},
      {"argparse", "Namespace"},
      {"types", "SimpleNamespace"},
      {"builtins", "set"},
      {"builtins", "frozenset"},
      {"builtins", "complex"},
      {"builtins", "slice"},
      {"builtins", "range"},
      {"builtins", "bytearray"},
      {"__builtin__", "set"},
      {"__builtin__", "frozenset"},
      {"__builtin__", "complex"},
      {"__builtin__", "slice"},
      {"__builtin__", "bytearray"},
      {"_codecs", "encode"},
      {"torch", "Size"},
      {"torch", "device"},
      {"numpy", "dtype"},
      {"numpy.core.multiarray", "scalar"},
      {"numpy._core.multiarray", "scalar"},
  }};
  const auto isIt = [&](const auto& entry) { return callable.isGlobal(entry.first, entry.second); };
  return std::any_of(kFamiliar.begin(), kFamiliar.end(), isIt);
}

bool isTensor(const PickleValue& value) { return isNumpyArray(value) || findTensorCall(value); }

/// A key as valid UTF-8, cut to `longest` bytes.
std::string keyText(const PickleValue& key, std::size_t longest) {
  switch (key.kind) {
    case Kind::String:
    case Kind::Bytes:
      return validText(key.text, longest);
    case Kind::Int:
    case Kind::Bool:
      return std::to_string(key.number);
    default:
      return "?";
  }
}

std::optional<std::string> plainText(const PickleValue& value, int depth = 0);

std::optional<std::string> listText(const PickleValue& value, int depth) {
  if (depth > 1 || value.items.empty() || value.items.size() > kLongestList) {
    return std::nullopt;
  }
  std::string text;
  for (const PickleValue* item : value.items) {
    const auto part = plainText(*item, depth + 1);
    if (!part || text.size() + part->size() > kLongestMetadata) {
      return std::nullopt;
    }
    text += (text.empty() ? "[" : ", ") + *part;
  }
  return text + "]";
}

/// torch.Size, torch.device and NumPy's scalars.
std::optional<std::string> objectText(const PickleValue& value, int depth) {
  const auto& arguments = value.args->items;
  if (value.callable->isGlobal("torch", "Size") && arguments.size() == 1) {
    return listText(*arguments[0], depth + 1);
  }
  if (value.callable->isGlobal("torch", "device") && !arguments.empty()) {
    return plainName(arguments[0]->text) + (arguments.size() > 1 ? ":" + std::to_string(arguments[1]->number) : "");
  }
  return numpyScalarText(value);
}

/// A plain value as text; nothing for what is not plain.
std::optional<std::string> plainText(const PickleValue& value, int depth) {
  switch (value.kind) {
    case Kind::Bool:
      return value.number ? "True" : "False";
    case Kind::Int:
      return std::to_string(value.number);
    case Kind::Float:
      return pickleNumberText(value.real);
    case Kind::String:
      return validText(value.text, kLongestMetadata);
    case Kind::Global:
      return plainName(value.module) + "." + plainName(value.text);
    case Kind::Tuple:
    case Kind::List:
      return listText(value, depth);
    case Kind::Object:
      return objectText(value, depth);
    default:
      return std::nullopt;
  }
}

bool isScalar(const PickleValue& value) {
  return value.kind == Kind::None || value.kind == Kind::Bool || value.kind == Kind::Int ||
         value.kind == Kind::BigInt || value.kind == Kind::Float || value.kind == Kind::String ||
         value.kind == Kind::Bytes;
}

bool isOrderedDict(const PickleValue& value) {
  return value.kind == Kind::Object && value.callable && value.callable->isGlobal("collections", "OrderedDict");
}

using Member = std::pair<PickleValue*, PickleValue*>;

/// The class or function that an object comes from. Protocols 0 and 1 make objects as _reconstructor(class, object,
/// None).
const PickleValue* makerOf(const PickleValue& object) {
  const bool isReconstructed =
      object.callable->isGlobal("copyreg", "_reconstructor") || object.callable->isGlobal("copy_reg", "_reconstructor");
  return isReconstructed && !object.args->items.empty() ? object.args->items[0] : object.callable;
}

/// Python 2 gave an OrderedDict's content as its argument, a list of [key, value]; null for everything else.
const PickleValue* contentInArguments(const PickleValue& value) {
  return isOrderedDict(value) && value.args->items.size() == 1 ? value.args->items[0] : nullptr;
}

class Collector {
 public:
  Collector(const StorageBytes& storage, const ReadControl& control, Checkpoint& checkpoint)
      : m_storage(storage), m_control(control), m_checkpoint(checkpoint) {}

  void walk(const PickleValue& value, const std::string& path, int depth) {
    if (depth > m_control.limits.depth) {
      throw PickleError("it is nested deeper than any real checkpoint", CheckpointError::Kind::Limit);
    }
    if (m_control.stop.stop_requested()) {
      throw ReadCancelled();
    }
    const bool isForeign = noteForeign(value);
    const std::vector<Member> members = membersOf(value);
    TensorGroup group{path, {}};
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
    } else {
      m_visited.insert(&root);
      walk(root, "", 0);
    }
  }

 private:
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
    TensorGroup group{path, {}};
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
    if (!maker || maker->kind != Kind::Global || isFamiliar(*maker)) {
      return false;
    }
    if (m_checkpoint.notes.size() >= kMostNotes) {
      return true;
    }
    std::string name = plainName(maker->module) + "." + plainName(maker->text);
    if (m_foreign.insert(name).second) {
      m_checkpoint.notes.push_back("The file names " + name + ". It was read as data; nothing of it was run.");
    }
    return true;
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

  const StorageBytes& m_storage;
  const ReadControl& m_control;
  Checkpoint& m_checkpoint;
  std::unordered_set<const PickleValue*> m_visited;
  std::set<std::string> m_foreign;
  std::size_t m_tensors = 0;
  std::size_t m_text = 0;
  std::uint64_t m_claimed = 0;
};

}  // namespace

void collectTensors(const PickleValue& root, const StorageBytes& storage, const ReadControl& control,
                    Checkpoint& checkpoint) {
  Collector collector(storage, control, checkpoint);
  collector.collect(root);
}

}  // namespace loom::model

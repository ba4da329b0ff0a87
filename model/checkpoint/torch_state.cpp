#include "model/checkpoint/torch_state.h"

#include "model/checkpoint/mapped_file.h"
#include "model/checkpoint/pickle_interpreter.h"

#include <array>
#include <charconv>
#include <map>
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
constexpr std::size_t kMostDimensions = 64;  // of torch's own
// A pickle may use one long text, or one large storage, a million times for the price of a few bytes each.
constexpr std::size_t kMostText = 256U << 20U;
constexpr std::uint64_t kMostRepeats = 64;
constexpr std::uint64_t kFreeBytes = 16U << 20U;

std::optional<DType> dtypeOfStorage(std::string_view name) {
  static const std::map<std::string_view, DType> kStorages{
      {"HalfStorage", DType::F16}, {"BFloat16Storage", DType::BF16}, {"FloatStorage", DType::F32},
      {"DoubleStorage", DType::F64}, {"CharStorage", DType::I8}, {"ShortStorage", DType::I16},
      {"IntStorage", DType::I32}, {"LongStorage", DType::I64}, {"ByteStorage", DType::U8},
      {"BoolStorage", DType::Bool}};
  const auto it = kStorages.find(name);
  return it == kStorages.end() ? std::nullopt : std::optional(it->second);
}

std::vector<std::int64_t> intsOf(const PickleValue* value) {
  if (value && value->kind == Kind::Object && value->callable && value->callable->isGlobal("torch", "Size") &&
      value->args && value->args->items.size() == 1) {
    value = value->args->items[0];
  }
  if (!value || (value->kind != Kind::Tuple && value->kind != Kind::List)) {
    throw PickleError("the size of a tensor is no list of numbers");
  }
  if (value->items.size() > kMostDimensions) {
    throw PickleError("it has more dimensions than a tensor can have");
  }
  std::vector<std::int64_t> numbers;
  for (const PickleValue* item : value->items) {
    if (item->kind != Kind::Int) {
      throw PickleError("the size of a tensor is no list of numbers");
    }
    numbers.push_back(item->number);
  }
  return numbers;
}

/// Calls that rebuild a tensor, and the number of arguments that they need.
enum class Rebuild { No, Tensor, Parameter };

Rebuild rebuildKind(const PickleValue& value) {
  if (value.kind != Kind::Object || !value.callable || !value.args || value.args->kind != Kind::Tuple) {
    return Rebuild::No;
  }
  const std::size_t arguments = value.args->items.size();
  const PickleValue& callable = *value.callable;
  if ((callable.isGlobal("torch._utils", "_rebuild_tensor_v2") || callable.isGlobal("torch._utils", "_rebuild_tensor")) &&
      arguments >= 4) {
    return Rebuild::Tensor;
  }
  if ((callable.isGlobal("torch._utils", "_rebuild_parameter") ||
       callable.isGlobal("torch._utils", "_rebuild_parameter_with_state") ||
       callable.isGlobal("torch.nn.parameter", "Parameter")) &&
      arguments >= 1) {
    return Rebuild::Parameter;
  }
  return Rebuild::No;
}

/// The call that rebuilds the tensor behind `value`, through parameters around it; null where it is no tensor.
const PickleValue* tensorCall(const PickleValue* value) {
  for (int depth = 0; depth < 4; ++depth) {
    switch (rebuildKind(*value)) {
      case Rebuild::No: return nullptr;
      case Rebuild::Tensor: return value;
      case Rebuild::Parameter: value = value->args->items[0]; break;
    }
  }
  return nullptr;
}

/// A key as valid UTF-8, cut to `longest` bytes.
std::string keyText(const PickleValue& key, std::size_t longest) {
  switch (key.kind) {
    case Kind::String:
    case Kind::Bytes: return validText(key.text, longest);
    case Kind::Int:
    case Kind::Bool: return std::to_string(key.number);
    default: return "?";
  }
}

std::string numberText(double number) {
  std::array<char, 32> text{};  // not printf: a desktop's locale may write one half as "0,5"
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::general).ptr};
}

/// A plain value as text; nothing for what is not plain.
std::optional<std::string> plainText(const PickleValue& value, int depth = 0) {
  switch (value.kind) {
    case Kind::Bool: return value.number ? "True" : "False";
    case Kind::Int: return std::to_string(value.number);
    case Kind::Float: return numberText(value.real);
    case Kind::String: return validText(value.text, kLongestMetadata);
    case Kind::Tuple:
    case Kind::List: break;
    default: return std::nullopt;
  }
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

bool isScalar(const PickleValue& value) {
  return value.kind == Kind::None || value.kind == Kind::Bool || value.kind == Kind::Int || value.kind == Kind::BigInt ||
         value.kind == Kind::Float || value.kind == Kind::String || value.kind == Kind::Bytes;
}

bool isOrderedDict(const PickleValue& value) {
  return value.kind == Kind::Object && value.callable && value.callable->isGlobal("collections", "OrderedDict");
}

using Member = std::pair<PickleValue*, PickleValue*>;

/// What a dictionary holds. Python 2 gave an OrderedDict's content as its argument, a list of [key, value].
std::vector<Member> membersOf(const PickleValue& value) {
  std::vector<Member> members;
  if (isOrderedDict(value) && value.args && value.args->items.size() == 1) {
    for (const PickleValue* pair : value.args->items[0]->items) {
      if (pair->items.size() == 2) {
        members.emplace_back(pair->items[0], pair->items[1]);
      }
    }
  }
  members.insert(members.end(), value.pairs.begin(), value.pairs.end());
  return members;
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
    noteForeign(value);
    const std::vector<Member> members = membersOf(value);
    TensorGroup group{path, {}};
    std::unordered_set<std::string> names;
    const auto visit = [&](const PickleValue& item, const auto& name) {
      if (const PickleValue* call = tensorCall(&item)) {
        addTensor(group, names, *call, name(kLongestName + 1));
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
    if (value.kind == Kind::Object && value.state && !isOrderedDict(value) && m_visited.insert(value.state).second) {
      walk(*value.state, path, depth + 1);
    }
  }

  /// Walks the whole of `root`, which may be a tensor itself.
  void collect(const PickleValue& root) {
    if (const PickleValue* call = tensorCall(&root)) {
      TensorGroup group;
      std::unordered_set<std::string> names;
      addTensor(group, names, *call, "tensor");
      m_checkpoint.groups.push_back(std::move(group));
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

  /// OrderedDict and its like are dictionaries with another name; everything else that is no tensor is told of.
  void noteForeign(const PickleValue& value) {
    if (value.kind != Kind::Object || !value.callable || value.callable->kind != Kind::Global || isOrderedDict(value) ||
        m_checkpoint.notes.size() >= kMostNotes) {
      return;
    }
    std::string name = plainName(value.callable->module) + "." + plainName(value.callable->text);
    if (m_foreign.insert(name).second) {
      m_checkpoint.notes.push_back("The file names " + name + ". It was read as data; nothing of it was run.");
    }
  }

  void addTensor(TensorGroup& group, std::unordered_set<std::string>& names, const PickleValue& call,
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
    group.tensors.push_back(readTensor(call, name));
  }

  TensorView readTensor(const PickleValue& call, const std::string& name) {
    const auto& arguments = call.args->items;
    try {
      if (arguments[0]->kind != Kind::PersistentId || arguments[1]->kind != Kind::Int || arguments[1]->number < 0) {
        throw PickleError("it has no storage");
      }
      const StorageReference reference = readStorageReference(*arguments[0]);
      TensorView tensor{name, reference.dtype, intsOf(arguments[2]), intsOf(arguments[3]), {}};
      const auto storage = m_storage(reference);
      std::uint64_t offset = 0;
      const std::uint64_t needed = bytesSpanned(tensor.dtype, tensor.shape, tensor.strides);
      if (__builtin_mul_overflow(static_cast<std::uint64_t>(arguments[1]->number), sizeOf(tensor.dtype), &offset) ||
          offset > storage.size() || needed > storage.size() - offset) {
        throw PickleError("it reaches beyond its storage");
      }
      tensor.bytes = storage.subspan(static_cast<std::size_t>(offset));
      checkExpansion(tensor, storage.size());
      return tensor;
    } catch (const ReadProblem& problem) {
      throw PickleError("the tensor " + plainName(name) + ": " + problem.what(), problem.kind());
    } catch (const std::out_of_range& error) {
      throw PickleError("the tensor " + plainName(name) + ": " + error.what());
    }
  }

  /// Strides of zero, and tensors that share a storage, let a few bytes stand for any number of elements. Weights that
  /// are tied are stored so, but not often.
  void checkExpansion(const TensorView& tensor, std::size_t storageBytes) {
    const auto elements = static_cast<std::uint64_t>(tensor.elementCount());
    if (elements > 4096 && elements / kMostRepeats > storageBytes / sizeOf(tensor.dtype)) {
      throw PickleError("it claims far more numbers than its storage has");
    }
    m_claimed += elements * sizeOf(tensor.dtype);  // one such product is below 2^63, and the sum below the limit
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

StorageReference readStorageReference(const PickleValue& reference) {
  const PickleValue* id = reference.items.empty() ? nullptr : reference.items[0];
  if (!id || id->kind != Kind::Tuple || id->items.size() < 5 || id->items[0]->text != "storage" ||
      id->items[1]->kind != Kind::Global || id->items[2]->kind != Kind::String || id->items[4]->kind != Kind::Int ||
      id->items[4]->number < 0) {
    throw PickleError("it refers to something that is no storage");
  }
  if (id->items.size() > 5 && id->items[5]->kind != Kind::None) {
    throw PickleError("it has a storage that is a part of another one; open and save it again with a newer PyTorch",
                      CheckpointError::Kind::Unsupported);
  }
  constexpr std::size_t kLongestKey = 256;
  if (id->items[2]->text.size() > kLongestKey) {
    throw PickleError("its storage has a name that is longer than any real one", CheckpointError::Kind::Limit);
  }
  const auto dtype = dtypeOfStorage(id->items[1]->text);
  if (!dtype) {
    throw PickleError("its number type (" + plainName(id->items[1]->text) + ") is not supported",
                      CheckpointError::Kind::Unsupported);
  }
  return {*dtype, id->items[2]->text, id->items[4]->number};
}

void collectTensors(const PickleValue& root, const StorageBytes& storage, const ReadControl& control,
                    Checkpoint& checkpoint) {
  Collector collector(storage, control, checkpoint);
  collector.collect(root);
}

}  // namespace loom::model

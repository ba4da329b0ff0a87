#include "model/checkpoint/torch_state.h"

#include "model/checkpoint/pickle_interpreter.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <unordered_set>

namespace loom::model {
namespace {

using Kind = PickleValue::Kind;

constexpr std::size_t kMostMetadata = 2000;
constexpr std::size_t kLongestMetadata = 4096;
constexpr std::size_t kLongestList = 32;
constexpr std::size_t kMostNotes = 20;

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

std::string keyText(const PickleValue& key) {
  switch (key.kind) {
    case Kind::String:
    case Kind::Bytes: return std::string(key.text.substr(0, kLongestMetadata));
    case Kind::Int:
    case Kind::Bool: return std::to_string(key.number);
    default: return "?";
  }
}

std::string numberText(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", number);
  return text;
}

/// A plain value as text; nothing for what is not plain.
std::optional<std::string> plainText(const PickleValue& value, int depth = 0) {
  switch (value.kind) {
    case Kind::Bool: return value.number ? "True" : "False";
    case Kind::Int: return std::to_string(value.number);
    case Kind::Float: return numberText(value.real);
    case Kind::String: return std::string(value.text.substr(0, kLongestMetadata));
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
    if (!part) {
      return std::nullopt;
    }
    text += (text.empty() ? "[" : ", ") + *part;
  }
  return text + "]";
}

class Collector {
 public:
  Collector(const StorageBytes& storage, const ReadControl& control, Checkpoint& checkpoint)
      : m_storage(storage), m_control(control), m_checkpoint(checkpoint) {}

  void walk(const PickleValue& value, const std::string& path, int depth) {
    if (depth > m_control.limits.depth) {
      throw PickleError("it is nested deeper than any real checkpoint");
    }
    if (!m_visited.insert(&value).second) {
      return;  // shared, or a ring: it has its place already
    }
    if (m_control.stop.stop_requested()) {
      throw CheckpointError(CheckpointError::Kind::Cancelled, "cancelled.");
    }
    noteForeign(value);
    collectGroup(value.pairs, path);
    for (const auto& [key, item] : value.pairs) {
      walkItem(*item, join(path, keyText(*key)), depth);
    }
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      walkItem(*value.items[i], join(path, std::to_string(i)), depth);
    }
    if (value.kind == Kind::Object && value.state) {
      walk(*value.state, path, depth + 1);
    }
  }

  void collectLoneTensor(const PickleValue& root) {
    if (const PickleValue* call = tensorCall(&root)) {
      m_checkpoint.groups.push_back({"", {}});
      m_checkpoint.groups.back().tensors.push_back(readTensor(*call, "tensor"));
    }
  }

 private:
  static std::string join(const std::string& path, const std::string& key) {
    return path.empty() ? key : path + "." + key;
  }

  void walkItem(const PickleValue& item, const std::string& path, int depth) {
    if (tensorCall(&item)) {
      return;  // its group has it
    }
    if (const auto text = plainText(item)) {
      if (m_checkpoint.metadata.size() < kMostMetadata && path.size() < kLongestMetadata) {
        m_checkpoint.metadata.emplace_back(path, *text);
      }
      return;
    }
    if (path.size() < kLongestMetadata) {
      walk(item, path, depth + 1);
    }
  }

  /// OrderedDict and its like are dictionaries with another name; everything else that is no tensor is told of.
  void noteForeign(const PickleValue& value) {
    if (value.kind != Kind::Object || !value.callable || value.callable->kind != Kind::Global ||
        value.callable->isGlobal("collections", "OrderedDict") || m_checkpoint.notes.size() >= kMostNotes) {
      return;
    }
    std::string name(value.callable->module.substr(0, 100));
    name += "." + std::string(value.callable->text.substr(0, 100));
    if (m_foreign.insert(name).second) {
      m_checkpoint.notes.push_back("The file names " + name + ". It was read as data; nothing of it was run.");
    }
  }

  void collectGroup(const std::vector<std::pair<PickleValue*, PickleValue*>>& pairs, const std::string& path) {
    TensorGroup group{path, {}};
    std::unordered_set<std::string> names;
    for (const auto& [key, item] : pairs) {
      const PickleValue* call = tensorCall(item);
      if (!call) {
        continue;
      }
      if (++m_tensors > m_control.limits.tensors) {
        throw PickleError("it holds more tensors than any real checkpoint");
      }
      TensorView tensor = readTensor(*call, keyText(*key));
      if (!names.insert(tensor.name).second) {
        throw PickleError("the tensor " + tensor.name + " is there twice");
      }
      group.tensors.push_back(std::move(tensor));
    }
    if (!group.tensors.empty()) {
      m_checkpoint.groups.push_back(std::move(group));
    }
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
    } catch (const std::exception& error) {
      throw PickleError("the tensor " + name + ": " + error.what());
    }
  }

  /// Strides of zero let a few bytes stand for any number of elements; no weight is stored so.
  static void checkExpansion(const TensorView& tensor, std::size_t storageBytes) {
    constexpr std::uint64_t kMostRepeats = 64;
    const auto elements = static_cast<std::uint64_t>(tensor.elementCount());
    if (elements > 4096 && elements / kMostRepeats > storageBytes / sizeOf(tensor.dtype)) {
      throw PickleError("it claims far more numbers than its storage has");
    }
  }

  const StorageBytes& m_storage;
  const ReadControl& m_control;
  Checkpoint& m_checkpoint;
  std::unordered_set<const PickleValue*> m_visited;
  std::set<std::string> m_foreign;
  std::size_t m_tensors = 0;
};

}  // namespace

StorageReference readStorageReference(const PickleValue& reference) {
  const PickleValue* id = reference.items.empty() ? nullptr : reference.items[0];
  if (!id || id->kind != Kind::Tuple || id->items.size() < 5 || id->items[0]->text != "storage" ||
      id->items[1]->kind != Kind::Global || id->items[2]->kind != Kind::String || id->items[4]->kind != Kind::Int ||
      id->items[4]->number < 0) {
    throw PickleError("it refers to something that is no storage");
  }
  const auto dtype = dtypeOfStorage(id->items[1]->text);
  if (!dtype) {
    throw PickleError("its number type (" + std::string(id->items[1]->text.substr(0, 60)) + ") is not supported");
  }
  return {*dtype, std::string(id->items[2]->text), id->items[4]->number};
}

void collectTensors(const PickleValue& root, const StorageBytes& storage, const ReadControl& control,
                    Checkpoint& checkpoint) {
  Collector collector(storage, control, checkpoint);
  collector.collectLoneTensor(root);
  collector.walk(root, "", 0);
}

}  // namespace loom::model

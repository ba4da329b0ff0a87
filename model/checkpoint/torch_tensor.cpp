// Calls that occur, and where their arguments are:
//
//   torch._utils._rebuild_tensor(storage, offset, size, stride)                           PyTorch 0.1 to 0.3
//   torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks[, metadata])
//   torch._utils._rebuild_tensor_v3(…, hooks, dtype[, metadata])       number types that have no storage of their own
//   torch._utils._rebuild_parameter(tensor, requires_grad, hooks)
//   torch._utils._rebuild_parameter_with_state(tensor, requires_grad, hooks, state)
//   torch._tensor._rebuild_from_type_v2(function, type, arguments, state)    subclasses, and tensors with attributes
#include "model/checkpoint/torch_tensor.h"

#include "model/checkpoint/pickle_interpreter.h"

#include <map>

namespace loom::model {
namespace {

using Kind = PickleValue::Kind;

constexpr std::size_t kMostDimensions = 64;  // of torch's own
constexpr std::uint64_t kMostRepeats = 64;

std::optional<DType> dtypeOfStorage(std::string_view name) {
  static const std::map<std::string_view, DType> kStorages{
      {"HalfStorage", DType::F16},   {"BFloat16Storage", DType::BF16}, {"FloatStorage", DType::F32},
      {"DoubleStorage", DType::F64}, {"CharStorage", DType::I8},       {"ShortStorage", DType::I16},
      {"IntStorage", DType::I32},    {"LongStorage", DType::I64},      {"ByteStorage", DType::U8},
      {"BoolStorage", DType::Bool}};
  const auto it = kStorages.find(name);
  return it == kStorages.end() ? std::nullopt : std::optional(it->second);
}

std::vector<std::int64_t> intsOf(const PickleValue* value) {
  if (value->kind == Kind::Object && value->callable->isGlobal("torch", "Size") && value->args->items.size() == 1) {
    value = value->args->items[0];
  }
  if (value->kind != Kind::Tuple && value->kind != Kind::List) {
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

bool isRebuild(const PickleValue& function) {
  return function.kind == Kind::Global && function.module == "torch._utils" && function.text.starts_with("_rebuild_");
}

bool isParameter(const PickleValue& function) {
  return function.isGlobal("torch._utils", "_rebuild_parameter") ||
         function.isGlobal("torch._utils", "_rebuild_parameter_with_state") ||
         function.isGlobal("torch.nn.parameter", "Parameter");
}

void refuseOtherKinds(const TensorCall& call) {
  const std::string_view function = call.function->text;
  if (function == "_rebuild_tensor_v3" && call.arguments.size() > 6) {
    throw PickleError("its number type (" + plainName(call.arguments[6]->text) + ") is not supported",
                      CheckpointError::Kind::Unsupported);
  }
  if (function != "_rebuild_tensor" && function != "_rebuild_tensor_v2") {
    throw PickleError("it is of a kind that is not supported (" + plainName(function) + ")",
                      CheckpointError::Kind::Unsupported);
  }
  if (call.arguments.size() < 4) {
    throw PickleError("it lacks its size");
  }
}

/// Strides of zero let a few numbers stand for any number of them; no weight is stored so.
void refuseExpansion(const TensorView& tensor, std::size_t storageBytes) {
  constexpr std::uint64_t kAlwaysAllowed = 4096;
  const auto elements = static_cast<std::uint64_t>(tensor.elementCount());
  if (elements > kAlwaysAllowed && elements / kMostRepeats > storageBytes / sizeOf(tensor.dtype)) {
    throw PickleError("it claims far more numbers than its storage has");
  }
}

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

std::optional<TensorCall> findTensorCall(const PickleValue& value) {
  constexpr int kMostWrappings = 8;  // one is usual; a ring of them has no end
  const PickleValue* inner = &value;
  for (int i = 0; i < kMostWrappings; ++i) {
    if (inner->kind != Kind::Object) {
      return std::nullopt;
    }
    const PickleValue& function = *inner->callable;
    const auto& arguments = inner->args->items;
    if (isParameter(function) && !arguments.empty()) {
      inner = arguments[0];
    } else if (function.isGlobal("torch._tensor", "_rebuild_from_type_v2") && arguments.size() >= 3) {
      const bool isCall = isRebuild(*arguments[0]) && !isParameter(*arguments[0]);
      return isCall ? std::optional(TensorCall{arguments[0], arguments[2]->items}) : std::nullopt;
    } else {
      return isRebuild(function) && !isParameter(function) ? std::optional(TensorCall{&function, arguments})
                                                           : std::nullopt;
    }
  }
  return std::nullopt;
}

TensorView readTensor(const TensorCall& call, const std::string& name, const FindStorage& storage) {
  refuseOtherKinds(call);
  const auto arguments = call.arguments;
  if (arguments[1]->kind != Kind::Int || arguments[1]->number < 0) {
    throw PickleError("it has no storage");
  }
  const auto [dtype, bytes] = storage(*arguments[0]);
  TensorView tensor{name, dtype, intsOf(arguments[2]), intsOf(arguments[3]), {}};
  std::uint64_t offset = 0;
  const std::uint64_t needed = bytesSpanned(tensor.dtype, tensor.shape, tensor.strides);
  if (__builtin_mul_overflow(static_cast<std::uint64_t>(arguments[1]->number), sizeOf(tensor.dtype), &offset) ||
      offset > bytes.size() || needed > bytes.size() - offset) {
    throw PickleError("it reaches beyond its storage");
  }
  tensor.bytes = bytes.subspan(static_cast<std::size_t>(offset));
  refuseExpansion(tensor, bytes.size());
  return tensor;
}

}  // namespace loom::model

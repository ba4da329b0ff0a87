// numpy.core (numpy._core since NumPy 2):
//
//   dtype      numpy.dtype('f4', False, True) and the state (3, '<', None, …); the order is '<', '>' or '|'
//   scalar     multiarray.scalar(dtype, bytes)
//   array      multiarray._reconstruct(ndarray, (0,), b'b') and the state (1, shape, dtype, is_fortran, bytes)
//   array      numeric._frombuffer(bytes, dtype, shape, 'C' or 'F')                        protocol 5
//   bytes      as such
//              _codecs.encode(text, 'latin1'), and bytes() where there are none: protocols 0 to 2 of Python 3
//              a string: Python 2
#include "model/checkpoint/numpy_value.h"

#include "model/checkpoint/mapped_file.h"
#include "model/checkpoint/pickle_interpreter.h"
#include "model/checkpoint/pickle_text.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>

namespace loom::model {
namespace {

using Kind = PickleValue::Kind;
using Items = std::span<PickleValue* const>;

bool isNumpyCall(const PickleValue& value, std::string_view module, std::string_view name) {
  std::string_view from =
      value.kind == Kind::Object && value.callable->kind == Kind::Global ? value.callable->module : "";
  for (const std::string_view package : {"numpy.core.", "numpy._core."}) {
    if (from.starts_with(package) && from.substr(package.size()) == module) {
      return value.callable->text == name;
    }
  }
  return false;
}

Items argumentsOf(const PickleValue& value) { return value.args ? Items(value.args->items) : Items(); }

Items stateOf(const PickleValue& value) { return value.state ? Items(value.state->items) : Items(); }

bool isCallOf(const PickleValue& value, std::string_view module, std::string_view name) {
  return value.kind == Kind::Object && value.callable->isGlobal(module, name);
}

DType readDtype(const PickleValue& value) {
  static const std::map<std::string_view, DType> kTypes{{"f2", DType::F16}, {"f4", DType::F32}, {"f8", DType::F64},
                                                        {"i1", DType::I8},  {"i2", DType::I16}, {"i4", DType::I32},
                                                        {"i8", DType::I64}, {"u1", DType::U8},  {"b1", DType::Bool}};
  const auto arguments = argumentsOf(value);
  if (!isCallOf(value, "numpy", "dtype") || arguments.empty()) {
    throw PickleError("its number type is missing");
  }
  const auto it = kTypes.find(arguments[0]->text);
  if (it == kTypes.end()) {
    throw PickleError("its number type (NumPy's " + plainName(arguments[0]->text) + ") is not supported",
                      CheckpointError::Kind::Unsupported);
  }
  const Items state = stateOf(value);
  if (state.size() > 1 && state[1]->text == ">" && sizeOf(it->second) > 1) {
    throw PickleError("its numbers are big-endian", CheckpointError::Kind::Unsupported);
  }
  return it->second;
}

/// Text that holds bytes, one per character, or nothing.
const PickleValue* encodedText(const PickleValue& value) {
  const auto arguments = argumentsOf(value);
  const bool isCall =
      isCallOf(value, "_codecs", "encode") && arguments.size() == 2 && arguments[0]->kind == Kind::String;
  return isCall && (arguments[1]->text == "latin1" || arguments[1]->text == "latin-1") ? arguments[0] : nullptr;
}

std::string unpackedBytes(const PickleValue& text) {
  auto bytes = latin1Bytes(text.text);
  if (!bytes) {
    throw PickleError("its bytes are damaged");
  }
  return std::move(*bytes);
}

std::span<const std::byte> asBytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

bool liesIn(std::span<const std::byte> part, std::span<const std::byte> whole) {
  const std::less_equal<const std::byte*> notAfter;
  return notAfter(whole.data(), part.data()) && notAfter(part.data() + part.size(), whole.data() + whole.size());
}

/// The bytes behind `value`, kept by the checkpoint.
std::span<const std::byte> readBytes(const PickleValue& value, Checkpoint& checkpoint) {
  std::shared_ptr<const std::string> owned;
  if (const PickleValue* text = encodedText(value)) {
    owned = std::make_shared<const std::string>(unpackedBytes(*text));
  } else if (isCallOf(value, "__builtin__", "bytes") && argumentsOf(value).empty()) {
    return {};
  } else if (value.kind != Kind::Bytes && value.kind != Kind::String) {
    throw PickleError("its numbers are not plain bytes", CheckpointError::Kind::Unsupported);
  } else if (liesIn(asBytes(value.text), checkpoint.file->bytes())) {
    return asBytes(value.text);
  } else {
    owned = std::make_shared<const std::string>(value.text);
  }
  checkpoint.unpacked.push_back(owned);
  return asBytes(*owned);
}

struct ArrayParts {
  const PickleValue* shape = nullptr;
  const PickleValue* dtype = nullptr;
  const PickleValue* bytes = nullptr;
  bool isFortran = false;
};

ArrayParts findParts(const PickleValue& value) {
  if (isNumpyCall(value, "numeric", "_frombuffer")) {
    const auto arguments = argumentsOf(value);
    if (arguments.size() < 4) {
      throw PickleError("its array is incomplete");
    }
    return {arguments[2], arguments[1], arguments[0], arguments[3]->text == "F"};
  }
  const Items state = stateOf(value);
  if (state.size() < 5) {
    throw PickleError("its array is incomplete");
  }
  return {state[1], state[2], state[4], state[3]->number != 0};
}

std::vector<std::int64_t> readShape(const PickleValue& value) {
  constexpr std::size_t kMostDimensions = 64;  // of NumPy 2's own; 32 before
  if (value.items.size() > kMostDimensions) {
    throw PickleError("it has more dimensions than an array can have");
  }
  std::vector<std::int64_t> shape;
  for (const PickleValue* size : value.items) {
    if (size->kind != Kind::Int || size->number < 0) {
      throw PickleError("its shape is no list of numbers");
    }
    shape.push_back(size->number);
  }
  return shape;
}

std::vector<std::int64_t> fortranStrides(std::vector<std::int64_t> shape) {
  std::reverse(shape.begin(), shape.end());
  auto strides = contiguousStrides(shape);
  std::reverse(strides.begin(), strides.end());
  return strides;
}

/// The number that `bytes` begin with, to its last digit.
std::string numberText(DType dtype, std::span<const std::byte> bytes) {
  if (dtype == DType::F64) {
    double number = 0.0;
    std::memcpy(&number, bytes.data(), sizeof number);
    return pickleNumberText(number);
  }
  if (dtype == DType::I64) {
    std::int64_t number = 0;
    std::memcpy(&number, bytes.data(), sizeof number);
    return std::to_string(number);
  }
  const float number = TensorView{"", dtype, {}, {}, bytes}.toFloat32().front();
  return dtype == DType::Bool ? std::string(number != 0.0F ? "True" : "False") : pickleNumberText(number);
}

}  // namespace

bool isNumpyArray(const PickleValue& value) {
  return isNumpyCall(value, "multiarray", "_reconstruct") || isNumpyCall(value, "numeric", "_frombuffer");
}

TensorView readNumpyArray(const PickleValue& value, const std::string& name, Checkpoint& checkpoint) {
  const ArrayParts parts = findParts(value);
  TensorView tensor{name, readDtype(*parts.dtype), readShape(*parts.shape), {}, {}};
  bytesSpanned(tensor.dtype, tensor.shape, std::vector<std::int64_t>(tensor.shape.size(), 0));
  tensor.strides = parts.isFortran ? fortranStrides(tensor.shape) : contiguousStrides(tensor.shape);
  tensor.bytes = readBytes(*parts.bytes, checkpoint);
  if (tensor.bytes.size() != bytesSpanned(tensor.dtype, tensor.shape, tensor.strides)) {
    throw PickleError("its array has not as many bytes as its shape needs");
  }
  return tensor;
}

std::optional<std::string> numpyScalarText(const PickleValue& value) {
  constexpr std::size_t kLongest = 32;  // bytes, or the text that stands for them
  const auto arguments = argumentsOf(value);
  if (!isNumpyCall(value, "multiarray", "scalar") || arguments.size() != 2) {
    return std::nullopt;
  }
  try {
    const DType dtype = readDtype(*arguments[0]);
    const PickleValue* encoded = encodedText(*arguments[1]);
    const std::string_view text = (encoded ? encoded : arguments[1])->text;
    if (text.size() > kLongest) {
      return std::nullopt;
    }
    const std::string bytes = encoded ? unpackedBytes(*encoded) : std::string(text);
    if (bytes.size() != sizeOf(dtype)) {
      return std::nullopt;
    }
    return numberText(dtype, asBytes(bytes));
  } catch (const PickleError&) {
    return std::nullopt;  // of a type that is not plain: left to the note about what the file names
  }
}

std::optional<std::string> numpyArrayText(const PickleValue& value, const Checkpoint& checkpoint) {
  constexpr std::int64_t kLongest = 32;
  if (!isNumpyArray(value)) {
    return std::nullopt;
  }
  try {
    const auto shape = readShape(*findParts(value).shape);
    if (shape.size() > 1 || (shape.size() == 1 && shape[0] > kLongest)) {
      return std::nullopt;
    }
    Checkpoint scratch;
    scratch.file = checkpoint.file;
    const TensorView array = readNumpyArray(value, "", scratch);
    if (shape.empty()) {
      return numberText(array.dtype, array.bytes);
    }
    std::string text;
    for (std::size_t i = 0; i < static_cast<std::size_t>(shape[0]); ++i) {
      text += (i ? ", " : "") + numberText(array.dtype, array.bytes.subspan(i * sizeOf(array.dtype)));
    }
    return "[" + text + "]";
  } catch (const ReadProblem&) {
    return std::nullopt;  // it is no weight: nothing depends on it
  } catch (const std::out_of_range&) {
    return std::nullopt;
  }
}

}  // namespace loom::model

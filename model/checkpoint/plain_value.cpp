#include "model/checkpoint/plain_value.h"

#include "model/checkpoint/numpy_value.h"
#include "model/checkpoint/pickle_text.h"
#include "model/checkpoint/read_problem.h"

namespace loom::model {
namespace {

using Kind = PickleValue::Kind;

constexpr std::size_t kLongestText = 4096;
constexpr std::size_t kLongestList = 32;

std::optional<std::string> textAt(const PickleValue& value, int depth);

std::optional<std::string> listText(const PickleValue& value, int depth) {
  if (depth > 1 || value.items.empty() || value.items.size() > kLongestList) {
    return std::nullopt;
  }
  std::string text;
  for (const PickleValue* item : value.items) {
    const auto part = item->kind == Kind::None ? std::string("None") : textAt(*item, depth + 1);
    if (!part || text.size() + part->size() > kLongestText) {
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

std::optional<std::string> textAt(const PickleValue& value, int depth) {
  switch (value.kind) {
    case Kind::Bool: return value.number ? "True" : "False";
    case Kind::Int: return std::to_string(value.number);
    case Kind::Float: return pickleNumberText(value.real);
    case Kind::String: return validText(value.text, kLongestText);
    case Kind::Global: return plainName(value.module) + "." + plainName(value.text);
    case Kind::Tuple:
    case Kind::List: return listText(value, depth);
    case Kind::Object: return objectText(value, depth);
    default: return std::nullopt;
  }
}

}  // namespace

std::string keyText(const PickleValue& key, std::size_t longest) {
  switch (key.kind) {
    case Kind::String:
    case Kind::Bytes: return validText(key.text, longest);
    case Kind::Int:
    case Kind::Bool: return std::to_string(key.number);
    default: return "?";
  }
}

std::optional<std::string> plainText(const PickleValue& value) { return textAt(value, 0); }

bool isScalar(const PickleValue& value) {
  return value.kind == Kind::None || value.kind == Kind::Bool || value.kind == Kind::Int ||
         value.kind == Kind::BigInt || value.kind == Kind::Float || value.kind == Kind::String ||
         value.kind == Kind::Bytes;
}

bool isOrderedDict(const PickleValue& value) {
  return value.kind == Kind::Object && value.callable && value.callable->isGlobal("collections", "OrderedDict");
}

const PickleValue* makerOf(const PickleValue& object) {
  const PickleValue* maker = object.callable;
  const bool isReconstructed =
      maker->isGlobal("copyreg", "_reconstructor") || maker->isGlobal("copy_reg", "_reconstructor");
  if (isReconstructed && !object.args->items.empty()) {
    maker = object.args->items[0];
  }
  return isClassReference(*maker) ? maker->items[0]->items[1] : maker;
}

bool isClassReference(const PickleValue& reference) {
  return reference.kind == Kind::PersistentId && !reference.items.empty() && reference.items[0]->items.size() >= 2 &&
         reference.items[0]->items[0]->kind == Kind::String && reference.items[0]->items[0]->text == "module";
}

}  // namespace loom::model

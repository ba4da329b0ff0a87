#include "model/checkpoint/safetensors_writer.h"

#include "model/checkpoint/disk_sync.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace loom::model {
namespace {

const char* typeName(DType dtype) {
  switch (dtype) {
    case DType::F16: return "F16";
    case DType::BF16: return "BF16";
    case DType::F32: return "F32";
    case DType::F64: return "F64";
    case DType::I8: return "I8";
    case DType::I16: return "I16";
    case DType::I32: return "I32";
    case DType::I64: return "I64";
    case DType::U8: return "U8";
    case DType::Bool: return "BOOL";
  }
  throw std::runtime_error("a number type has no name in safetensors");
}

std::uint64_t bytesOf(const TensorView& tensor) {
  return static_cast<std::uint64_t>(tensor.elementCount()) * sizeOf(tensor.dtype);
}

std::string headerOf(const std::vector<const TensorView*>& tensors, const TextPairs& metadata) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  for (const auto& [key, value] : metadata) {
    header["__metadata__"][key] = value;
  }
  std::uint64_t offset = 0;
  for (const TensorView* tensor : tensors) {
    if (tensor->name == "__metadata__" || header.contains(tensor->name)) {
      throw std::runtime_error("the name " + tensor->name + " is taken");
    }
    const std::uint64_t end = offset + bytesOf(*tensor);
    header[tensor->name] = {
        {"dtype", typeName(tensor->dtype)}, {"shape", tensor->shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const nlohmann::json::exception&) {
    throw std::runtime_error("a name or a text of it is not UTF-8");
  }
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the data begin at a multiple of 8
  return text;
}

/// All elements in row-major order.
void writeElements(std::ostream& file, const TensorView& tensor) {
  const std::size_t width = sizeOf(tensor.dtype);
  if (tensor.strides == contiguousStrides(tensor.shape)) {
    file.write(reinterpret_cast<const char*>(tensor.bytes.data()), static_cast<std::streamsize>(bytesOf(tensor)));
    return;
  }
  std::vector<std::int64_t> index(tensor.shape.size(), 0);
  for (std::int64_t left = tensor.elementCount(); left > 0; --left) {
    std::int64_t place = 0;
    for (std::size_t i = 0; i < index.size(); ++i) {
      place += index[i] * tensor.strides[i];
    }
    file.write(reinterpret_cast<const char*>(tensor.bytes.data()) + static_cast<std::size_t>(place) * width,
               static_cast<std::streamsize>(width));
    for (std::size_t i = index.size(); i-- > 0 && ++index[i] == tensor.shape[i];) {
      index[i] = 0;
    }
  }
}

}  // namespace

void writeSafetensors(const std::filesystem::path& path, std::span<const TensorView> tensors, const TextPairs& metadata,
                      Durability durability) {
  std::vector<const TensorView*> ordered;
  for (const TensorView& tensor : tensors) {
    ordered.push_back(&tensor);
  }
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const TensorView* a, const TensorView* b) { return sizeOf(a->dtype) > sizeOf(b->dtype); });
  std::filesystem::path draft = path;
  draft += ".part";
  bool begun = false;
  const auto fail = [&](const std::string& reason) {
    std::error_code ignored;
    if (begun) {
      std::filesystem::remove(draft, ignored);
    }
    throw std::runtime_error(path.string() + " cannot be written: " + reason + ".");
  };
  std::string header;
  try {
    header = headerOf(ordered, metadata);
  } catch (const std::runtime_error& error) {
    fail(error.what());
  }
  errno = 0;
  std::ofstream file(draft, std::ios::binary | std::ios::trunc);
  if (!file) {
    fail(std::generic_category().message(errno));
  }
  begun = true;
  const std::uint64_t length = header.size();
  file.write(reinterpret_cast<const char*>(&length), sizeof length);
  file.write(header.data(), static_cast<std::streamsize>(header.size()));
  for (const TensorView* tensor : ordered) {
    writeElements(file, *tensor);
  }
  file.close();
  if (!file) {
    fail(errno ? std::generic_category().message(errno) : "the disk may be full");
  }
  const bool durable = durability == Durability::Machine;
  std::error_code error = durable ? syncToDisk(draft) : std::error_code();
  if (!error) {
    std::filesystem::rename(draft, path, error);
  }
  if (!error && durable) {
    error = syncToDisk(path.parent_path());
  }
  if (error) {
    fail(error.message());
  }
}

void writeSafetensors(const std::filesystem::path& path,
                      const std::vector<std::pair<std::string, FloatTensor>>& tensors, const TextPairs& metadata) {
  std::vector<TensorView> views;
  for (const auto& [name, tensor] : tensors) {
    const bool negative = std::any_of(tensor.shape.begin(), tensor.shape.end(), [](auto size) { return size < 0; });
    if (negative || tensor.elementCount() != static_cast<std::int64_t>(tensor.values.size())) {
      throw std::runtime_error(path.string() + " cannot be written: the tensor " + name +
                               " has not as many values as its shape says.");
    }
    views.push_back(
        {name, DType::F32, tensor.shape, contiguousStrides(tensor.shape), std::as_bytes(std::span(tensor.values))});
  }
  writeSafetensors(path, std::span<const TensorView>(views), metadata);
}

}  // namespace loom::model

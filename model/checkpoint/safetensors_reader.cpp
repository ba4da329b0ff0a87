// safetensors: 8 bytes N (little-endian), N bytes of JSON, then the tensors' bytes.
//
//   {"__metadata__": {"key": "text", …},
//    "NAME": {"dtype": "F32", "shape": [2, 3], "data_offsets": [BEGIN, END]}, …}
//
// Offsets count from the end of the header; tensors are row-major and little-endian. The format asks that they cover
// the rest of the file without holes or overlaps, in any order; both are checked.
// Source: https://github.com/huggingface/safetensors, README.
#include "model/checkpoint/safetensors_reader.h"

#include "model/checkpoint/byte_cursor.h"
#include "model/checkpoint/mapped_file.h"
#include "model/checkpoint/read_problem.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <unordered_set>

namespace loom::model {
namespace {

using nlohmann::json;

constexpr std::size_t kLengthBytes = 8;

[[noreturn]] void broken(const Checkpoint& checkpoint, const std::string& reason) {
  throw CheckpointError(CheckpointError::Kind::Broken,
                        fileName(checkpoint.path) + " is a damaged safetensors file: " + reason + ".");
}

std::optional<DType> dtypeNamed(const std::string& name) {
  static const std::map<std::string, DType> kNames{
      {"F16", DType::F16}, {"BF16", DType::BF16}, {"F32", DType::F32}, {"F64", DType::F64}, {"I8", DType::I8},
      {"I16", DType::I16}, {"I32", DType::I32},   {"I64", DType::I64}, {"U8", DType::U8},   {"BOOL", DType::Bool}};
  const auto it = kNames.find(name);
  return it == kNames.end() ? std::nullopt : std::optional(it->second);
}

/// Listens to the parser and throws as soon as the header is what no header is, before memory is taken for it.
class HeaderWatch {
 public:
  HeaderWatch(const Checkpoint& checkpoint, const ReadControl& control)
      : m_checkpoint(checkpoint), m_control(control) {}

  void see(int depth, json::parse_event_t event, const json& parsed) {
    using Event = json::parse_event_t;
    if (++m_events % 4096 == 0 && m_control.stop.stop_requested()) {
      refuse(m_checkpoint.path, ReadCancelled());
    }
    if ((event == Event::object_start || event == Event::array_start) && depth >= kDepth) {
      broken(m_checkpoint, "its header is nested too deeply");
    }
    if (event == Event::array_start) {
      m_length = 0;
    } else if (event == Event::value && ++m_length > kLongestArray) {
      broken(m_checkpoint, "its header holds a list that is too long");
    } else if (event == Event::object_start) {
      m_keys.emplace_back();
      m_length = 0;
    } else if (event == Event::key) {
      addKey(parsed.get<std::string>());
    } else if (event == Event::object_end) {
      m_keys.pop_back();
    }
  }

 private:
  static constexpr int kDepth = 3;  // the header, a tensor, its shape
  static constexpr std::size_t kLongestArray = 64;

  void addKey(std::string key) {
    m_length = 0;
    if (m_keys.size() == 1 && m_keys.back().size() > m_control.limits.tensors) {
      throw CheckpointError(CheckpointError::Kind::Limit,
                            fileName(m_checkpoint.path) + " holds more tensors than any real checkpoint.");
    }
    if (const auto [it, isNew] = m_keys.back().insert(std::move(key)); !isNew) {
      broken(m_checkpoint, "\"" + plainName(*it) + "\" is there twice");
    }
  }

  const Checkpoint& m_checkpoint;
  const ReadControl& m_control;
  std::vector<std::unordered_set<std::string>> m_keys;  // of the objects that are open
  std::size_t m_length = 0;                             // of the list that is open
  std::uint64_t m_events = 0;
};

json parseHeader(const Checkpoint& checkpoint, std::string_view text, const ReadControl& control) {
  HeaderWatch watch(checkpoint, control);
  const auto callback = [&](int depth, json::parse_event_t event, json& parsed) {
    watch.see(depth, event, parsed);
    return true;
  };
  json header = json::parse(text.begin(), text.end(), callback, /*allow_exceptions=*/false);
  if (header.is_discarded() || !header.is_object()) {
    broken(checkpoint, "its header is no JSON object");
  }
  return header;
}

std::vector<std::int64_t> numbers(const Checkpoint& checkpoint, const json& entry, const char* key,
                                  const std::string& name) {
  const auto it = entry.find(key);
  if (it == entry.end() || !it->is_array()) {
    broken(checkpoint, plainName(name) + " has no " + key);
  }
  std::vector<std::int64_t> result;
  for (const json& number : *it) {
    if (!number.is_number_unsigned() ||
        number.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      broken(checkpoint, plainName(name) + " has a " + key + " that is no list of sizes");
    }
    result.push_back(number.get<std::int64_t>());
  }
  return result;
}

struct Extent {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::string name;
};

TensorView readTensor(const Checkpoint& checkpoint, const std::string& name, const json& entry,
                      std::span<const std::byte> data, std::vector<Extent>& extents) {
  if (!entry.is_object() || !entry.contains("dtype") || !entry["dtype"].is_string()) {
    broken(checkpoint, plainName(name) + " has no dtype");
  }
  const auto dtype = dtypeNamed(entry["dtype"].get<std::string>());
  if (!dtype) {
    throw CheckpointError(CheckpointError::Kind::Unsupported,
                          fileName(checkpoint.path) + ": " + plainName(name) + " has the number type " +
                              plainName(entry["dtype"].get<std::string>()) + ", which is not supported.");
  }
  TensorView tensor;
  tensor.name = name;
  tensor.dtype = *dtype;
  tensor.shape = numbers(checkpoint, entry, "shape", name);
  const auto offsets = numbers(checkpoint, entry, "data_offsets", name);
  if (offsets.size() != 2 || offsets[0] > offsets[1]) {
    broken(checkpoint, plainName(name) + " has data_offsets that are no range");
  }
  const auto begin = static_cast<std::uint64_t>(offsets[0]);
  const auto end = static_cast<std::uint64_t>(offsets[1]);
  if (end > data.size()) {
    broken(checkpoint, plainName(name) + " lies beyond the end of the file, which may not have been copied completely");
  }
  std::uint64_t needed = 0;
  try {
    // Sizes are checked before strides are made of them: a product that overflows would not be seen any more.
    needed = bytesSpanned(*dtype, tensor.shape, std::vector<std::int64_t>(tensor.shape.size(), 0));
    tensor.strides = contiguousStrides(tensor.shape);
    needed = bytesSpanned(*dtype, tensor.shape, tensor.strides);
  } catch (const std::out_of_range& error) {
    broken(checkpoint, plainName(name) + ": " + error.what());
  }
  if (needed != end - begin) {
    broken(checkpoint, plainName(name) + " has room for " + std::to_string(end - begin) + " bytes, its shape needs " +
                           std::to_string(needed));
  }
  tensor.bytes = data.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
  extents.push_back({begin, end, name});
  return tensor;
}

void checkCover(const Checkpoint& checkpoint, std::vector<Extent>& extents, std::uint64_t size) {
  std::sort(extents.begin(), extents.end(),
            [](const Extent& a, const Extent& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
  std::uint64_t end = 0;
  for (const Extent& extent : extents) {
    if (extent.begin < end) {
      broken(checkpoint, plainName(extent.name) + " overlaps another tensor");
    }
    if (extent.begin > end) {
      broken(checkpoint, "there is a hole before " + plainName(extent.name));
    }
    end = extent.end;
  }
  if (end != size) {
    broken(checkpoint, "there are " + std::to_string(size - end) + " bytes behind the last tensor");
  }
}

void readMetadata(Checkpoint& checkpoint, const json& metadata) {
  if (!metadata.is_object()) {
    broken(checkpoint, "__metadata__ is no object");
  }
  for (const auto& [key, value] : metadata.items()) {
    if (!value.is_string()) {
      broken(checkpoint, "__metadata__ holds something other than text");
    }
    checkpoint.metadata.emplace_back(key, value.get<std::string>());
  }
}

}  // namespace

bool SafetensorsReader::recognises(const MappedFile& file) const {
  const auto bytes = file.bytes();
  return bytes.size() > kLengthBytes && static_cast<char>(bytes[kLengthBytes]) == '{';
}

void SafetensorsReader::read(Checkpoint& checkpoint, const ReadControl& control) const {
  ByteCursor cursor(checkpoint.file->bytes());
  const auto length = cursor.number<std::uint64_t>();
  if (length > cursor.left()) {
    broken(checkpoint, "its header should be " + std::to_string(length) + " bytes long, the file has " +
                           std::to_string(cursor.left()) + " left; it may not have been copied completely");
  }
  if (length > control.limits.headerBytes) {
    throw CheckpointError(CheckpointError::Kind::Limit,
                          fileName(checkpoint.path) + ": its header is larger than any real one.");
  }
  const json header = parseHeader(checkpoint, cursor.takeText(length), control);
  control.report(0.5);
  const auto data = cursor.take(cursor.left());
  TensorGroup group;
  std::vector<Extent> extents;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") {
      readMetadata(checkpoint, entry);
    } else {
      group.tensors.push_back(readTensor(checkpoint, name, entry, data, extents));
    }
  }
  checkCover(checkpoint, extents, data.size());
  if (!group.tensors.empty()) {
    std::stable_sort(group.tensors.begin(), group.tensors.end(),
                     [](const TensorView& a, const TensorView& b) { return a.bytes.data() < b.bytes.data(); });
    checkpoint.groups.push_back(std::move(group));
  }
  control.report(1.0);
}

}  // namespace loom::model

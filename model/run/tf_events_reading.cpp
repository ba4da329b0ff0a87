#include "model/checkpoint/read_problem.h"
#include "model/run/masked_crc32c.h"
#include "model/run/protobuf.h"
#include "model/run/tf_events.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <system_error>

namespace loom::model {
namespace {

using Kind = ProtoField::Kind;

constexpr std::size_t kFrameHead = 12;
constexpr std::size_t kFrameTail = 4;
constexpr std::size_t kLongestTag = 4096;
constexpr std::uint64_t kNowhere = std::numeric_limits<std::uint64_t>::max();
/// Protocol buffers themselves end at 2 GiB; sheets of samples take some megabytes.
constexpr std::uint64_t kLongestRecord = 1U << 30U;

std::uint64_t fixedAt(std::string_view bytes, std::size_t place, int width) {
  std::uint64_t value = 0;
  for (int i = width; i-- > 0;) {
    value = value << 8U | static_cast<unsigned char>(bytes[place + static_cast<std::size_t>(i)]);
  }
  return value;
}

int clampedInt(std::uint64_t value) {
  return static_cast<int>(std::min<std::uint64_t>(value, std::numeric_limits<int>::max()));
}

float halfToFloat(std::uint32_t half) {
  const int exponent = static_cast<int>(half >> 10U & 0x1FU);
  const auto mantissa = static_cast<float>(half & 0x3FFU);
  float magnitude = 0;
  if (exponent == 31) {
    magnitude = mantissa == 0 ? std::numeric_limits<float>::infinity() : std::numeric_limits<float>::quiet_NaN();
  } else {
    magnitude = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(mantissa + 1024, exponent - 25);
  }
  return (half & 0x8000U) != 0 ? -magnitude : magnitude;
}

/// What is needed of a TensorProto: its first number, and its strings.
struct Tensor {
  enum Type { Float = 1, Double = 2, Int32 = 3, String = 7, Int64 = 9, BFloat16 = 14, Half = 19 };
  std::uint64_t type = 0;
  std::uint64_t elements = 1;  ///< by its shape
  std::optional<float> first;
  std::vector<std::string_view> strings;  ///< at most three
};

void readShape(std::string_view message, Tensor& tensor) {
  ProtoReader shape(message);
  for (ProtoField dimension; shape.next(dimension);) {
    if (!dimension.is(2, Kind::Bytes)) {
      continue;
    }
    ProtoReader fields(dimension.bytes);
    std::uint64_t size = 0;
    for (ProtoField field; fields.next(field);) {
      size = field.is(1, Kind::Varint) ? field.value : size;
    }
    // More than one is all that is asked; products of hostile sizes may wrap as they like.
    tensor.elements = size == 1 ? tensor.elements : size == 0 ? 0 : std::max<std::uint64_t>(tensor.elements, 2);
  }
}

std::optional<float> firstOf(std::uint64_t type, std::string_view content) {
  const auto has = [&](std::size_t width) { return content.size() >= width; };
  switch (type) {
    case Tensor::Float:
      return has(4) ? std::optional(std::bit_cast<float>(static_cast<std::uint32_t>(fixedAt(content, 0, 4))))
                    : std::nullopt;
    case Tensor::Double:
      return has(8) ? std::optional(static_cast<float>(std::bit_cast<double>(fixedAt(content, 0, 8)))) : std::nullopt;
    case Tensor::Int32:
      return has(4) ? std::optional(static_cast<float>(
                          static_cast<std::int32_t>(static_cast<std::uint32_t>(fixedAt(content, 0, 4)))))
                    : std::nullopt;
    case Tensor::Int64:
      return has(8) ? std::optional(static_cast<float>(static_cast<std::int64_t>(fixedAt(content, 0, 8))))
                    : std::nullopt;
    case Tensor::Half:
      return has(2) ? std::optional(halfToFloat(static_cast<std::uint32_t>(fixedAt(content, 0, 2)))) : std::nullopt;
    case Tensor::BFloat16:
      return has(2) ? std::optional(std::bit_cast<float>(static_cast<std::uint32_t>(fixedAt(content, 0, 2) << 16U)))
                    : std::nullopt;
    default: return std::nullopt;
  }
}

/// A number of one of the typed lists: packed, or a field of its own for each.
std::optional<float> firstListed(const ProtoField& field) {
  constexpr std::uint32_t kFloats = 5;
  constexpr std::uint32_t kDoubles = 6;
  constexpr std::uint32_t kInts = 7;
  constexpr std::uint32_t kLongs = 10;
  constexpr std::uint32_t kHalves = 13;  // not told apart from bfloat16 here: see readTensor
  if (field.id == kFloats) {
    return field.kind == Kind::Fixed32 ? field.asFloat() : firstOf(Tensor::Float, field.bytes);
  }
  if (field.id == kDoubles) {
    return field.kind == Kind::Fixed64 ? static_cast<float>(field.asDouble()) : firstOf(Tensor::Double, field.bytes);
  }
  if (field.id == kInts || field.id == kLongs || field.id == kHalves) {
    std::uint64_t value = field.value;
    if (field.kind == Kind::Bytes && !ProtoReader(field.bytes).packed(value)) {
      return std::nullopt;
    }
    return static_cast<float>(static_cast<std::int64_t>(value));
  }
  return std::nullopt;
}

std::optional<Tensor> readTensor(std::string_view message) {
  constexpr std::size_t kStrings = 3;  // width, height and the first picture
  Tensor tensor;
  std::string_view content;
  std::optional<float> listed;
  ProtoReader fields(message);
  for (ProtoField field; fields.next(field);) {
    if (field.is(1, Kind::Varint)) {
      tensor.type = field.value;
    } else if (field.is(2, Kind::Bytes)) {
      readShape(field.bytes, tensor);
    } else if (field.is(4, Kind::Bytes)) {
      content = field.bytes;
    } else if (field.is(8, Kind::Bytes)) {
      if (tensor.strings.size() < kStrings) {
        tensor.strings.push_back(field.bytes);
      }
    } else if (!listed) {
      listed = firstListed(field);
    }
  }
  if (fields.broken()) {
    return std::nullopt;
  }
  if (listed && (tensor.type == Tensor::Half || tensor.type == Tensor::BFloat16)) {
    const auto bits = static_cast<std::uint32_t>(static_cast<std::int64_t>(*listed)) & 0xFFFFU;
    listed = tensor.type == Tensor::Half ? halfToFloat(bits) : std::bit_cast<float>(bits << 16U);
  }
  tensor.first = content.empty() ? listed : firstOf(tensor.type, content);
  // An empty list means zeros: proto3 writers leave them out.
  if (!tensor.first && content.empty() && tensor.strings.empty() && tensor.elements == 1) {
    tensor.first = 0.0F;
  }
  return tensor;
}

int numberOf(std::string_view text) {
  int number = 0;
  for (const char digit : text.substr(0, 7)) {
    if (digit < '0' || digit > '9') {
      return 0;
    }
    number = number * 10 + (digit - '0');
  }
  return number;
}

void readImage(std::string_view message, EventValue& value) {
  ProtoReader fields(message);
  for (ProtoField field; fields.next(field);) {
    if (field.is(1, Kind::Varint)) {
      value.height = clampedInt(field.value);
    } else if (field.is(2, Kind::Varint)) {
      value.width = clampedInt(field.value);
    } else if (field.is(4, Kind::Bytes)) {
      value.bytes = field.bytes;
    }
  }
  value.kind = fields.broken() || value.bytes.empty() ? EventValue::Kind::Other : EventValue::Kind::Picture;
}

void readTensorValue(const Tensor& tensor, std::string_view plugin, EventValue& value) {
  if (plugin == "scalars" && tensor.elements == 1 && tensor.first && tensor.type != Tensor::String) {
    value.kind = EventValue::Kind::Scalar;
    value.scalar = *tensor.first;
  } else if (plugin == "text" && !tensor.strings.empty()) {
    value.kind = EventValue::Kind::Text;
    value.bytes = tensor.strings.front();
  } else if (plugin == "images" && tensor.strings.size() == 3) {
    value.kind = EventValue::Kind::Picture;
    value.width = numberOf(tensor.strings[0]);
    value.height = numberOf(tensor.strings[1]);
    value.bytes = tensor.strings[2];
  }
}

std::string pluginOf(std::string_view metadata) {
  ProtoReader fields(metadata);
  for (ProtoField field; fields.next(field);) {
    if (field.is(1, Kind::Bytes)) {
      ProtoReader plugin(field.bytes);
      for (ProtoField part; plugin.next(part);) {
        if (part.is(1, Kind::Bytes)) {
          return std::string(part.bytes.substr(0, 64));
        }
      }
    }
  }
  return {};
}

}  // namespace

std::optional<EventValue> EventFileReader::decodeValue(std::string_view message) {
  EventValue value;
  std::string plugin;
  std::optional<Tensor> tensor;
  ProtoReader fields(message);
  for (ProtoField field; fields.next(field);) {
    if (field.is(1, Kind::Bytes)) {
      value.tag = validText(field.bytes, kLongestTag);
    } else if (field.is(2, Kind::Fixed32)) {
      value.kind = EventValue::Kind::Scalar;
      value.scalar = field.asFloat();
    } else if (field.is(4, Kind::Bytes)) {
      readImage(field.bytes, value);
    } else if (field.is(8, Kind::Bytes)) {
      tensor = readTensor(field.bytes);
    } else if (field.is(9, Kind::Bytes)) {
      plugin = pluginOf(field.bytes);
    }
  }
  if (fields.broken()) {
    return std::nullopt;
  }
  if (!plugin.empty()) {
    m_plugins.try_emplace(value.tag, plugin);
  } else if (const auto known = m_plugins.find(value.tag); known != m_plugins.end()) {
    plugin = known->second;
  }
  if (tensor) {
    readTensorValue(*tensor, plugin, value);
  }
  return value;
}

bool EventFileReader::decode(Event& event) {
  ProtoReader fields(m_record);
  for (ProtoField field; fields.next(field);) {
    if (field.is(1, Kind::Fixed64)) {
      event.wallTime = field.asDouble();
    } else if (field.is(2, Kind::Varint)) {
      event.step = static_cast<std::int64_t>(field.value);
    } else if (field.is(3, Kind::Bytes)) {
      event.fileVersion = validText(field.bytes, kLongestTag);
    } else if (field.is(5, Kind::Bytes)) {
      ProtoReader summary(field.bytes);
      for (ProtoField part; summary.next(part);) {
        if (auto value = part.is(1, Kind::Bytes) ? decodeValue(part.bytes) : std::nullopt) {
          event.values.push_back(std::move(*value));
        }
      }
    } else if (field.is(7, Kind::Bytes)) {
      ProtoReader session(field.bytes);
      for (ProtoField part; session.next(part);) {
        event.restart = event.restart || (part.is(1, Kind::Varint) && part.value == 1);
      }
    }
  }
  return !fields.broken();
}

/// Reads the record at m_position to m_record; false where there is none that is whole.
bool EventFileReader::readRecord() {
  const auto available = [this](std::uint64_t bytes) {
    if (m_size >= m_position && m_size - m_position >= bytes) {
      return true;
    }
    std::error_code error;
    const auto size = std::filesystem::file_size(m_path, error);
    m_size = error ? 0 : size;
    return m_size >= m_position && m_size - m_position >= bytes;
  };
  if (m_broken || !available(kFrameHead + kFrameTail)) {
    return false;
  }
  if (!m_file.is_open()) {
    m_file.open(m_path, std::ios::binary);
  }
  if (m_filePosition != m_position) {  // after a read that came too early; a seek empties the buffer
    m_file.clear();
    m_file.seekg(static_cast<std::streamoff>(m_position));
  }
  m_filePosition = kNowhere;
  char head[kFrameHead];
  if (!m_file.read(head, sizeof head)) {
    return false;
  }
  const std::string_view frame(head, sizeof head);
  const std::uint64_t length = fixedAt(frame, 0, 8);
  if (maskedCrc32c(frame.substr(0, 8)) != fixedAt(frame, 8, 4) || length > kLongestRecord) {
    m_broken = true;
    return false;
  }
  if (!available(kFrameHead + length + kFrameTail)) {
    return false;
  }
  m_record.resize(static_cast<std::size_t>(length) + kFrameTail);
  if (!m_file.read(m_record.data(), static_cast<std::streamsize>(m_record.size()))) {
    return false;
  }
  m_filePosition = m_position + kFrameHead + m_record.size();
  return true;
}

std::optional<Event> EventFileReader::next() {
  while (readRecord()) {
    m_position += kFrameHead + m_record.size();
    const std::size_t length = m_record.size() - kFrameTail;
    const bool whole = maskedCrc32c(std::string_view(m_record).substr(0, length)) == fixedAt(m_record, length, 4);
    m_record.resize(length);
    Event event;
    if (whole && decode(event)) {
      return event;
    }
  }
  return std::nullopt;
}

}  // namespace loom::model

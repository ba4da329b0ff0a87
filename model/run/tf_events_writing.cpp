#include "model/checkpoint/read_problem.h"
#include "model/run/masked_crc32c.h"
#include "model/run/protobuf.h"
#include "model/run/tf_events.h"

#include <limits>

namespace loom::model {
namespace {

std::string fixed(std::uint64_t value, int width) {
  std::string bytes;
  for (int i = 0; i < width; ++i, value >>= 8U) {
    bytes += static_cast<char>(value);
  }
  return bytes;
}

std::string framed(const ProtoWriter& event) {
  const std::string& message = event.message();
  const std::string length = fixed(message.size(), 8);
  return length + fixed(maskedCrc32c(length), 4) + message + fixed(maskedCrc32c(message), 4);
}

ProtoWriter eventAt(double wallTime, std::int64_t step) {
  ProtoWriter event;
  event.number(1, wallTime);
  event.varint(2, static_cast<std::uint64_t>(step));
  return event;
}

ProtoWriter tagged(std::string_view tag) {
  constexpr std::size_t kLongestTag = 4096;
  ProtoWriter value;
  value.bytes(1, validText(tag, kLongestTag));
  return value;
}

std::string summaryRecord(double wallTime, std::int64_t step, const ProtoWriter& value) {
  ProtoWriter summary;
  summary.bytes(1, value.message());
  ProtoWriter event = eventAt(wallTime, step);
  event.bytes(5, summary.message());
  return framed(event);
}

/// Channels by the colour type in a PNG's first chunk, as Summary.Image.colorspace counts them.
std::uint64_t channelsOf(std::span<const std::byte> png) {
  constexpr std::size_t kColourType = 25;
  const unsigned type = png.size() > kColourType ? static_cast<unsigned>(png[kColourType]) : 2;
  return type == 0 ? 1 : type == 4 ? 2 : type == 6 ? 4 : 3;
}

}  // namespace

std::string versionRecord(double wallTime) {
  ProtoWriter event;
  event.number(1, wallTime);
  event.bytes(3, "brain.Event:2");
  return framed(event);
}

std::string restartRecord(double wallTime, std::int64_t step) {
  ProtoWriter session;
  session.varint(1, 1);  // SessionLog.START
  ProtoWriter event = eventAt(wallTime, step);
  event.bytes(7, session.message());
  return framed(event);
}

std::string scalarRecord(double wallTime, std::int64_t step, std::string_view tag, float value) {
  ProtoWriter scalar = tagged(tag);
  scalar.number(2, value);
  return summaryRecord(wallTime, step, scalar);
}

std::string textRecord(double wallTime, std::int64_t step, std::string_view tag, std::string_view text) {
  ProtoWriter dimension;
  dimension.varint(1, 1);
  ProtoWriter shape;
  shape.bytes(2, dimension.message());
  ProtoWriter tensor;
  tensor.varint(1, 7);  // DT_STRING
  tensor.bytes(2, shape.message());
  tensor.bytes(8, validText(text, std::numeric_limits<std::size_t>::max()));
  ProtoWriter plugin;
  plugin.bytes(1, "text");
  ProtoWriter metadata;
  metadata.bytes(1, plugin.message());
  ProtoWriter value = tagged(tag);
  value.bytes(8, tensor.message());
  value.bytes(9, metadata.message());
  return summaryRecord(wallTime, step, value);
}

std::string pictureRecord(double wallTime, std::int64_t step, std::string_view tag, int width, int height,
                          std::span<const std::byte> png) {
  ProtoWriter image;
  image.varint(1, static_cast<std::uint64_t>(height));
  image.varint(2, static_cast<std::uint64_t>(width));
  image.varint(3, channelsOf(png));
  image.bytes(4, {reinterpret_cast<const char*>(png.data()), png.size()});
  ProtoWriter value = tagged(tag);
  value.bytes(4, image.message());
  return summaryRecord(wallTime, step, value);
}

}  // namespace loom::model

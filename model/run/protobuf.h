// Protocol buffers as far as event files need them: fields of messages, one after the other (protobuf.dev, "Encoding").
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace loom::model {

class ProtoWriter {
 public:
  void varint(int field, std::uint64_t value) {
    key(field, 0);
    plainVarint(value);
  }
  void number(int field, double value) {
    key(field, 1);
    fixed(std::bit_cast<std::uint64_t>(value), 8);
  }
  void number(int field, float value) {
    key(field, 5);
    fixed(std::bit_cast<std::uint32_t>(value), 4);
  }
  /// Bytes, a text, or a message within this one.
  void bytes(int field, std::string_view value) {
    key(field, 2);
    plainVarint(value.size());
    m_bytes += value;
  }
  const std::string& message() const { return m_bytes; }

 private:
  void key(int field, unsigned wire) { plainVarint(static_cast<unsigned>(field) << 3U | wire); }
  void plainVarint(std::uint64_t value) {
    for (; value >= 0x80U; value >>= 7U) {
      m_bytes += static_cast<char>(value | 0x80U);
    }
    m_bytes += static_cast<char>(value);
  }
  void fixed(std::uint64_t value, int width) {
    for (int i = 0; i < width; ++i, value >>= 8U) {
      m_bytes += static_cast<char>(value);
    }
  }

  std::string m_bytes;
};

struct ProtoField {
  enum class Kind { Varint, Fixed64, Bytes, Fixed32 };
  std::uint32_t id = 0;
  Kind kind = Kind::Varint;
  std::uint64_t value = 0;  ///< of all kinds but Bytes
  std::string_view bytes;   ///< lies within the message

  bool is(std::uint32_t wantedId, Kind wanted) const { return id == wantedId && kind == wanted; }
  float asFloat() const { return std::bit_cast<float>(static_cast<std::uint32_t>(value)); }
  double asDouble() const { return std::bit_cast<double>(value); }
};

/// Goes through the fields of a message. Nothing is read beyond its end, whatever it holds.
class ProtoReader {
 public:
  explicit ProtoReader(std::string_view message) : m_left(message) {}

  /// False at the end, and where the rest is no message (then `broken()`).
  bool next(ProtoField& field);
  bool broken() const { return m_broken; }

  /// One number of a packed list; false at its end.
  bool packed(std::uint64_t& value) { return !m_left.empty() && varint(value); }

 private:
  bool varint(std::uint64_t& value);
  bool fixed(std::uint64_t& value, std::size_t width);
  bool fail() {
    m_broken = true;
    return false;
  }

  std::string_view m_left;
  bool m_broken = false;
};

}  // namespace loom::model

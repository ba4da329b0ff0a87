// Little-endian numbers out of a span; every step is checked against what is left.
#pragma once

#include "model/checkpoint/read_problem.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace loom::model {

/// The bytes ended before what was announced.
class OutOfBytes : public ReadProblem {
 public:
  OutOfBytes() : ReadProblem("the file ends too early; it may not have been copied completely") {}
};

class ByteCursor {
 public:
  explicit ByteCursor(std::span<const std::byte> bytes, std::size_t at = 0) : m_bytes(bytes), m_at(at) {
    if (at > bytes.size()) {
      throw OutOfBytes();
    }
  }

  std::size_t position() const { return m_at; }
  std::size_t left() const { return m_bytes.size() - m_at; }

  std::span<const std::byte> take(std::uint64_t count) {
    if (count > left()) {
      throw OutOfBytes();
    }
    const auto taken = m_bytes.subspan(m_at, static_cast<std::size_t>(count));
    m_at += static_cast<std::size_t>(count);
    return taken;
  }

  std::string_view takeText(std::uint64_t count) {
    const auto taken = take(count);
    return {reinterpret_cast<const char*>(taken.data()), taken.size()};
  }

  /// Up to and without the next line feed, which is skipped.
  std::string_view takeLine() {
    const auto* begin = m_bytes.data() + m_at;
    const auto* end = static_cast<const std::byte*>(std::memchr(begin, '\n', left()));
    if (!end) {
      throw OutOfBytes();
    }
    const auto line = takeText(static_cast<std::uint64_t>(end - begin));
    ++m_at;
    return line;
  }

  template <typename T>
  T number() {
    T value;
    std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
    return value;
  }

 private:
  std::span<const std::byte> m_bytes;
  std::size_t m_at;
};

}  // namespace loom::model

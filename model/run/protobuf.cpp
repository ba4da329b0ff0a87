#include "model/run/protobuf.h"

namespace loom::model {

bool ProtoReader::next(ProtoField& field) {
  if (m_left.empty() || m_broken) {
    return false;
  }
  std::uint64_t key = 0;
  if (!varint(key)) {
    return false;
  }
  field = {};
  field.id = static_cast<std::uint32_t>(key >> 3U);
  switch (key & 7U) {
    case 0: field.kind = ProtoField::Kind::Varint; return varint(field.value);
    case 1: field.kind = ProtoField::Kind::Fixed64; return fixed(field.value, 8);
    case 5: field.kind = ProtoField::Kind::Fixed32; return fixed(field.value, 4);
    case 2: {
      field.kind = ProtoField::Kind::Bytes;
      std::uint64_t length = 0;
      if (!varint(length) || length > m_left.size()) {
        return fail();
      }
      field.bytes = m_left.substr(0, static_cast<std::size_t>(length));
      m_left.remove_prefix(static_cast<std::size_t>(length));
      return true;
    }
    default: return fail();  // groups are of protobuf 1
  }
}

bool ProtoReader::varint(std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (m_left.empty()) {
      return fail();
    }
    const auto byte = static_cast<unsigned char>(m_left.front());
    m_left.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if ((byte & 0x80U) == 0) {
      return true;
    }
  }
  return fail();
}

bool ProtoReader::fixed(std::uint64_t& value, std::size_t width) {
  if (m_left.size() < width) {
    return fail();
  }
  value = 0;
  for (std::size_t i = width; i-- > 0;) {
    value = value << 8U | static_cast<unsigned char>(m_left[i]);
  }
  m_left.remove_prefix(width);
  return true;
}

}  // namespace loom::model

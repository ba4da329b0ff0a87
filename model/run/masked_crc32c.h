// The checksum of TFRecord files.
#pragma once

#include <cstdint>
#include <string_view>

namespace loom::model {

/// CRC-32C (Castagnoli; RFC 3720, appendix B.4).
std::uint32_t crc32c(std::string_view bytes);

/// The same, turned and offset as tensorflow/core/lib/hash/crc32c.h does, so that a checksum of checksums is not weak.
std::uint32_t maskedCrc32c(std::string_view bytes);

}  // namespace loom::model

// NumPy's .npy: "\x93NUMPY", two bytes of version, the header's length (2 bytes, from version 2 on 4, little-endian), the
// header, then the numbers. The header is the text of a Python dictionary:
//
//   {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
//
// Source: numpy/lib/_format_impl.py.
#include "model/checkpoint/npy_reader.h"

#include "model/checkpoint/byte_cursor.h"
#include "model/checkpoint/mapped_file.h"
#include "model/checkpoint/read_problem.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

namespace loom::model {
namespace {

constexpr std::string_view kMagic("\x93NUMPY", 6);
constexpr std::uint32_t kLongestHeader = 1U << 16U;  // real ones have some hundred bytes
constexpr std::size_t kMostDimensions = 32;          // NumPy's own limit, before its second version

struct Header {
  std::optional<std::string> descr;
  std::optional<bool> fortran;
  std::optional<std::vector<std::int64_t>> shape;
};

/// Reads the dictionary; whatever else stands there is refused.
class HeaderText {
 public:
  explicit HeaderText(std::string_view text) : m_text(text) {}

  Header read() {
    Header header;
    expect('{');
    while (!take('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr" && !header.descr) {
        header.descr = descr();
      } else if (key == "fortran_order" && !header.fortran) {
        header.fortran = truth();
      } else if (key == "shape" && !header.shape) {
        header.shape = tuple();
      } else {
        damaged();
      }
      if (!take(',')) {
        expect('}');
        break;
      }
    }
    skipBlanks();
    if (!m_text.empty() || !header.descr || !header.fortran || !header.shape) {
      damaged();
    }
    return header;
  }

 private:
  [[noreturn]] static void damaged() { throw ReadProblem("its header is no description of a NumPy array"); }

  void skipBlanks() {
    const auto begin = m_text.find_first_not_of(" \n\t\r");
    m_text.remove_prefix(begin == std::string_view::npos ? m_text.size() : begin);
  }

  bool take(char c) {
    skipBlanks();
    if (m_text.empty() || m_text.front() != c) {
      return false;
    }
    m_text.remove_prefix(1);
    return true;
  }

  void expect(char c) {
    if (!take(c)) {
      damaged();
    }
  }

  std::string quoted() {
    skipBlanks();
    if (m_text.empty() || (m_text.front() != '\'' && m_text.front() != '"')) {
      damaged();
    }
    const auto end = m_text.find(m_text.front(), 1);
    if (end == std::string_view::npos) {
      damaged();
    }
    const std::string inner(m_text.substr(1, end - 1));
    m_text.remove_prefix(end + 1);
    return inner;
  }

  std::string descr() {
    skipBlanks();
    if (!m_text.empty() && m_text.front() == '[') {
      throw ReadProblem("it is an array of records; save plain numbers", CheckpointError::Kind::Unsupported);
    }
    return quoted();
  }

  bool truth() {
    skipBlanks();
    for (const auto& [word, value] : {std::pair{"True", true}, std::pair{"False", false}}) {
      if (m_text.starts_with(word)) {
        m_text.remove_prefix(std::string_view(word).size());
        return value;
      }
    }
    damaged();
  }

  std::vector<std::int64_t> tuple() {
    std::vector<std::int64_t> sizes;
    expect('(');
    while (!take(')')) {
      skipBlanks();
      std::int64_t size = 0;
      const auto read = std::from_chars(m_text.data(), m_text.data() + m_text.size(), size);
      if (read.ec != std::errc() || size < 0 || sizes.size() >= kMostDimensions) {
        damaged();
      }
      m_text.remove_prefix(static_cast<std::size_t>(read.ptr - m_text.data()));
      if (!m_text.empty() && m_text.front() == 'L') {  // Python 2's
        m_text.remove_prefix(1);
      }
      sizes.push_back(size);
      if (!take(',')) {
        expect(')');
        break;
      }
    }
    return sizes;
  }

  std::string_view m_text;
};

DType dtypeOf(const std::string& descr) {
  static const std::map<std::string_view, DType> kTypes{{"f2", DType::F16}, {"f4", DType::F32}, {"f8", DType::F64},
                                                        {"i1", DType::I8},  {"i2", DType::I16}, {"i4", DType::I32},
                                                        {"i8", DType::I64}, {"u1", DType::U8},  {"b1", DType::Bool}};
  const std::string_view text = descr;
  const auto it = text.size() == 3 ? kTypes.find(text.substr(1)) : kTypes.end();
  if (it == kTypes.end() || std::string_view("<>|=").find(text[0]) == std::string_view::npos) {
    throw ReadProblem("its number type (NumPy's " + plainName(descr) + ") is not supported; save float32",
                      CheckpointError::Kind::Unsupported);
  }
  if (text[0] == '>' && sizeOf(it->second) > 1) {
    throw ReadProblem("its numbers are big-endian; save them as '<f4'", CheckpointError::Kind::Unsupported);
  }
  return it->second;
}

std::vector<std::int64_t> fortranStrides(const std::vector<std::int64_t>& shape) {
  const std::vector<std::int64_t> reversed(shape.rbegin(), shape.rend());
  std::vector<std::int64_t> strides = contiguousStrides(reversed);
  std::reverse(strides.begin(), strides.end());
  return strides;
}

TensorView arrayIn(const MappedFile& file) {
  ByteCursor cursor(file.bytes(), kMagic.size());
  const auto version = cursor.number<std::uint8_t>();
  cursor.number<std::uint8_t>();  // minor: 0 so far
  if (version < 1 || version > 3) {
    throw ReadProblem("its format is version " + std::to_string(version) + ", and 1 to 3 are known",
                      CheckpointError::Kind::Unsupported);
  }
  const std::uint32_t length = version == 1 ? cursor.number<std::uint16_t>() : cursor.number<std::uint32_t>();
  if (length > kLongestHeader) {
    throw ReadProblem("its header would be " + std::to_string(length) + " bytes long", CheckpointError::Kind::Limit);
  }
  const Header header = HeaderText(cursor.takeText(length)).read();
  TensorView array;
  array.name = "array";
  array.dtype = dtypeOf(*header.descr);
  array.shape = *header.shape;
  std::uint64_t bytes = 0;
  try {
    bytesSpanned(array.dtype, array.shape, std::vector<std::int64_t>(array.shape.size(), 1));  // that no product overflows
    array.strides = *header.fortran ? fortranStrides(array.shape) : contiguousStrides(array.shape);
    bytes = bytesSpanned(array.dtype, array.shape, array.strides);
  } catch (const std::out_of_range&) {
    throw ReadProblem("its shape is larger than any array");
  }
  array.bytes = cursor.take(bytes);
  if (cursor.left() > 0) {
    throw ReadProblem("it holds more than the array that its header tells");
  }
  return array;
}

}  // namespace

bool NpyReader::recognises(const MappedFile& file) const {
  const auto bytes = file.bytes();
  return bytes.size() >= kMagic.size() && std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) == 0;
}

void NpyReader::read(Checkpoint& checkpoint, const ReadControl& control) const {
  try {
    control.goOn();
    if (!recognises(*checkpoint.file)) {
      throw ReadProblem("it is no NumPy array (.npy)", CheckpointError::Kind::NotACheckpoint);
    }
    checkpoint.groups.push_back({"", {arrayIn(*checkpoint.file)}});
  } catch (const ReadProblem& problem) {
    refuse(checkpoint.path, problem);
  }
}

}  // namespace loom::model

#include "model/latent/direction_table.h"

#include "model/checkpoint/mapped_file.h"
#include "model/checkpoint/read_problem.h"
#include "model/direction_file.h"

#include <charconv>
#include <optional>
#include <string_view>

namespace loom::model {
namespace {

constexpr std::size_t kLongestFile = 1U << 30U;
constexpr std::size_t kMostFields = 1U << 20U;  // of one line

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

std::optional<float> numberIn(std::string_view field) {
  field = trimmed(field);
  if (field.starts_with('+')) {
    field.remove_prefix(1);
  }
  double value = 0.0;  // a float32 refuses what is closer to 0 than it can be
  const auto read = std::from_chars(field.data(), field.data() + field.size(), value);
  if (field.empty() || read.ec != std::errc() || read.ptr != field.data() + field.size()) {
    return std::nullopt;
  }
  return static_cast<float>(value);
}

class TableReader {
 public:
  TableReader(std::string_view text, const std::stop_token& stop) : m_text(text), m_stop(stop) {
    if (m_text.starts_with("\xef\xbb\xbf")) {
      m_text.remove_prefix(3);
    }
  }

  DirectionTable read() {
    while (!m_text.empty()) {
      if (m_stop.stop_requested()) {
        throw ReadCancelled();
      }
      const auto end = m_text.find('\n');
      std::string_view line = m_text.substr(0, end);
      line.remove_suffix(line.ends_with('\r') ? 1 : 0);
      m_text.remove_prefix(end == std::string_view::npos ? m_text.size() : end + 1);
      ++m_line;
      if (!trimmed(line).empty() && !line.starts_with('#')) {
        chooseSeparator(line);
        take(line);
      }
    }
    if (m_table.rows == 0) {
      throw ReadProblem("it holds no line of numbers");
    }
    return std::move(m_table);
  }

 private:
  [[noreturn]] void wrong(const std::string& clause) const {
    throw ReadProblem("line " + std::to_string(m_line) + " " + clause);
  }

  /// By the first line that counts.
  void chooseSeparator(std::string_view line) {
    for (const char candidate : {',', ';', '\t'}) {
      if (m_separator == '\0' && line.find(candidate) != std::string_view::npos) {
        m_separator = candidate;
      }
    }
  }

  /// Fields; one in quotes may hold separators, and quotes twice.
  std::vector<std::string> fieldsOf(std::string_view line) const {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const char c = line[i];
      if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
        fields.back() += line[++i];
      } else if (c == '"' && (quoted || trimmed(fields.back()).empty())) {
        quoted = !quoted;
      } else if (c == m_separator && !quoted) {
        if (fields.size() >= kMostFields) {
          wrong("has more than " + std::to_string(kMostFields) + " fields");
        }
        fields.emplace_back();
      } else {
        fields.back() += c;
      }
    }
    if (quoted) {
      wrong("has a quote that is not closed");
    }
    return fields;
  }

  void take(std::string_view line) {
    const std::vector<std::string> fields = fieldsOf(line);
    const bool named = !numberIn(fields[0]).has_value();
    if (m_table.rows == 0 && !m_headed && named && (fields.size() < 2 || !numberIn(fields[1]))) {
      m_headed = true;  // a heading
      return;
    }
    const auto columns = static_cast<std::int64_t>(fields.size()) - (named ? 1 : 0);
    if (columns < 1) {
      wrong("holds no number");
    }
    if (m_table.rows > 0 && columns != m_table.columns) {
      wrong("has " + std::to_string(columns) + " numbers and the first one " + std::to_string(m_table.columns));
    }
    m_table.columns = columns;
    if (++m_table.rows > kMostDirections || m_table.rows * columns > kMostDirectionNumbers) {
      wrong("is beyond what is read: " + std::to_string(kMostDirections) + " directions and " +
            std::to_string(kMostDirectionNumbers) + " numbers");
    }
    for (std::size_t i = named ? 1 : 0; i < fields.size(); ++i) {
      const auto value = numberIn(fields[i]);
      if (!value) {
        wrong("has '" + plainName(fields[i]) + "' where a number should be");
      }
      m_table.values.push_back(*value);
    }
    m_table.names.push_back(named ? plainName(trimmed(fields[0])) : std::string());
  }

  std::string_view m_text;
  std::stop_token m_stop;
  char m_separator = '\0';
  int m_line = 0;
  bool m_headed = false;
  DirectionTable m_table;
};

}  // namespace

DirectionTable readDirectionTable(const std::filesystem::path& path, const std::stop_token& stop) {
  const auto file = MappedFile::open(path);
  const auto bytes = file->bytes();
  if (bytes.size() > kLongestFile) {
    throw ReadProblem("it is larger than 1 GiB", CheckpointError::Kind::Limit);
  }
  DirectionTable table = TableReader({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, stop).read();
  if (file->changed()) {
    throw ReadProblem("it was changed while it was read. Open it again when it is written");
  }
  return table;
}

}  // namespace loom::model

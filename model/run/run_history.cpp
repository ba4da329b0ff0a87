#include "model/run/tf_events.h"
#include "model/run_folder.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <string_view>
#include <system_error>

namespace loom::model {
namespace {

namespace fs = std::filesystem;

/// The number after "tfevents.": seconds since 1970 when the file was begun; the largest where there is none.
std::uint64_t begunAt(const std::string& name) {
  constexpr std::string_view kMark = "tfevents.";
  std::uint64_t seconds = std::numeric_limits<std::uint64_t>::max();
  if (const auto place = name.find(kMark); place != std::string::npos) {
    std::from_chars(name.data() + place + kMark.size(), name.data() + name.size(), seconds);
  }
  return seconds;
}

/// In the order in which they were begun.
std::vector<fs::path> eventFiles(const fs::path& folder) {
  std::vector<std::pair<std::uint64_t, fs::path>> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    std::error_code ignored;
    if (name.find("tfevents") != std::string::npos && entry->is_regular_file(ignored)) {
      files.emplace_back(begunAt(name), entry->path());
    }
  }
  if (error) {
    throw RunError(folder.string() + " cannot be read: " + error.message() + ".");
  }
  std::sort(files.begin(), files.end());
  std::vector<fs::path> paths;
  paths.reserve(files.size());
  for (auto& file : files) {
    paths.push_back(std::move(file.second));
  }
  return paths;
}

bool isMark(const std::string& tag) { return tag == "command" || tag == "snapshot" || tag == "health"; }

class HistoryReader {
 public:
  void read(const fs::path& path) {
    m_begun.clear();
    EventFileReader file(path);
    while (const auto event = file.next()) {
      if (event->restart) {
        forgetFrom(event->step);
      }
      for (const EventValue& value : event->values) {
        if (value.kind == EventValue::Kind::Scalar) {
          addScalar(*event, value);
        } else if (value.kind == EventValue::Kind::Text && isMark(value.tag)) {
          m_last = std::max(m_last, event->step);
          m_history.marks.push_back({event->step, event->wallTime, value.tag, std::string(value.bytes)});
        }
      }
    }
  }

  RunHistory take() {
    const auto byStep = [](const auto& a, const auto& b) { return a.step < b.step; };
    for (ScalarSeries& series : m_history.scalars) {
      std::stable_sort(series.points.begin(), series.points.end(), byStep);
    }
    std::stable_sort(m_history.marks.begin(), m_history.marks.end(), byStep);
    std::erase_if(m_history.scalars, [](const ScalarSeries& series) { return series.points.empty(); });
    return std::move(m_history);
  }

 private:
  void addScalar(const Event& event, const EventValue& value) {
    const auto known = m_places.try_emplace(value.tag, m_history.scalars.size()).first;
    if (known->second == m_history.scalars.size()) {
      m_history.scalars.push_back({value.tag, {}});
    }
    auto& points = m_history.scalars[known->second].points;
    m_begun.resize(m_history.scalars.size());
    if (!m_begun[known->second]) {
      // Other programs resume with a new file and without a word. Each series by itself: two writers may share a
      // folder.
      m_begun[known->second] = true;
      std::erase_if(points, [&](const ScalarPoint& point) { return point.step >= event.step; });
    }
    points.push_back({event.step, event.wallTime, value.scalar});
    m_last = std::max(m_last, event.step);
  }

  void forgetFrom(std::int64_t step) {
    if (step > m_last) {
      return;
    }
    m_last = step - 1;
    const auto isLater = [step](const auto& thing) { return thing.step >= step; };
    for (ScalarSeries& series : m_history.scalars) {
      std::erase_if(series.points, isLater);
    }
    std::erase_if(m_history.marks, isLater);
  }

  RunHistory m_history;
  std::map<std::string, std::size_t> m_places;                     ///< of the series, by tag
  std::int64_t m_last = std::numeric_limits<std::int64_t>::min();  ///< step so far
  std::vector<bool> m_begun;                                       ///< by series: this file has points of it
};

}  // namespace

RunHistory readHistory(const fs::path& folder) {
  const std::vector<fs::path> files = eventFiles(folder);
  if (files.empty()) {
    throw RunError(folder.string() + " holds no event files, as TensorBoard calls what a training writes.");
  }
  HistoryReader reader;
  for (const fs::path& file : files) {
    reader.read(file);
  }
  return reader.take();
}

}  // namespace loom::model

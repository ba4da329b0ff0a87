#include "app/data/picture_source.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

namespace loom::app {
namespace {

constexpr int kMostClasses = 65536;

bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// −1, 0, 1; runs of digits by their value.
int naturalOrder(const std::string& a, const std::string& b) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    if (isDigit(a[i]) && isDigit(b[j])) {
      const auto run = [](const std::string& text, std::size_t& place) {
        while (place < text.size() && text[place] == '0') {
          ++place;
        }
        const std::size_t begin = place;
        while (place < text.size() && isDigit(text[place])) {
          ++place;
        }
        return text.substr(begin, place - begin);
      };
      const std::string x = run(a, i);
      const std::string y = run(b, j);
      if (x.size() != y.size()) {
        return x.size() < y.size() ? -1 : 1;
      }
      if (const int order = x.compare(y)) {
        return order;
      }
      continue;
    }
    // '/' comes before all, so that a folder's contents stay together.
    const auto rank = [](char c) { return c == '/' ? 0 : std::tolower(static_cast<unsigned char>(c)); };
    if (rank(a[i]) != rank(b[j])) {
      return rank(a[i]) < rank(b[j]) ? -1 : 1;
    }
    ++i;
    ++j;
  }
  return static_cast<int>(i < a.size()) - static_cast<int>(j < b.size());
}

/// The class that an element of "labels" tells; −1: none that can be understood.
int classOf(const nlohmann::json& label) {
  if (label.is_number_integer()) {
    const auto number = label.get<std::int64_t>();
    return number >= 0 && number < kMostClasses ? static_cast<int>(number) : -1;
  }
  int found = -1;
  if (label.is_array() && label.size() <= kMostClasses) {
    for (std::size_t i = 0; i < label.size(); ++i) {
      if (!label[i].is_number()) {
        return -1;
      }
      const auto value = label[i].get<double>();
      if (value == 1.0 && found < 0) {
        found = static_cast<int>(i);
      } else if (value != 0.0) {
        return -1;
      }
    }
  }
  return found;
}

}  // namespace

bool naturalLess(const std::string& a, const std::string& b) {
  const int order = naturalOrder(a, b);
  return order != 0 ? order < 0 : a < b;
}

void classesByFolder(PictureSource& source) {
  auto& entries = source.entries;
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return naturalLess(a.name, b.name); });
  if (entries.empty()) {
    return;
  }
  // What the folders of all have in common: of the first and every other.
  std::string common = entries.front().name.substr(0, entries.front().name.rfind('/') + 1);
  for (const auto& entry : entries) {
    while (!entry.name.starts_with(common)) {
      common.pop_back();
      common.resize(common.rfind('/') + 1);
    }
  }
  const auto folderOf = [&](const std::string& name) {
    const auto end = name.find('/', common.size());
    return end == std::string::npos ? std::string() : name.substr(common.size(), end - common.size());
  };
  std::set<std::string, decltype(&naturalLess)> names(&naturalLess);
  for (const auto& entry : entries) {
    names.insert(folderOf(entry.name));
  }
  if (names.contains("")) {
    if (names.size() > 1) {
      source.notes.push_back(
          "Some pictures lie in subfolders and some do not, so the subfolders are not taken as classes.");
    }
    return;
  }
  if (names.size() > kMostClasses) {
    source.notes.push_back("There are too many subfolders to be classes.");
    return;
  }
  source.classNames.assign(names.begin(), names.end());
  std::map<std::string, int> numbers;
  for (const std::string& name : source.classNames) {
    numbers.emplace(name, static_cast<int>(numbers.size()));
  }
  for (auto& entry : entries) {
    entry.label = numbers.at(folderOf(entry.name));
  }
}

void classesByDatasetJson(PictureSource& source, const QByteArray& text, const std::filesystem::path& path) {
  auto& entries = source.entries;
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return naturalLess(a.name, b.name); });
  const auto fail = [&](const std::string& clause) {
    throw DataError(path.string() + ": its dataset.json " + clause + ".");
  };
  const auto json = nlohmann::json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    fail("is damaged");
  }
  const auto labels = json.find("labels");
  if (labels == json.end() || labels->is_null()) {
    return;
  }
  if (!labels->is_array()) {
    fail("has labels of an unknown kind");
  }
  std::map<std::string, int> byName;
  for (const auto& label : *labels) {
    if (!label.is_array() || label.size() != 2 || !label[0].is_string()) {
      fail("has labels of an unknown kind");
    }
    const int number = classOf(label[1]);
    if (number < 0) {
      fail("has a label that is no class: " + label[1].dump().substr(0, 60) + " of " + label[0].get<std::string>());
    }
    byName[label[0].get<std::string>()] = number;
  }
  std::int64_t missing = 0;
  std::string example;
  int highest = 0;
  for (auto& entry : entries) {
    const auto label = byName.find(entry.name);
    if (label == byName.end()) {
      example = missing++ == 0 ? entry.name : example;
      continue;
    }
    entry.label = label->second;
    highest = std::max(highest, label->second);
  }
  if (missing > 0) {
    fail("has " + std::to_string(byName.size()) + " labels for " + std::to_string(entries.size()) +
         " pictures; there is none for " + example +
         (missing > 1 ? " and " + std::to_string(missing - 1) + " more" : ""));
  }
  if (byName.size() > entries.size()) {
    source.notes.push_back("dataset.json has labels for " + std::to_string(byName.size() - entries.size()) +
                           " pictures that are not there.");
  }
  for (int number = 0; number <= highest; ++number) {
    source.classNames.push_back(std::to_string(number));
  }
}

}  // namespace loom::app

#include "model/run/run_snapshots.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <charconv>
#include <fstream>
#include <set>
#include <string_view>
#include <system_error>

namespace loom::model {
namespace {

constexpr std::string_view kPrefix = "step-";
constexpr std::size_t kDigits = 9;

/// −1: it is called otherwise.
std::int64_t stepOf(std::string_view name, std::string_view suffix) {
  if (!name.starts_with(kPrefix) || !name.ends_with(suffix) || name.size() < kPrefix.size() + suffix.size()) {
    return -1;
  }
  const std::string_view digits = name.substr(kPrefix.size(), name.size() - kPrefix.size() - suffix.size());
  std::int64_t step = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), step);
  const bool all = error == std::errc() && end == digits.data() + digits.size();
  return all && digits.size() >= kDigits && step >= 0 ? step : -1;
}

}  // namespace

std::string numberedName(std::int64_t step, const std::string& suffix) {
  std::string digits = std::to_string(step);
  digits.insert(0, kDigits - std::min(kDigits, digits.size()), '0');
  return std::string(kPrefix) + digits + suffix;
}

NumberedFiles numberedFiles(const std::filesystem::path& folder, const std::string& suffix) {
  NumberedFiles files;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::int64_t step = stepOf(entry->path().filename().string(), suffix);
    std::error_code ignored;
    if (step >= 0 && entry->is_regular_file(ignored)) {
      files.emplace_back(step, entry->path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool isWholeSafetensors(const std::filesystem::path& path) {
  constexpr std::uint64_t kLongestHeader = 100U << 20U;
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  unsigned char prefix[8];
  if (error || !file.read(reinterpret_cast<char*>(prefix), sizeof prefix)) {
    return false;
  }
  std::uint64_t length = 0;
  for (int i = 7; i >= 0; --i) {
    length = length << 8U | prefix[i];
  }
  if (length > kLongestHeader || length > size - sizeof prefix) {
    return false;
  }
  std::string header(static_cast<std::size_t>(length), '\0');
  if (!file.read(header.data(), static_cast<std::streamsize>(length))) {
    return false;
  }
  const auto json = nlohmann::json::parse(header, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    return false;
  }
  std::uint64_t end = 0;
  for (const auto& [name, tensor] : json.items()) {
    if (name == "__metadata__") {
      continue;
    }
    const auto offsets = tensor.is_object() ? tensor.find("data_offsets") : tensor.end();
    if (!tensor.is_object() || offsets == tensor.end() || !offsets->is_array() || offsets->size() != 2 ||
        !(*offsets)[1].is_number_unsigned()) {
      return false;
    }
    end = std::max(end, (*offsets)[1].get<std::uint64_t>());
  }
  return size - sizeof prefix - length == end;
}

std::vector<std::int64_t> dispensableSteps(const std::vector<std::int64_t>& steps, int keep) {
  const std::size_t newest = steps.size() - std::min(steps.size(), static_cast<std::size_t>(std::max(keep, 1)));
  std::vector<std::int64_t> dispensable;
  std::set<unsigned long> octaves;
  for (std::size_t i = 0; i < newest; ++i) {
    if (!octaves.insert(std::bit_width(static_cast<std::uint64_t>(steps[i]))).second) {
      dispensable.push_back(steps[i]);
    }
  }
  return dispensable;
}

}  // namespace loom::model

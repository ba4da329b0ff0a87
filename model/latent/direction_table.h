#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace loom::model {

/// The rows of a .csv of directions, all of one length, and the names before them (empty where there are none).
struct DirectionTable {
  std::vector<std::string> names;
  std::vector<float> values;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
};

/// Throws ReadProblem: a clause that names the line. Bounded by kMostDirections and kMostDirectionNumbers.
DirectionTable readDirectionTable(const std::filesystem::path& path, const std::stop_token& stop);

}  // namespace loom::model

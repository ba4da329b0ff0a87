// What the tests of runs share.
#pragma once

#include "model/run_folder.h"

#include <QFile>
#include <QString>

#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace loom::test {

inline std::string bytesOfFile(const std::filesystem::path& path) {
  QFile file(QString::fromStdString(path.string()));
  return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
}

inline void writeFile(const std::filesystem::path& path, const std::string& bytes) {
  QFile file(QString::fromStdString(path.string()));
  if (!file.open(QIODevice::WriteOnly) || file.write(bytes.data(), static_cast<qint64>(bytes.size())) < 0) {
    qFatal("the test cannot write %s", path.c_str());
  }
}

inline std::span<const std::byte> asBytes(const std::string& text) { return std::as_bytes(std::span(text)); }

/// One tensor "weight" of `count` numbers that all are `value`.
struct EvenTensor {
  EvenTensor(std::size_t count, float value)
      : numbers(count, value),
        views{
            {"weight", model::DType::F32, {static_cast<std::int64_t>(count)}, {1}, std::as_bytes(std::span(numbers))}} {
  }
  std::vector<float> numbers;
  std::vector<model::TensorView> views;
};

inline const model::ScalarSeries* seriesOf(const model::RunHistory& history, const std::string& tag) {
  for (const auto& series : history.scalars) {
    if (series.tag == tag) {
      return &series;
    }
  }
  return nullptr;
}

/// "10:0.5 20:0.25"
inline std::string pointsOf(const model::RunHistory& history, const std::string& tag) {
  std::string text;
  if (const auto* series = seriesOf(history, tag)) {
    for (const auto& point : series->points) {
      text += (text.empty() ? "" : " ") + std::to_string(point.step) + ":" +
              QString::number(static_cast<double>(point.value)).toStdString();
    }
  }
  return text;
}

}  // namespace loom::test

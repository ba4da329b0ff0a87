#include "tests/bench/open_figures.h"

#include "model/checkpoint/safetensors_writer.h"
#include "model/opened_model.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

namespace loom::bench {
namespace {

using model::FloatTensor;

FloatTensor wave(std::vector<std::int64_t> shape, float amplitude) {
  FloatTensor tensor{std::move(shape), {}};
  tensor.values.resize(static_cast<std::size_t>(tensor.elementCount()));
  std::uint32_t state = 1;
  for (float& value : tensor.values) {
    state = state * 1664525U + 1013904223U;
    value = amplitude * (static_cast<float>(state >> 8U) / 8388608.0F - 1.0F);
  }
  return tensor;
}

/// A DCGAN at 64 pixels whose widths halve from `widest` on: 16·(widest²/2 + widest²/8 + …) weights.
void writeDcgan(const std::string& path, std::int64_t widest) {
  std::vector<std::pair<std::string, FloatTensor>> tensors;
  std::int64_t in = 100;
  std::int64_t out = widest;
  for (int block = 0; block < 4; ++block) {
    const std::string layer = "main." + std::to_string(3 * block) + ".weight";
    tensors.emplace_back(layer, wave({in, out, 4, 4}, 0.5F / std::sqrt(static_cast<float>(in) * 4.0F)));
    const std::string norm = "main." + std::to_string(3 * block + 1) + ".";
    for (const auto& [leaf, value] : {std::pair{"weight", 1.0F}, {"bias", 0.0F}, {"running_mean", 0.0F}, {"running_var", 1.0F}}) {
      tensors.emplace_back(norm + leaf, FloatTensor{{out}, std::vector<float>(static_cast<std::size_t>(out), value)});
    }
    in = out;
    out /= 2;
  }
  tensors.emplace_back("main.12.weight", wave({in, 3, 4, 4}, 0.05F));
  model::writeSafetensors(path, tensors);
}

/// The next reading comes from the disk.
void dropFromCache(const QString& path) {
  const int file = ::open(QFile::encodeName(path).constData(), O_RDONLY);
  ::fsync(file);
  ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
  ::close(file);
}

double readWhole(const QString& path) {
  QElapsedTimer clock;
  clock.start();
  QFile file(path);
  std::vector<char> block(1U << 22U);
  if (file.open(QIODevice::ReadOnly | QIODevice::Unbuffered)) {
    while (file.read(block.data(), static_cast<qint64>(block.size())) > 0) {
    }
  }
  return static_cast<double>(clock.nsecsElapsed()) * 1e-6;
}

}  // namespace

std::vector<Figure> measureOpening(int megabytes, int runs) {
  const QTemporaryDir folder;
  const QString path = folder.filePath(QStringLiteral("large.safetensors"));
  const double weights = megabytes * 1e6 / sizeof(float);
  const auto widest = static_cast<std::int64_t>(std::sqrt(weights / (16.0 * 0.656))) / 8 * 8;
  writeDcgan(path.toStdString(), widest);
  const QString size = QStringLiteral("%1 MB: ").arg(QFile(path).size() / 1'000'000);
  Figure reading{(size + "reading the file").toStdString(), {}, 0.0, 0.5};
  Figure opening{(size + "opening to the first picture").toStdString(), {}, 0.0, 0.5};
  Figure frame{(size + "one picture").toStdString(), {}, 0.0, 0.5};
  for (int run = 0; run < runs; ++run) {
    dropFromCache(path);
    reading.samples.push_back(readWhole(path));
    dropFromCache(path);
    QElapsedTimer clock;
    clock.start();
    const auto opened = model::OpenedModel::open(path.toStdString());
    opened->render({});
    opening.samples.push_back(static_cast<double>(clock.nsecsElapsed()) * 1e-6);
    clock.restart();
    opened->render({});
    frame.samples.push_back(static_cast<double>(clock.nsecsElapsed()) * 1e-6);
  }
  const auto median = [](std::vector<double> samples) {
    std::sort(samples.begin(), samples.end());
    return samples[samples.size() / 2];
  };
  opening.limit = 2.0 * median(reading.samples) + median(frame.samples);
  return {reading, opening, frame};
}

}  // namespace loom::bench

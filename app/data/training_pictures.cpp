#include "app/data/training_pictures.h"

#include "app/data/encoded_picture.h"
#include "app/data/parallel.h"
#include "app/data/picture_data.h"
#include "app/data/picture_source.h"
#include "app/data/square_picture.h"

#include <QCryptographicHash>
#include <QPainter>

#include <algorithm>
#include <bit>
#include <map>

namespace loom::app {
namespace {

/// The share of the time that reading and hashing takes; decoding takes the rest.
constexpr double kHeadersShare = 0.2;

/// What the first of both passes finds of a picture.
struct Look {
  PictureHeader header;
  QByteArray hash;
  std::string problem;  ///< empty: none so far
};

std::vector<Look> lookAtHeaders(const PictureSource& source, const DataOptions& options, const DataControl& control) {
  std::vector<Look> looks(source.entries.size());
  forEachInParallel(looks.size(), options.threads, control, 0.0, kHeadersShare, [&](std::size_t i) {
    try {
      const QByteArray bytes = source.bytes(i);
      looks[i].hash = QCryptographicHash::hash(bytes, QCryptographicHash::Blake2b_160);
      looks[i].header = readHeader(bytes);
    } catch (const DataError& error) {
      looks[i].problem = error.what();
    }
  });
  return looks;
}

int shortSide(const PictureHeader& header) { return std::min(header.size.width(), header.size.height()); }

int chosenResolution(const std::vector<Look>& looks) {
  constexpr unsigned kSmallest = 8;
  constexpr unsigned kLargest = 1024;
  std::vector<int> sides;
  for (const Look& look : looks) {
    if (look.problem.empty()) {
      sides.push_back(shortSide(look.header));
    }
  }
  if (sides.empty()) {
    return static_cast<int>(kSmallest);
  }
  const auto median = sides.begin() + static_cast<std::ptrdiff_t>(sides.size() / 2);
  std::nth_element(sides.begin(), median, sides.end());
  return static_cast<int>(std::clamp(std::bit_floor(static_cast<unsigned>(*median)), kSmallest, kLargest));
}

int chosenChannels(const std::vector<Look>& looks) {
  return std::all_of(looks.begin(), looks.end(),
                     [](const Look& look) { return !look.problem.empty() || look.header.grey; })
             ? 1
             : 3;
}

/// Decodes all, into the cache as far as that goes, and notes which cannot be.
void decodeAll(const PictureSource& source, const model::TrainingDataInfo& info, PixelCache& cache,
               std::vector<Look>& looks, const DataOptions& options, const DataControl& control) {
  forEachInParallel(looks.size(), options.threads, control, kHeadersShare, 1.0, [&](std::size_t i) {
    if (!looks[i].problem.empty()) {
      return;
    }
    try {
      cache.put(i, decodedPixels(source, i, info.resolution, info.channels).data());
    } catch (const DataError& error) {
      looks[i].problem = error.what();
    }
  });
}

std::string fingerprintOf(const PictureSource& source, const std::vector<std::size_t>& kept,
                          const std::vector<Look>& looks, const model::TrainingDataInfo& info) {
  QCryptographicHash hash(QCryptographicHash::Blake2b_160);
  hash.addData(QByteArray("loom data 1, centre square, lanczos3, ") + QByteArray::number(info.resolution) + " × " +
               QByteArray::number(info.channels) + "\n");
  for (const std::size_t place : kept) {
    const auto& entry = source.entries[place];
    hash.addData(QByteArray::fromStdString(entry.name) + '\0' + QByteArray::number(entry.label) + '\0');
    hash.addData(looks[place].hash);
  }
  return hash.result().toHex().toStdString();
}

QImage contactSheet(const model::TrainingData& data) {
  constexpr int kColumns = 8;
  constexpr int kLargestCell = 64;
  const model::TrainingDataInfo& info = data.info();
  const int cell = std::min(info.resolution, kLargestCell);
  const int shown = static_cast<int>(std::min<std::int64_t>(info.count, kColumns * kColumns));
  const int columns = std::min(shown, kColumns);
  QImage sheet(columns * cell, (shown + columns - 1) / columns * cell, QImage::Format_RGB888);
  if (sheet.isNull()) {
    throw std::bad_alloc();
  }
  sheet.fill(Qt::white);
  QPainter painter(&sheet);
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(info.channels) * info.resolution * info.resolution);
  for (int i = 0; i < shown; ++i) {
    data.read(i * info.count / shown, pixels.data());
    QImage picture = pictureOfPixels(pixels.data(), info.resolution, info.channels);
    if (cell < info.resolution) {
      const std::vector<std::uint8_t> small = squarePixels(picture, cell, info.channels);
      picture = pictureOfPixels(small.data(), cell, info.channels);
    }
    painter.drawImage(i % columns * cell, i / columns * cell, picture);
  }
  return sheet;
}

DataSurvey surveyOf(const PictureSource& source, const std::vector<Look>& looks, int resolution) {
  DataSurvey survey;
  survey.kind = source.kind;
  survey.otherFiles = source.otherFiles;
  survey.notes = source.notes;
  for (const std::string& name : source.classNames) {
    survey.classes.push_back({name, 0});
  }
  std::map<std::pair<int, int>, std::int64_t> sizes;
  for (std::size_t i = 0; i < looks.size(); ++i) {
    const Look& look = looks[i];
    if (!look.problem.empty()) {
      survey.unreadable.push_back({source.entries[i].name, look.problem});
      continue;
    }
    ++survey.pictures;
    survey.grey += look.header.grey ? 1 : 0;
    survey.transparent += look.header.alpha ? 1 : 0;
    survey.smaller += shortSide(look.header) < resolution ? 1 : 0;
    ++sizes[{look.header.size.width(), look.header.size.height()}];
    if (!survey.classes.empty()) {
      ++survey.classes[static_cast<std::size_t>(source.entries[i].label)].count;
    }
  }
  for (const auto& [size, count] : sizes) {
    survey.sizes.push_back({size.first, size.second, count});
  }
  std::stable_sort(survey.sizes.begin(), survey.sizes.end(),
                   [](const auto& a, const auto& b) { return a.count > b.count; });
  return survey;
}

void checkEnough(const std::filesystem::path& path, const DataSurvey& survey) {
  const auto& broken = survey.unreadable;
  if (survey.pictures > 1) {
    return;
  }
  if (survey.pictures == 1) {
    throw DataError(path.string() + " holds a single picture" +
                    (broken.empty() ? "" : " that can be read (" + std::to_string(broken.size()) + " cannot)") +
                    ". A training needs many, hundreds at least.");
  }
  if (!broken.empty()) {
    throw DataError(path.string() + " holds no picture that can be read. The first of " +
                    std::to_string(broken.size()) + ", " + broken.front().name + ": " + broken.front().reason + ".");
  }
  throw DataError(path.string() + " holds no pictures" +
                  (survey.otherFiles > 0 ? ", but " + std::to_string(survey.otherFiles) + " other files." : "."));
}

void checkOptions(const DataOptions& options) {
  constexpr int kSmallest = 4;
  constexpr int kLargest = 2048;
  if (options.resolution != 0 && (options.resolution < kSmallest || options.resolution > kLargest)) {
    throw DataError("Data can be resized to 4 to 2048 pixels a side, not " + std::to_string(options.resolution) + ".");
  }
  if (options.channels != 0 && options.channels != 1 && options.channels != 3) {
    throw DataError("Data have 1 or 3 channels, not " + std::to_string(options.channels) + ".");
  }
}

}  // namespace

OpenedData lookOverData(const std::filesystem::path& path, const DataOptions& options, const DataControl& control) {
  checkOptions(options);
  const std::shared_ptr<const PictureSource> source = openPictureSource(path, control.stop);
  std::vector<Look> looks = lookAtHeaders(*source, options, control);
  model::TrainingDataInfo info;
  info.path = path.string();
  info.resolution = options.resolution > 0 ? options.resolution : chosenResolution(looks);
  info.channels = options.channels > 0 ? options.channels : chosenChannels(looks);
  info.classNames = source->classNames;
  const std::size_t bytes = static_cast<std::size_t>(info.channels) * info.resolution * info.resolution;
  const auto cache = std::make_shared<PixelCache>(looks.size(), bytes, options.cacheBytes);
  decodeAll(*source, info, *cache, looks, options, control);

  OpenedData opened;
  opened.survey = surveyOf(*source, looks, info.resolution);
  checkEnough(path, opened.survey);
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < looks.size(); ++i) {
    if (looks[i].problem.empty()) {
      kept.push_back(i);
    }
  }
  info.fingerprint = fingerprintOf(*source, kept, looks, info);
  opened.data = std::make_shared<PictureData>(source, std::move(kept), std::move(info), cache);
  opened.survey.contactSheet = contactSheet(*opened.data);
  return opened;
}

std::shared_ptr<const model::TrainingData> openTrainingData(const std::filesystem::path& path,
                                                            const DataOptions& options, const DataControl& control) {
  return lookOverData(path, options, control).data;
}

}  // namespace loom::app

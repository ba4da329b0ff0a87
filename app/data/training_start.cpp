#include "app/data/training_start.h"

#include <QBuffer>
#include <QImage>

#include <cstring>

namespace loom::app {
namespace {

std::vector<std::byte> encodePng(int width, int height, int channels, const std::vector<std::uint8_t>& pixels) {
  const QImage image(pixels.data(), width, height, qsizetype{width} * channels,
                     channels == 1 ? QImage::Format_Grayscale8 : QImage::Format_RGB888);
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  if (!image.save(&buffer, "PNG")) {
    throw std::runtime_error("A sheet of samples could not be written as PNG.");
  }
  std::vector<std::byte> file(static_cast<std::size_t>(bytes.size()));
  std::memcpy(file.data(), bytes.constData(), file.size());
  return file;
}

}  // namespace

std::shared_ptr<const model::TrainingData> openData(const model::TrainingSettings& settings, const std::string& path,
                                                    const StartControl& control) {
  if (settings.family == model::Family::Toy) {
    return nullptr;
  }
  DataOptions options;
  options.resolution = settings.resolution;
  options.channels = settings.channels;
  const OpenedData opened = lookOverData(path, options, control.data);
  if (control.surveyed) {
    control.surveyed(opened.survey);
  }
  return opened.data;
}

std::unique_ptr<model::TrainingSession> startTraining(const model::TrainingSettings& settings, const std::string& dataPath,
                                                      const std::filesystem::path& out, const StartControl& control) {
  return model::TrainingSession::start(settings, openData(settings, dataPath, control), out, encodePng);
}

std::unique_ptr<model::TrainingSession> resumeTraining(const std::filesystem::path& path, const StartControl& control) {
  model::RunFolder run = model::RunFolder::resume(path);
  const model::TrainingSettings settings = model::TrainingSession::settingsOf(run);
  const std::string dataPath = model::TrainingSession::dataPathOf(run);
  auto data = openData(settings, dataPath, control);
  return model::TrainingSession::resume(std::move(run), std::move(data), encodePng);
}

}  // namespace loom::app

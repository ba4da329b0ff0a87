#include "app/commands/training_options.h"

#include "app/commands/progress_line.h"
#include "app/data/training_pictures.h"

#include <QBuffer>
#include <QImage>

#include <cstring>

namespace loom::app {

void applySettings(model::TrainingSettings& settings, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    const auto sign = word.find('=');
    if (sign == std::string::npos) {
      throw UsageError("--set takes name=value, not '" + word + "'");
    }
    try {
      model::setSetting(settings, word.substr(0, sign), word.substr(sign + 1));
    } catch (const std::runtime_error& error) {
      throw UsageError(error.what());
    }
  }
}

std::shared_ptr<const model::TrainingData> openDataFor(const model::TrainingSettings& settings, const std::string& path,
                                                       const Streams& streams, const std::stop_token& stop) {
  DataOptions options;
  options.resolution = settings.resolution;
  options.channels = settings.channels;
  ProgressLine progress(streams);
  DataControl control;
  control.progress = [&](double fraction) { progress.show("Looking over the data", fraction); };
  control.stop = stop;
  const OpenedData opened = lookOverData(path, options, control);
  progress.clear();
  constexpr std::size_t kTold = 10;
  for (std::size_t i = 0; i < std::min(kTold, opened.survey.unreadable.size()); ++i) {
    streams.err << "left out: " << opened.survey.unreadable[i].name << ": " << opened.survey.unreadable[i].reason << '\n';
  }
  if (opened.survey.unreadable.size() > kTold) {
    streams.err << "left out: " << opened.survey.unreadable.size() - kTold << " more\n";
  }
  for (const std::string& note : opened.survey.notes) {
    streams.err << "note: " << note << '\n';
  }
  return opened.data;
}

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

}  // namespace loom::app

#include "ui/session/input_pictures.h"

#include "model/cuda_library.h"

#include <QFileInfo>
#include <QSettings>
#include <QStringList>

#include <algorithm>

namespace loom::ui {
namespace {

constexpr qsizetype kMostBytes = 512LL << 20;
constexpr qsizetype kMostPaths = 50;
QString pathsKey() { return QStringLiteral("input/paths"); }  // "SHA256 PATH", the newest first

void rememberPath(const InputSource& source) {
  QSettings settings;
  QStringList paths = settings.value(pathsKey()).toStringList();
  const QString hash = QString::fromStdString(source.sha256);
  paths.removeIf([&](const QString& entry) { return entry.startsWith(hash); });
  paths.prepend(hash + u' ' + source.path);
  settings.setValue(pathsKey(), QStringList(paths.mid(0, kMostPaths)));
}

}  // namespace

model::InputPicture InputPictures::keep(InputSource source, int side) {
  if (!source.path.isEmpty()) {
    rememberPath(source);
  }
  const model::InputPicture input{source.path.toStdString(), source.sha256, side};
  std::erase_if(m_sources, [&](const InputSource& kept) { return kept.sha256 == source.sha256; });
  m_sources.push_back(std::move(source));
  qsizetype bytes = 0;
  for (const InputSource& kept : m_sources) {
    bytes += kept.pixels.sizeInBytes();
  }
  for (; bytes > kMostBytes && m_sources.size() > 1; m_sources.pop_front()) {
    bytes -= m_sources.front().pixels.sizeInBytes();
  }
  return input;
}

const InputSource* InputPictures::find(const std::string& sha256) const {
  const auto it = std::find_if(m_sources.begin(), m_sources.end(),
                               [&](const InputSource& source) { return source.sha256 == sha256; });
  return it == m_sources.end() ? nullptr : &*it;
}

QString InputPictures::pathOf(const model::InputPicture& input) {
  const QString hash = QString::fromStdString(input.sha256) + u' ';
  for (const QString& entry : QSettings().value(pathsKey()).toStringList()) {
    if (entry.startsWith(hash)) {
      return entry.mid(hash.size());
    }
  }
  return {};
}

std::shared_ptr<const model::FloatTensor> InputPictures::tensor(const model::InputPicture& input,
                                                                const model::GeneratorInfo& info) {
  if (m_last.tensor && m_last.input == input && m_last.info == info) {
    return m_last.tensor;
  }
  const InputSource* source = find(input.sha256);
  if (!source) {
    return nullptr;
  }
  m_last = {input, info,
            std::make_shared<const model::FloatTensor>(inputTensor(source->pixels, info, std::max(input.side, 1)))};
  return m_last.tensor;
}

QImage imageOfFrame(const model::Frame& frame) {
  const model::HostPixels pixels = model::hostPixels(frame);
  if (!pixels.error.empty()) {
    throw InputPictureError("The picture could not be fetched from the GPU: " + pixels.error + ".");
  }
  return QImage(pixels.data, frame.width, frame.height, 4 * frame.width, QImage::Format_RGBX8888)
      .convertToFormat(QImage::Format_RGB888);
}

}  // namespace loom::ui

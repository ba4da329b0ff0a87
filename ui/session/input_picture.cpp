#include "ui/session/input_picture.h"

#include <QCryptographicHash>
#include <QFileInfo>
#include <QImageReader>
#include <QPainter>
#include <QPolygonF>

#include <algorithm>
#include <cmath>

namespace loom::ui {
namespace {

constexpr int kLargestPictureMegabytes = 512;  // as Qt decodes it: some 130 megapixels
constexpr int kLeastSide = 16;                 // smaller ones vanish between a network's halvings

std::string hashOf(const QImage& pixels) {
  QCryptographicHash hash(QCryptographicHash::Sha256);
  hash.addData(QStringLiteral("%1x%2\n").arg(pixels.width()).arg(pixels.height()).toLatin1());
  for (int y = 0; y < pixels.height(); ++y) {
    hash.addData(QByteArray::fromRawData(reinterpret_cast<const char*>(pixels.constScanLine(y)), 3 * pixels.width()));
  }
  return hash.result().toHex().toStdString();
}

QImage onWhite(const QImage& picture) {
  if (!picture.hasAlphaChannel()) {
    return picture.convertToFormat(QImage::Format_RGB888);
  }
  QImage flat(picture.size(), QImage::Format_RGB888);
  flat.fill(Qt::white);
  QPainter painter(&flat);
  QImage plain = picture;
  plain.setDevicePixelRatio(1.0);
  painter.drawImage(0, 0, plain);
  return flat;
}

/// The smallest side that is taken, and the step between sizes.
int leastSide(int multiple) { return multiple * ((kLeastSide + multiple - 1) / multiple); }

/// By how much the source is scaled before it is cropped.
double inputScale(QSize source, int multiple, int side) {
  const double longer = std::max(source.width(), source.height());
  const double shorter = std::min(source.width(), source.height());
  return std::max(std::min(1.0, side / longer), leastSide(multiple) / shorter);
}

}  // namespace

InputSource inputSource(const QImage& picture, const QString& path) {
  InputSource source;
  source.pixels = onWhite(picture);
  source.path = path.isEmpty() ? QString() : QFileInfo(path).absoluteFilePath();
  source.sha256 = hashOf(source.pixels);
  return source;
}

InputSource readInputSource(const QString& path) {
  const QString name = QFileInfo(path).fileName();
  QImageReader::setAllocationLimit(kLargestPictureMegabytes);
  QImageReader reader(path);
  reader.setDecideFormatFromContent(true);
  reader.setAutoTransform(true);
  const QImage picture = reader.read();
  if (picture.isNull()) {
    throw InputPictureError(
        QStringLiteral("%1 cannot be read as a picture: %2.").arg(name, reader.errorString()).toStdString());
  }
  return inputSource(picture, path);
}

QImage testPicture() {
  constexpr int kSide = kInputSide;
  QImage picture(kSide, kSide, QImage::Format_RGB888);
  QPainter painter(&picture);
  QLinearGradient sky(0, 0, 0, kSide);
  sky.setColorAt(0.0, QColor(96, 152, 214));
  sky.setColorAt(0.6, QColor(222, 232, 238));
  sky.setColorAt(0.61, QColor(110, 150, 84));
  sky.setColorAt(1.0, QColor(52, 92, 48));
  painter.fillRect(picture.rect(), sky);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Qt::NoPen);
  painter.setBrush(QColor(248, 214, 92));
  painter.drawEllipse(QPointF(198, 52), 26, 26);
  painter.setBrush(QColor(196, 84, 62));
  painter.drawRect(QRectF(52, 112, 92, 84));
  painter.setBrush(QColor(88, 46, 40));
  painter.drawPolygon(QPolygonF{{42, 114}, {98, 66}, {154, 114}});
  painter.setBrush(QColor(240, 236, 220));
  painter.drawRect(QRectF(66, 128, 24, 24));
  painter.drawRect(QRectF(106, 128, 24, 24));
  painter.setBrush(QColor(58, 50, 60));
  painter.drawRect(QRectF(86, 162, 24, 34));
  painter.setBrush(QColor(42, 108, 66));
  painter.drawEllipse(QPointF(200, 136), 26, 34);
  painter.setBrush(QColor(96, 66, 44));
  painter.drawRect(QRectF(195, 166, 10, 36));
  return picture;
}

QSize inputSize(QSize source, int multiple, int side) {
  const double scale = inputScale(source, multiple, side);
  const int least = leastSide(multiple);
  const int most = std::max(least, side / multiple * multiple);
  const auto fit = [&](int pixels) {
    const int scaled = static_cast<int>(std::min(std::floor(pixels * scale + 1e-6), 1e6));
    return std::clamp(scaled / multiple * multiple, least, most);
  };
  return {fit(source.width()), fit(source.height())};
}

model::FloatTensor inputTensor(const QImage& pixels, const model::GeneratorInfo& info, int side) {
  const QSize size = inputSize(pixels.size(), info.inputMultiple, side);
  const double scale = inputScale(pixels.size(), info.inputMultiple, side);
  const QSize part(std::clamp(qRound(size.width() / scale), 1, pixels.width()),
                   std::clamp(qRound(size.height() / scale), 1, pixels.height()));
  const QPoint corner((pixels.width() - part.width()) / 2, (pixels.height() - part.height()) / 2);
  QImage image = pixels.copy(QRect(corner, part));
  if (image.size() != size) {
    image = image.scaled(size, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
  }
  image = image.convertToFormat(QImage::Format_RGB888);
  const int width = size.width();
  const int height = size.height();
  model::FloatTensor tensor{{1, info.inputChannels, height, width}, {}};
  const std::size_t plane = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  tensor.values.resize(plane * static_cast<std::size_t>(info.inputChannels));
  const auto value = [&](int byte) {
    return info.range.low + (info.range.high - info.range.low) * static_cast<float>(byte) / 255.0F;
  };
  for (int y = 0; y < height; ++y) {
    const uchar* row = image.constScanLine(y);
    float* out = tensor.values.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
    for (int x = 0; x < width; ++x, row += 3) {
      if (info.inputChannels == 1) {
        out[x] = value((19595 * row[0] + 38470 * row[1] + 7471 * row[2] + 0x8000) >> 16);
        continue;
      }
      for (std::size_t channel = 0; channel < 3; ++channel) {
        out[channel * plane + static_cast<std::size_t>(x)] = value(row[channel]);
      }
    }
  }
  return tensor;
}

}  // namespace loom::ui

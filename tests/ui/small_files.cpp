#include "tests/ui/small_files.h"

#include "tests/model/small_checkpoints.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtEndian>

#include <limits>

namespace loom::test {
namespace {

NamedTensors smallDcgan(float phase) {
  NamedTensors tensors = dcgan(6, {8, 6}, 3);
  for (auto& [name, tensor] : tensors) {
    if (tensor.shape.size() == 4) {
      for (std::size_t i = 0; i < tensor.values.size(); ++i) {
        tensor.values[i] = 0.4F * std::sin(static_cast<float>(i) * 1.7F + phase);
      }
    }
  }
  return tensors;
}

QString write(const QString& path, const NamedTensors& tensors) {
  model::writeSafetensors(QFile::encodeName(path).toStdString(), tensors);
  return path;
}

}  // namespace

QString writeSmallDcgan(const QString& path, float phase) { return write(path, smallDcgan(phase)); }

QString writeDcganWithNan(const QString& path) {
  NamedTensors tensors = smallDcgan(0.3F);
  tensors.front().second.values[5] = std::numeric_limits<float>::quiet_NaN();
  return write(path, tensors);
}

QString writeUnknownNetwork(const QString& path) {
  return write(path, {{"encoder.attention.query", wave({4, 4})}, {"decoder.strange", wave({3, 5, 2})}});
}

QString writeLargeDcgan(const QString& path) {
  const NamedTensors shapes = dcgan(8, {1, 1, 1}, 3);
  constexpr qint64 kWidth = 1536;
  QJsonObject header;
  qint64 offset = 0;
  for (const auto& [name, tensor] : shapes) {
    QJsonArray shape;
    qint64 bytes = sizeof(float);
    for (const auto size : tensor.shape) {
      const qint64 wide = size == 1 ? kWidth : size;
      shape.append(wide);
      bytes *= wide;
    }
    header[QString::fromStdString(name)] =
        QJsonObject{{"dtype", "F32"}, {"shape", shape}, {"data_offsets", QJsonArray{offset, offset + bytes}}};
    offset += bytes;
  }
  const QByteArray json = QJsonDocument(header).toJson(QJsonDocument::Compact);
  QByteArray length(8, '\0');
  qToLittleEndian<quint64>(static_cast<quint64>(json.size()), length.data());
  writeBytes(path, length + json);
  QFile file(path);
  file.resize(length.size() + json.size() + offset);
  return path;
}

QString writeBytes(const QString& path, const QByteArray& bytes) {
  QFile file(path);
  if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) {
    qFatal("cannot write %s", qPrintable(path));
  }
  return path;
}

}  // namespace loom::test

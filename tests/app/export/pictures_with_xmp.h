// Pictures for the tests, and XMP put into them by hand, past the code that is tested.
#pragma once

#include "app/export/picture.h"

#include <QBuffer>
#include <QByteArray>
#include <QFile>
#include <QImage>
#include <QtEndian>

namespace loom::app {

inline QImage colourful(QSize size = {24, 16}) {
  QImage picture = blankPicture(size, QImage::Format_RGB888);
  for (int y = 0; y < size.height(); ++y) {
    for (int x = 0; x < size.width(); ++x) {
      picture.setPixel(x, y, qRgb(x * 255 / size.width(), y * 255 / size.height(), (x * y) % 256));
    }
  }
  return picture;
}

inline QByteArray readAll(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

inline void writeAll(const QString& path, const QByteArray& bytes) {
  QFile file(path);
  if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) {
    qFatal("the test cannot write its file");
  }
}

/// A PNG with `xmp` in the chunk where XMP lies. `saidLength` replaces the chunk's true length where it is not 0.
inline QByteArray pngWith(const QByteArray& xmp, quint32 saidLength = 0) {
  QByteArray png;
  QBuffer buffer(&png);
  buffer.open(QIODevice::WriteOnly);
  colourful().save(&buffer, "png");
  const QByteArray content = QByteArray("XML:com.adobe.xmp\0\0\0\0\0", 22) + xmp;
  const quint32 length = qToBigEndian(saidLength ? saidLength : static_cast<quint32>(content.size()));
  QByteArray chunk(reinterpret_cast<const char*>(&length), 4);
  chunk += "iTXt" + content + QByteArray(4, '\0');  // nobody here checks the sum
  constexpr int kBehindHeader = 8 + 25;
  return png.insert(kBehindHeader, chunk);
}

/// An XMP packet around the properties of one rdf:Description.
inline QByteArray packet(const QByteArray& properties) {
  return "<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>"
         "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">"
         "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"
         "<rdf:Description rdf:about=\"\" xmlns:loom=\"urn:x-latent-loom:provenance#\""
         " xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\">" +
         properties + "</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end=\"w\"?>";
}

}  // namespace loom::app

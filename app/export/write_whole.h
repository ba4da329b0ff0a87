// Bytes to a file, all of them.
#pragma once

#include "app/export/export_error.h"

#include <QFile>

#include <string>

namespace loom::app {

/// Throws ExportError with a clause: `before`, and the system's reason.
inline void writeWhole(QFile& file, const char* bytes, qint64 size, const std::string& before = {}) {
  qint64 done = 0;
  while (done < size) {  // a disk that is full takes a part first
    const qint64 count = file.write(bytes + done, size - done);
    if (count <= 0) {
      throw ExportError(before + file.errorString().toStdString());
    }
    done += count;
  }
}

inline void writeWhole(QFile& file, const QByteArray& bytes) { writeWhole(file, bytes.constData(), bytes.size()); }

}  // namespace loom::app

#include "app/known_checkpoints.h"

#include <QDateTime>
#include <QFileInfo>
#include <QSettings>
#include <QVariantMap>

namespace loom::app {
namespace {

QString key() { return QStringLiteral("knownCheckpoints"); }

/// Changes whenever the file does, as far as one can tell without reading it.
QString stamp(const QFileInfo& file) {
  return QStringLiteral("%1 %2").arg(file.size()).arg(file.lastModified().toMSecsSinceEpoch());
}

}  // namespace

void KnownCheckpoints::note(const QString& path, const QString& sha256) {
  QSettings settings;
  QVariantMap known = settings.value(key()).toMap();
  const QFileInfo file(path);
  known[file.absoluteFilePath()] = QStringList{sha256, stamp(file)};
  settings.setValue(key(), known);
}

QString KnownCheckpoints::find(const QString& sha256) const {
  const QVariantMap known = QSettings().value(key()).toMap();
  for (auto it = known.begin(); it != known.end(); ++it) {
    const QStringList entry = it.value().toStringList();
    const QFileInfo file(it.key());
    if (entry.value(0) == sha256 && file.exists() && entry.value(1) == stamp(file)) {
      return it.key();
    }
  }
  return {};
}

}  // namespace loom::app

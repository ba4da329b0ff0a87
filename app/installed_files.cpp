#include "app/installed_files.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QStandardPaths>

namespace loom::app {

QString resourceFile(const QString& name) {
  const QString installed = QCoreApplication::applicationDirPath() + QStringLiteral("/../share/latent-loom/") + name;
  const QString checkout = QStringLiteral(LOOM_SOURCE_RESOURCES "/") + name;
  for (const QString& path : {installed, checkout}) {
    if (QFileInfo::exists(path)) {
      return QFileInfo(path).canonicalFilePath();
    }
  }
  return {};
}

QString examplesFolder() {
  return QStandardPaths::writableLocation(QStandardPaths::GenericCacheLocation) +
         QStringLiteral("/latent-loom/examples");
}

}  // namespace loom::app

#include "app/export/export_error.h"
#include "app/export/picture_format.h"

#include <QCoreApplication>
#include <QTemporaryDir>
#include <QTest>

using namespace loom::app;

namespace {

/// An installation of Qt without its plugins: PNG is built in, the rest is told to be missing.
class TestMissingPlugins : public QObject {
  Q_OBJECT

  QTemporaryDir m_folder;

  QString errorFor(const QString& name) const {
    try {
      checkPictureTarget(m_folder.filePath(name).toStdString(), {8, 8});
    } catch (const ExportError& error) {
      return error.what();
    }
    return {};
  }

 private Q_SLOTS:
  void initTestCase() { QCoreApplication::setLibraryPaths({m_folder.path()}); }

  void saysWhichPackageHelps() {
    QVERIFY2(errorFor("a.tif").contains("package qt6-image-formats-plugins"), qPrintable(errorFor("a.tif")));
    QVERIFY(errorFor("a.jpg").endsWith("this installation of Qt cannot write jpeg."));
    QCOMPARE(errorFor("a.png"), QString());
  }
};

}  // namespace

QTEST_GUILESS_MAIN(TestMissingPlugins)
#include "test_missing_plugins.moc"

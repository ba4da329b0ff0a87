#include "app/export/picture_file.h"
#include "tests/app/export/pictures_with_xmp.h"

#include <QDir>
#include <QImageReader>
#include <QTemporaryDir>
#include <QTest>

#include <sys/resource.h>

#include <csignal>

using namespace loom;
using namespace loom::app;

namespace {

Provenance someProvenance() {
  Provenance provenance;
  provenance.checkpointName = "faces.pth";
  provenance.checkpointSha256 = std::string(64, 'a');
  provenance.architecture = "DCGAN";
  provenance.z.assign(200, 0.1F);
  provenance.created = QDateTime({2026, 11, 23}, {10, 20, 30}, Qt::UTC);
  return provenance;
}

/// A disk that is full after `bytes` of a file, as far as a program can tell.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &m_before);
    rlimit limited = m_before;
    limited.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limited);
  }
  ~SmallDisk() { setrlimit(RLIMIT_FSIZE, &m_before); }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  rlimit m_before{};
};

class TestPictureFile : public QObject {
  Q_OBJECT

  std::unique_ptr<QTemporaryDir> m_folder;

  QString file(const QString& name) const { return m_folder->filePath(name); }
  QStringList everything() const {
    return QDir(m_folder->path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name);
  }
  QString errorOf(const QString& target, const QImage& picture = colourful()) const {
    try {
      writePicture(picture, target.toStdString(), someProvenance());
    } catch (const ExportError& error) {
      return error.what();
    }
    return {};
  }

 private Q_SLOTS:
  void init() { m_folder = std::make_unique<QTemporaryDir>(); }

  void writesEachFormat_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("format");
    QTest::addColumn<int>("tolerance");
    QTest::newRow("png") << "a.png" << QByteArray("png") << 0;
    QTest::newRow("capitals") << "A.PNG" << QByteArray("png") << 0;
    QTest::newRow("jpg") << "a.jpg" << QByteArray("jpeg") << 24;
    QTest::newRow("jpeg") << "a.jpeg" << QByteArray("jpeg") << 24;
    QTest::newRow("tif") << "a.tif" << QByteArray("tiff") << 0;
    QTest::newRow("tiff") << "a.tiff" << QByteArray("tiff") << 0;
    QTest::newRow("odd name") << "ä 日本 %d {seed}.png" << QByteArray("png") << 0;
  }
  void writesEachFormat() {
    QFETCH(QString, name);
    QFETCH(QByteArray, format);
    QFETCH(int, tolerance);
    for (const QImage::Format pixels : {QImage::Format_RGB888, QImage::Format_Grayscale8}) {
      const QImage picture = colourful().convertToFormat(pixels);
      writePicture(picture, file(name).toStdString(), someProvenance());
      QCOMPARE(everything(), QStringList{name});
      QImageReader reader(file(name));
      reader.setDecideFormatFromContent(true);
      QCOMPARE(reader.format(), format);
      const QImage back = reader.read();
      QCOMPARE(back.size(), picture.size());
      QCOMPARE(back.isGrayscale(), pixels == QImage::Format_Grayscale8);
      int worst = 0;
      for (int y = 0; y < back.height(); ++y) {
        for (int x = 0; x < back.width(); ++x) {
          worst = std::max({worst, std::abs(qRed(back.pixel(x, y)) - qRed(picture.pixel(x, y))),
                            std::abs(qGreen(back.pixel(x, y)) - qGreen(picture.pixel(x, y)))});
        }
      }
      QVERIFY2(worst <= tolerance, qPrintable(QString::number(worst)));
      QVERIFY(readProvenance(file(name).toStdString()) == someProvenance());
    }
  }

  void theSameInputGivesTheSameBytes() {
    const QStringList names{"a.png", "a.jpg", "a.tif"};
    const auto write = [&] {
      QList<QByteArray> bytes;
      for (const QString& name : names) {
        writePicture(colourful(), file(name).toStdString(), someProvenance());
        bytes += readAll(file(name));
      }
      return bytes;
    };
    const auto first = write();
    QTest::qWait(1100);  // the clock's seconds may not show
    QCOMPARE(write(), first);
  }

  void qualityMakesJpegsLarger() {
    PictureFileOptions low;
    low.jpegQuality = 20;
    writePicture(colourful({200, 200}), file("low.jpg").toStdString(), someProvenance(), low);
    writePicture(colourful({200, 200}), file("high.jpg").toStdString(), someProvenance());
    QVERIFY(QFileInfo(file("low.jpg")).size() < QFileInfo(file("high.jpg")).size());
  }

  void refusesInPlainWords() {
    QDir(m_folder->path()).mkdir("folder.png");
    writeAll(file("regular"), "x");
    const QString folder = m_folder->path();
    QCOMPARE(errorOf(file("a.bmp")), file("a.bmp") + " cannot be written: its name must end in .png, .jpg or .tif.");
    QCOMPARE(errorOf(file("a")), file("a") + " cannot be written: its name must end in .png, .jpg or .tif.");
    QCOMPARE(errorOf(file("no/a.png")),
             file("no/a.png") + " cannot be written: the folder " + folder + "/no does not exist.");
    QCOMPARE(errorOf(file("regular/a.png")),
             file("regular/a.png") + " cannot be written: " + folder + "/regular is not a folder.");
    QCOMPARE(errorOf(file("folder.png")), file("folder.png") + " cannot be written: it is a folder.");
    QCOMPARE(errorOf(file("a.png"), QImage()), file("a.png") + " cannot be written: the picture is empty.");
    QVERIFY(errorOf(file("a.jpg"), blankPicture({70000, 1}, QImage::Format_Grayscale8)).contains("is too large"));
    QCOMPARE(everything(), (QStringList{"folder.png", "regular"}));
  }

  void aFullDiskLeavesTheOldFile_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("room");  // bytes; where the picture fits, its metadata do not
    for (const QString name : {"a.png", "a.jpg", "a.tif"}) {
      QTest::addRow("%s, no room", qPrintable(name)) << name << 100;
      QTest::addRow("%s, room for the pixels", qPrintable(name)) << name << 1800;
    }
  }
  void aFullDiskLeavesTheOldFile() {
    QFETCH(QString, name);
    QFETCH(int, room);
    writeAll(file(name), "the old file");
    QString error;
    {
      const SmallDisk disk(static_cast<rlim_t>(room));
      error = errorOf(file(name));
    }
    QVERIFY2(error.startsWith(file(name) + " cannot be written: "), qPrintable(error));
    QCOMPARE(everything(), QStringList{name});
    QCOMPARE(readAll(file(name)), QByteArray("the old file"));
  }

  void keepsRightsAndLinks() {
    writeAll(file("target.png"), "old");
    QFile::setPermissions(file("target.png"), QFile::ReadOwner | QFile::WriteOwner);
    QVERIFY(QFile::link(file("target.png"), file("link.png")));
    QCOMPARE(errorOf(file("link.png")), QString());
    QVERIFY(QFileInfo(file("link.png")).isSymLink());
    QVERIFY(readProvenance(file("target.png").toStdString()));
    QCOMPARE(QFileInfo(file("target.png")).permissions() & (QFile::ReadOther | QFile::ReadGroup), QFile::Permissions());
    QCOMPARE(everything(), (QStringList{"link.png", "target.png"}));
  }

  void newFilesHaveTheUsualRights() {
    writeAll(file("usual.txt"), "x");
    QCOMPARE(errorOf(file("a.png")), QString());
    QCOMPARE(QFileInfo(file("a.png")).permissions(), QFileInfo(file("usual.txt")).permissions());
  }

  void aBareNameGoesToTheWorkingFolder() {
    const QString before = QDir::currentPath();
    QDir::setCurrent(m_folder->path());
    const QString error = errorOf("bare.png");
    QDir::setCurrent(before);
    QCOMPARE(error, QString());
    QCOMPARE(everything(), QStringList{"bare.png"});
  }
};

}  // namespace

QTEST_GUILESS_MAIN(TestPictureFile)
#include "test_picture_file.moc"

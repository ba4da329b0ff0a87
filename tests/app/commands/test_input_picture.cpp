// A picture on its way into a network: sizes, colours, files; and `generate --picture`.
#include "app/export/picture.h"
#include "app/export/provenance.h"
#include "model/opened_model.h"
#include "tests/app/commands/tiny_model.h"
#include "ui/session/input_picture.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace loom;
using namespace loom::app;

namespace {

QString oracle(const QString& name) { return QStringLiteral(LOOM_TEST_DATA "/oracle/") + name; }

model::GeneratorInfo takes(int channels, int multiple) {
  model::GeneratorInfo info;
  info.input = model::InputKind::Picture;
  info.inputChannels = channels;
  info.inputMultiple = multiple;
  return info;
}

/// Every pixel tells where it is.
QImage ramp(int width, int height) {
  QImage image(width, height, QImage::Format_RGB888);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image.setPixel(x, y, qRgb(x % 256, y % 256, (x + 2 * y) % 256));
    }
  }
  return image;
}

}  // namespace

class TestInputPicture : public QObject {
  Q_OBJECT

  QTemporaryDir m_folder;
  QString file(const QString& name) const { return m_folder.filePath(name); }

  model::FloatTensor generated(const QStringList& arguments) const {
    const auto result = latentLoom(QStringList{QStringLiteral("generate")} + arguments +
                                   QStringList{QStringLiteral("--raw"), file(QStringLiteral("raw.safetensors"))});
    if (result.code != 0) {
      QTest::qFail(qPrintable(result.err), __FILE__, __LINE__);
      return {};
    }
    return tensorOf(file(QStringLiteral("raw.safetensors")), "image");
  }

 private Q_SLOTS:
  void sizes_data() {
    QTest::addColumn<QSize>("source");
    QTest::addColumn<int>("multiple");
    QTest::addColumn<int>("side");
    QTest::addColumn<QSize>("size");
    QTest::newRow("as it is") << QSize(256, 256) << 4 << 256 << QSize(256, 256);
    QTest::newRow("small stays small") << QSize(64, 40) << 4 << 256 << QSize(64, 40);
    QTest::newRow("cropped") << QSize(67, 41) << 4 << 256 << QSize(64, 40);
    QTest::newRow("scaled down") << QSize(1024, 512) << 4 << 256 << QSize(256, 128);
    QTest::newRow("scaled down, upright, cropped") << QSize(300, 1000) << 4 << 256 << QSize(76, 256);
    QTest::newRow("a U-Net of 256") << QSize(640, 480) << 256 << 256 << QSize(256, 256);
    QTest::newRow("a U-Net of 256, small") << QSize(64, 64) << 256 << 256 << QSize(256, 256);
    QTest::newRow("a U-Net of 256, twice") << QSize(1024, 512) << 256 << 512 << QSize(512, 256);
    QTest::newRow("a single pixel") << QSize(1, 1) << 4 << 256 << QSize(16, 16);
    QTest::newRow("a thread") << QSize(60000, 1) << 4 << 256 << QSize(256, 16);
    QTest::newRow("side below the least") << QSize(500, 500) << 4 << 1 << QSize(16, 16);
  }
  void sizes() {
    QFETCH(QSize, source);
    QFETCH(int, multiple);
    QFETCH(int, side);
    QTEST(ui::inputSize(source, multiple, side), "size");
    QImage image(source, QImage::Format_RGB888);
    image.fill(Qt::red);
    const QSize size = ui::inputSize(source, multiple, side);
    const auto tensor = ui::inputTensor(image, takes(3, multiple), side);
    const std::vector<std::int64_t> shape{1, 3, size.height(), size.width()};
    QCOMPARE(tensor.shape, shape);
    QCOMPARE(tensor.values.size(), static_cast<std::size_t>(tensor.elementCount()));
    QCOMPARE(tensor.values.front(), 1.0F);
    QCOMPARE(tensor.values.back(), -1.0F);
  }

  void theMiddleIsKeptPixelByPixel() {
    const auto tensor = ui::inputTensor(ramp(67, 41), takes(3, 4), 256);
    const auto at = [&](int channel, int y, int x) {
      return std::lround((tensor.values[static_cast<std::size_t>((channel * 40 + y) * 64 + x)] + 1.0F) * 127.5F);
    };
    QCOMPARE(at(0, 0, 0), 1);  // (67 − 64) / 2
    QCOMPARE(at(1, 0, 0), 0);
    QCOMPARE(at(0, 39, 63), 64);
    QCOMPARE(at(1, 39, 63), 39);
    QCOMPARE(at(2, 10, 20), 21 + 20);
  }

  void greyIsThatOfTheOriginals() {
    QImage image(16, 16, QImage::Format_RGB888);
    image.fill(QColor(200, 30, 120));
    const auto tensor = ui::inputTensor(image, takes(1, 4), 256);
    QCOMPARE(tensor.values.front(), 91.0F / 127.5F - 1.0F);  // 0.299 · 200 + 0.587 · 30 + 0.114 · 120 = 91.09
  }

  void transparencyIsWhite() {
    QImage image(16, 16, QImage::Format_ARGB32);
    image.fill(QColor(0, 0, 0, 0));
    QCOMPARE(ui::inputSource(image).pixels.pixelColor(3, 3), QColor(Qt::white));
  }

  void theHashTellsPixelsAndNotFormats() {
    const QImage image = ramp(20, 16);
    const auto hash = ui::inputSource(image).sha256;
    QCOMPARE(hash.size(), std::size_t{64});
    QCOMPARE(ui::inputSource(image.convertToFormat(QImage::Format_RGB32)).sha256, hash);
    QVERIFY(ui::inputSource(ramp(16, 20)).sha256 != hash);
    QImage other = image;
    other.setPixel(19, 15, qRgb(1, 2, 3));
    QVERIFY(ui::inputSource(other).sha256 != hash);
  }

  void whatIsNoPictureIsRefusedByName() {
    for (const QString& name : {QStringLiteral("none.png"), QStringLiteral("text.png")}) {
      if (name.startsWith(QStringLiteral("text"))) {
        QFile text(file(name));
        QVERIFY(text.open(QIODevice::WriteOnly));
        text.write("no picture");
      }
      try {
        ui::readInputSource(file(name));
        QFAIL("was read");
      } catch (const ui::InputPictureError& error) {
        QVERIFY2(std::string(error.what()).starts_with(name.toStdString()), error.what());
      }
    }
  }

  void generateChangesAPicture_data() {
    QTest::addColumn<QString>("checkpoint");
    QTest::newRow("CycleGAN") << oracle(QStringLiteral("cyclegan/latest_net_G.pth"));
    QTest::newRow("pix2pix") << oracle(QStringLiteral("pix2pix/latest_net_G.pth"));
    QTest::newRow("StarGAN") << oracle(QStringLiteral("stargan/200000-G.ckpt"));
  }
  void generateChangesAPicture() {
    QFETCH(QString, checkpoint);
    const QString picture = file(QStringLiteral("in.png"));
    QVERIFY(ramp(100, 70).save(picture));
    const auto out = generated({checkpoint, QStringLiteral("--picture"), picture, QStringLiteral("--picture-size"),
                                QStringLiteral("64"), QStringLiteral("-o"), file(QStringLiteral("out.png"))});
    const auto opened = model::OpenedModel::open(checkpoint.toStdString());
    const auto source = ui::readInputSource(picture);
    const auto x = ui::inputTensor(source.pixels, opened->info(), 64);
    const auto expected = opened->generate(opened->inputsFor({}, &x)).image;
    QCOMPARE(out.shape, expected.shape);
    QVERIFY(out.values == expected.values);
    QCOMPARE(QImage(file(QStringLiteral("out.png"))).convertToFormat(QImage::Format_RGB888),
             pictureFromTensor(expected, 0, {-1.0F, 1.0F}));
    const auto provenance = readProvenance(file(QStringLiteral("out.png")).toStdString());
    QVERIFY(provenance);
    QCOMPARE(provenance->latent.input, (model::InputPicture{"in.png", source.sha256, 64}));
    QVERIFY(describe(*provenance).ends_with(", changed from in.png."));
    const auto told = latentLoom({QStringLiteral("info"), file(QStringLiteral("out.png"))});
    QVERIFY2(told.out.contains(QStringLiteral("in.png, 64 pixels at most")), qPrintable(told.out + told.err));
    const auto model = latentLoom({QStringLiteral("info"), checkpoint});
    QVERIFY2(model.out.contains(QStringLiteral("a picture, colour, its sides multiples of ") +
                                QString::number(opened->info().inputMultiple)),
             qPrintable(model.out + model.err));
  }

  void labelsChangeWhatStarganMakes() {
    const QString checkpoint = oracle(QStringLiteral("stargan/200000-G.ckpt"));
    const QString picture = file(QStringLiteral("in.png"));
    QVERIFY(ramp(32, 32).save(picture));
    const QStringList arguments{checkpoint, QStringLiteral("--picture"), picture};
    const auto without = generated(arguments);
    const auto with = generated(arguments + QStringList{QStringLiteral("--class"), QStringLiteral("1,3:0.5")});
    QVERIFY(with.values != without.values);
  }

  void whatDoesNotGoTogetherIsToldInWords() {
    const QString checkpoint = oracle(QStringLiteral("cyclegan/latest_net_G.pth"));
    const QStringList out{QStringLiteral("-o"), file(QStringLiteral("out.png"))};
    const auto seeds = latentLoom(QStringList{"generate", checkpoint, "--seeds", "1"} + out);
    QVERIFY(seeds.code != 0);
    QVERIFY2(seeds.err.contains(QStringLiteral("--picture FILE")), qPrintable(seeds.err));
    const QString picture = file(QStringLiteral("in.png"));
    QVERIFY(ramp(32, 32).save(picture));
    const QString emoji = QStringLiteral(LOOM_RESOURCES "/checkpoints/emoji-faces.safetensors");
    const auto latent = latentLoom(QStringList{"generate", emoji, "--picture", picture} + out);
    QVERIFY(latent.code != 0);
    QVERIFY2(latent.err.contains(QStringLiteral("changes none")), qPrintable(latent.err));
    const auto missing = latentLoom(QStringList{"generate", checkpoint, "--picture", file("gone.png")} + out);
    QVERIFY(missing.code != 0);
    QVERIFY2(missing.err.contains(QStringLiteral("gone.png cannot be read")), qPrintable(missing.err));
  }
};

QTEST_GUILESS_MAIN(TestInputPicture)
#include "test_input_picture.moc"

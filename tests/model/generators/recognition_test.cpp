// Which generator a file holds, and what is said of one that holds none.
#include "model/opened_model.h"
#include "tests/model/small_checkpoints.h"

#include <QTemporaryDir>
#include <QTest>

#include <limits>

using namespace loom::model;
using namespace loom::test;

class RecognitionTest : public QObject {
  Q_OBJECT

  QTemporaryDir m_folder;

  std::filesystem::path write(const NamedTensors& tensors) {
    const std::filesystem::path path = m_folder.filePath(QStringLiteral("checkpoint.safetensors")).toStdString();
    writeSafetensors(path, tensors);
    return path;
  }

  std::string refusal(const NamedTensors& tensors) {
    try {
      OpenedModel::open(write(tensors));
    } catch (const ModelError& error) {
      return error.what();
    }
    return {};
  }

 private Q_SLOTS:
  void dcgansOfAnyDepthAndWidth_data() {
    QTest::addColumn<int>("zDim");
    QTest::addColumn<QList<qint64>>("widths");
    QTest::addColumn<int>("channels");
    QTest::addColumn<int>("size");
    QTest::newRow("8 pixels, grey") << 5 << QList<qint64>{6} << 1 << 8;
    QTest::newRow("32 pixels") << 16 << QList<qint64>{12, 8, 4} << 3 << 32;
    QTest::newRow("128 pixels") << 3 << QList<qint64>{8, 7, 6, 5, 4} << 3 << 128;
  }
  void dcgansOfAnyDepthAndWidth() {
    QFETCH(int, zDim);
    QFETCH(QList<qint64>, widths);
    QFETCH(int, channels);
    QFETCH(int, size);
    for (const char* prefix : {"main.", "", "module.main.", "net."}) {
      const auto model = OpenedModel::open(write(dcgan(zDim, {widths.begin(), widths.end()}, channels, prefix)));
      QCOMPARE(model->info().architecture, std::string("DCGAN"));
      QCOMPARE(model->info().zDim, zDim);
      QCOMPARE(model->info().channels, channels);
      QCOMPARE(model->info().width, size);
      QCOMPARE(model->info().height, size);
      const Frame frame = model->render({});
      QCOMPARE(frame.width, size);
    }
  }

  void aDcganWithoutNormsAndWithBiases() {
    NamedTensors tensors{{"main.0.weight", wave({4, 6, 4, 4})},
                         {"main.0.bias", wave({6})},
                         {"main.2.weight", wave({6, 3, 4, 4})},
                         {"main.2.bias", wave({3})}};
    QCOMPARE(OpenedModel::open(write(tensors))->info().width, 8);
  }

  void mlpsMakeSquaresGreyOrColoured_data() {
    QTest::addColumn<int>("outputs");
    QTest::addColumn<int>("channels");
    QTest::addColumn<int>("size");
    QTest::newRow("28² grey") << 784 << 1 << 28;
    QTest::newRow("32² RGB") << 3072 << 3 << 32;
    QTest::newRow("8² grey") << 64 << 1 << 8;
  }
  void mlpsMakeSquaresGreyOrColoured() {
    QFETCH(int, outputs);
    QFETCH(int, channels);
    QFETCH(int, size);
    const auto model = OpenedModel::open(write(mlp({10, 16, outputs})));
    QCOMPARE(model->info().architecture, std::string("MLP GAN"));
    QCOMPARE(model->info().zDim, 10);
    QCOMPARE(model->info().channels, channels);
    QCOMPARE(model->info().width, size);
  }

  void parametersAreCounted() {
    QCOMPARE(OpenedModel::open(write(mlp({10, 16, 64})))->info().parameterCount,
             std::int64_t{10 * 16 + 16 + 16 * 64 + 64});
    // Those of the file: when a picture is made, norms have gone into the convolutions.
    QCOMPARE(OpenedModel::open(write(dcgan(4, {6}, 3)))->info().parameterCount,
             std::int64_t{4 * 6 * 16 + 6 + 6 + 6 * 3 * 16});
  }

  void whatIsNoGeneratorIsToldApart_data() {
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("mustSay");
    QTest::newRow("a discriminator") << "discriminator" << "main.2: convolution 6 → 12";
    QTest::newRow("an MLP discriminator") << "verdict" << "2: linear 16 → 1";
    QTest::newRow("a residual block") << "residual" << "block.conv1: convolution 3 → 6";
    QTest::newRow("four channels") << "channels" << "1 or 3";
  }
  void whatIsNoGeneratorIsToldApart() {
    QFETCH(QString, kind);
    QFETCH(QString, mustSay);
    NamedTensors tensors;
    if (kind == "discriminator") {
      tensors = {{"main.0.weight", wave({6, 3, 4, 4})}, {"main.2.weight", wave({12, 6, 4, 4})}};
    } else if (kind == "verdict") {
      tensors = mlp({784, 16, 1});
    } else if (kind == "residual") {
      tensors = {{"block.conv1.weight", wave({6, 3, 3, 3})}, {"block.skip.weight", wave({6, 3, 1, 1})}};
    } else {
      tensors = dcgan(4, {6}, 4);
    }
    const QString message = QString::fromStdString(refusal(tensors));
    QVERIFY2(message.contains(mustSay), qPrintable(message));
    // Found, looked for, and the file's name: all three.
    QVERIFY(message.contains(QStringLiteral("checkpoint.safetensors")));
    QVERIFY(message.contains(QStringLiteral("Found: ")));
    QVERIFY(message.contains(QStringLiteral("DCGAN, BigGAN, BigGAN-deep, ")));
  }

  void weightsThatAreNotFiniteAreRefused_data() {
    QTest::addColumn<float>("value");
    QTest::newRow("NaN") << std::numeric_limits<float>::quiet_NaN();
    QTest::newRow("infinity") << std::numeric_limits<float>::infinity();
  }
  void weightsThatAreNotFiniteAreRefused() {
    QFETCH(float, value);
    NamedTensors tensors = dcgan(4, {6}, 3);
    tensors.back().second.values[5] = value;
    const QString message = QString::fromStdString(refusal(tensors));
    QVERIFY2(message.contains(QStringLiteral("main.3.weight are not finite")), qPrintable(message));
  }

  void aGroupThatIsNotThereIsRefused() {
    QVERIFY_EXCEPTION_THROWN(OpenedModel::open(write(dcgan(4, {6}, 3)), {}, {.group = "G_ema"}), ModelError);
  }
};

QTEST_GUILESS_MAIN(RecognitionTest)
#include "recognition_test.moc"

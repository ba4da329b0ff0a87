// `latent-loom convert`: every kind of checkpoint becomes safetensors that gives the same pictures.
#include "model/checkpoint/checkpoint_reader.h"
#include "model/opened_model.h"
#include "tests/app/commands/tiny_model.h"

#include <QDir>
#include <QTest>

using namespace loom;
using loom::app::latentLoom;

namespace {

QString checkpointIn(const QDir& folder) {
  for (const QString& name : folder.entryList(QDir::Files)) {
    if (!name.endsWith(QStringLiteral(".json"))) {
      return folder.filePath(name);
    }
  }
  return {};
}

}  // namespace

class TestConvertCommand : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void givesTheSamePictures_data() {
    QTest::addColumn<QString>("checkpoint");
    const QDir oracle(QStringLiteral(LOOM_TEST_DATA "/oracle"));
    for (const QString& name : oracle.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
      if (!name.startsWith(QStringLiteral("torchscript"))) {
        QTest::newRow(qPrintable(name)) << checkpointIn(QDir(oracle.filePath(name)));
      }
    }
  }
  void givesTheSamePictures() {
    QFETCH(QString, checkpoint);
    const QTemporaryDir folder;
    const QString target = folder.filePath(QStringLiteral("out.safetensors"));
    const auto result = latentLoom({"convert", checkpoint, target});
    QVERIFY2(result.code == 0, qPrintable(result.err));
    QCOMPARE(QDir(folder.path()).entryList(QDir::Files), QStringList{QStringLiteral("out.safetensors")});

    const auto before = model::OpenedModel::open(checkpoint.toStdString());
    const auto after = model::OpenedModel::open(target.toStdString());
    QCOMPARE(after->container(), std::string("safetensors"));
    model::GeneratorInfo expected = before->info();
    QVERIFY(after->info() == expected);
    if (expected.input == model::InputKind::Latent) {
      model::LatentState state;
      state.seed = 7;
      state.truncation = 0.6;
      const auto settings = model::resolveSettings(state, expected);
      QVERIFY(before->generate(before->inputsFor(state), settings).image ==
              after->generate(after->inputsFor(state), settings).image);
    }
  }

  void aProgramIsNoWeights() {
    const QTemporaryDir folder;
    const auto result =
        latentLoom({"convert", LOOM_TEST_DATA "/torchscript/deconvolutions.ts", folder.filePath("out.safetensors")});
    QCOMPARE(result.code, 1);
    QVERIFY2(result.err.contains("program"), qPrintable(result.err));
    QVERIFY(QDir(folder.path()).isEmpty());
  }

  void wrongUsageIsTold() {
    QCOMPARE(latentLoom({"convert", "a.pth"}).code, 2);
    QCOMPARE(latentLoom({"convert", "a.pth", "b.pth"}).code, 2);
    QCOMPARE(latentLoom({"convert", "/no/such.pth", "/tmp/b.safetensors"}).code, 1);
  }
};

QTEST_GUILESS_MAIN(TestConvertCommand)
#include "test_convert_command.moc"

// Every checkpoint in tests/data/oracle, opened by its own name alone with the options of its cases, gives what the
// original program computed. One call of the built program for each case.
#include "model/checkpoint/checkpoint_reader.h"
#include "model/float_tensor.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <map>

using namespace loom::model;

namespace {

constexpr double kTolerance = 1e-4;  // of the largest magnitude

using Tensors = std::map<std::string, FloatTensor>;

Tensors tensorsOf(const QString& path) {
  const Checkpoint file = readCheckpoint(path.toStdString());
  Tensors tensors;
  for (const TensorView& tensor : file.groups.at(0).tensors) {
    tensors[tensor.name] = {tensor.shape, tensor.toFloat32()};
  }
  return tensors;
}

/// Largest difference as a share of the largest magnitude expected.
double difference(const FloatTensor& got, const FloatTensor& expected) {
  double largest = 0.0;
  double apart = 0.0;
  for (std::size_t i = 0; i < expected.values.size(); ++i) {
    const double value = expected.values[i];
    largest = std::max(largest, std::abs(value));
    const double off = std::abs(static_cast<double>(got.values[i]) - value);
    apart = std::isnan(off) ? INFINITY : std::max(apart, off);
  }
  return apart / largest;
}

QString checkpointIn(const QDir& folder) {
  for (const QString& name : folder.entryList(QDir::Files)) {
    if (!name.endsWith(QStringLiteral(".json"))) {
      return folder.filePath(name);
    }
  }
  return {};
}

}  // namespace

class OracleTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void equalsTheOriginal_data() {
    QTest::addColumn<QString>("checkpoint");
    QTest::addColumn<QString>("inputs");
    QTest::addColumn<QString>("expected");
    QTest::addColumn<QStringList>("options");
    const QDir oracle(QStringLiteral(LOOM_TEST_DATA "/oracle"));
    for (const QString& name : oracle.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
      const QDir folder(oracle.filePath(name));
      QFile file(folder.filePath(QStringLiteral("case.json")));
      QVERIFY(file.open(QIODevice::ReadOnly));
      for (const QJsonValue& value : QJsonDocument::fromJson(file.readAll())[QStringLiteral("cases")].toArray()) {
        const QString one = value[QStringLiteral("name")].toString();
        QStringList options;
        for (const QJsonValue& option : value[QStringLiteral("args")].toArray()) {
          options << option.toString();
        }
        if (name.startsWith(QStringLiteral("torchscript"))) {
          options << QStringLiteral("--trust");
        }
        const QString base = folder.filePath(QStringLiteral("cases/")) + one;
        QTest::newRow(qPrintable(name + u'/' + one))
            << checkpointIn(folder) << base + QStringLiteral(".inputs.safetensors")
            << base + QStringLiteral(".expected.safetensors") << options;
      }
    }
  }
  void equalsTheOriginal() {
    QFETCH(QString, checkpoint);
    QFETCH(QString, inputs);
    QFETCH(QString, expected);
    QFETCH(QStringList, options);
    const QTemporaryDir scratch;
    const QString raw = scratch.filePath(QStringLiteral("raw.safetensors"));
    QProcess program;
    program.start(QStringLiteral(LOOM_PROGRAM),
                  QStringList{QStringLiteral("generate"), checkpoint, QStringLiteral("--inputs"), inputs,
                              QStringLiteral("--raw"), raw, QStringLiteral("--device"), QStringLiteral("cpu")} +
                      options);
    QVERIFY(program.waitForFinished(60'000));
    QVERIFY2(program.exitCode() == 0, program.readAllStandardError().constData());
    const Tensors got = tensorsOf(raw);
    const Tensors wanted = tensorsOf(expected);
    QVERIFY(wanted.contains("image"));
    for (const auto& [name, tensor] : wanted) {
      QVERIFY2(got.contains(name), name.c_str());
      QCOMPARE(got.at(name).shape, tensor.shape);
      const double apart = difference(got.at(name), tensor);
      qInfo("%s differs by %.2g", name.c_str(), apart);
      QVERIFY2(apart <= kTolerance, qPrintable(QStringLiteral("%1 differs by %2").arg(name.c_str()).arg(apart)));
    }
  }
};

QTEST_GUILESS_MAIN(OracleTest)
#include "test_oracle.moc"

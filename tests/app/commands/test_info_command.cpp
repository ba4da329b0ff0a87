#include "app/export/file_hash.h"
#include "tests/app/commands/tiny_model.h"

#include <nlohmann/json.hpp>

#include <QFile>
#include <QImage>
#include <QTemporaryDir>
#include <QTest>

using namespace loom;
using namespace loom::app;
using nlohmann::json;

namespace {

class TestInfoCommand : public QObject {
  Q_OBJECT

  QTemporaryDir m_folder;

  QString file(const QString& name) const { return m_folder.filePath(name); }

 private Q_SLOTS:
  void initTestCase() { TinyModel().write(file("tiny.safetensors"), {{"title", "Tiny \x1b[31mred"}, {"steps", "5"}}); }

  void tellsACheckpointAsText() {
    const auto result = latentLoom({"info", file("tiny.safetensors")});
    QVERIFY2(result.code == 0, qPrintable(result.err));
    QCOMPARE(result.err, QString());
    const QString sha256 = QString::fromStdString(sha256OfFile(file("tiny.safetensors").toStdString()).value());
    for (const QString& row :
         {QString("  Container     safetensors\n"), QString("  Architecture  MLP GAN\n"),
          QString("  Parameters    336\n"), QString("  Picture       8 x 8, grey\n"),
          QString("  Range         -1 to 1\n"), QString("  z             3 values, normal\n"),
          QString("  Classes       none\n"), QString("  Truncation    none\n"), QString("  Tensors       4\n"),
          "  SHA-256       " + sha256 + "\n", QString("  title         Tiny \\x1b[31mred\n")}) {
      QVERIFY2(result.out.contains(row), qPrintable(row + "is not in\n" + result.out));
    }
    QVERIFY(!result.out.contains("2.weight"));
    QVERIFY(latentLoom({"info", "--tensors", file("tiny.safetensors")}).out.contains("  2.weight  float32 64x4\n"));
  }

  void tellsACheckpointAsJson() {
    const auto result = latentLoom({"info", file("tiny.safetensors"), "--json", "--tensors"});
    QCOMPARE(result.code, 0);
    const json told = json::parse(result.out.toStdString());
    QCOMPARE(told["kind"].get<std::string>(), std::string("checkpoint"));
    QCOMPARE(told["container"].get<std::string>(), std::string("safetensors"));
    QCOMPARE(told["size"].get<qint64>(), QFileInfo(file("tiny.safetensors")).size());
    QCOMPARE(told["metadata"]["steps"].get<std::string>(), std::string("5"));
    const json& generator = told["generator"];
    QCOMPARE(generator["architecture"].get<std::string>(), std::string("MLP GAN"));
    QCOMPARE(generator["z_dim"].get<int>(), 3);
    QCOMPARE(generator["parameters"].get<int>(), 336);
    QCOMPARE(generator["classes"].get<int>(), 0);
    QCOMPARE(generator["truncation"].get<std::string>(), std::string("none"));
    QVERIFY(generator["range"] == json({-1.0, 1.0}));
    QVERIFY(told["groups"][0]["tensors"][0] == json({{"name", "0.weight"}, {"type", "float32"}, {"shape", {4, 3}}}));
  }

  void tellsWhatItCanOfAnUnknownNetwork() {
    const model::FloatTensor odd{{2, 2}, {1, 2, 3, 4}};
    model::writeSafetensors(file("odd.safetensors").toStdString(), {{"encoder.strange", odd}});
    const auto text = latentLoom({"info", file("odd.safetensors")});
    QCOMPARE(text.code, 1);
    QVERIFY(text.out.contains("  Container     safetensors\n") && text.out.contains("  Tensors       1\n"));
    QVERIFY(text.err.startsWith("latent-loom: odd.safetensors"));
    QVERIFY(text.err.contains("encoder: strange (2×2)"));

    const auto asJson = latentLoom({"info", "--json", file("odd.safetensors")});
    QCOMPARE(asJson.code, 1);
    const json told = json::parse(asJson.out.toStdString());
    QVERIFY(!told.contains("generator"));
    QVERIFY(told["error"].get<std::string>().find("encoder: strange (2×2)") != std::string::npos);
  }

  void tellsWhereAPictureComesFrom() {
    QCOMPARE(
        latentLoom({"generate", file("tiny.safetensors"), "--seeds", "77", "--scale", "3", "-o", file("a.png")}).code,
        0);
    const auto text = latentLoom({"info", file("a.png")});
    QVERIFY2(text.code == 0, qPrintable(text.err));
    for (const char* row :
         {"Synthetic picture made by Latent Loom " LOOM_VERSION " with tiny.safetensors (MLP GAN), seed 77.",
          "  Checkpoint    tiny.safetensors\n", "  Seed          77\n", "  Enlarged      3 smooth\n"}) {
      QVERIFY2(text.out.contains(row), qPrintable(text.out));
    }
    const json told = json::parse(latentLoom({"info", "--json", file("a.png")}).out.toStdString());
    QCOMPARE(told["kind"].get<std::string>(), std::string("picture"));
    QCOMPARE(told["provenance"]["state"]["seed"].get<int>(), 77);
    QCOMPARE(told["provenance"]["state"]["z"].size(), std::size_t{3});
  }

  void saysWhereAPictureTellsNothing() {
    QImage picture(4, 4, QImage::Format_RGB888);
    picture.fill(Qt::red);
    QVERIFY(picture.save(file("plain.png")));
    const auto result = latentLoom({"info", file("plain.png")});
    QCOMPARE(result.code, 1);
    QVERIFY(result.err.contains("plain.png is a picture that holds no state of Latent Loom"));
  }

  void refusesWhatIsNoFile() {
    for (const QString& name : {file("missing"), m_folder.path()}) {
      const auto result = latentLoom({"info", name});
      QCOMPARE(result.code, 1);
      QVERIFY(result.err.startsWith("latent-loom: "));
    }
  }
};

}  // namespace

QTEST_GUILESS_MAIN(TestInfoCommand)
#include "test_info_command.moc"

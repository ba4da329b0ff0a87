// `latent-loom mix` and `latent-loom directions`.
#include "app/commands/commands.h"
#include "model/checkpoint/checkpoint_reader.h"
#include "model/opened_model.h"
#include "tests/app/commands/tiny_model.h"

#include <QImage>
#include <QTemporaryDir>
#include <QTest>

using namespace loom;
using namespace loom::app;

namespace {

constexpr const char* kStylegan2 = LOOM_TEST_DATA "/oracle/stylegan2-ada-uncond/network.pkl";

class TestMixCommand : public QObject {
  Q_OBJECT

  QTemporaryDir m_folder;
  QString file(const QString& name) const { return m_folder.filePath(name); }

  static model::FloatTensor tensor(const QString& path, const std::string& name) {
    const model::Checkpoint checkpoint = model::readCheckpoint(path.toStdString());
    for (const auto& view : checkpoint.groups.at(0).tensors) {
      if (view.name == name) {
        return {view.shape, view.toFloat32()};
      }
    }
    return {};
  }

 private Q_SLOTS:
  void mixesAreTheNetworks() {
    const QString out = file("mix.png");
    const QString raw = file("mix.safetensors");
    const auto result = latentLoom({"mix", kStylegan2, "--rows", "1,2", "--cols", "3,4,5", "--layers", "0-2,5", "--noise", "const",
                                  "-o", out, "--raw", raw});
    QVERIFY2(result.code == 0, qPrintable(result.err));
    const auto opened = model::OpenedModel::open(kStylegan2);
    const int side = opened->info().width;
    QCOMPARE(QImage(out).size(), QSize(4 * side + 6, 3 * side + 4));
    const auto images = tensor(raw, "image");
    QCOMPARE(images.shape, (std::vector<std::int64_t>{6, 3, side, side}));
    // What `mix` is to be: w of the row, some layers of the column's, put together by hand.
    model::SynthesisSettings settings;
    settings.noise = model::NoiseMode::Constant;
    const auto wsOf = [&](std::uint32_t seed) {
      return opened->generate(opened->inputsFor(model::withSeed({}, seed)), settings).ws;
    };
    const auto width = static_cast<std::size_t>(opened->info().wDim);
    std::size_t place = 0;
    for (const std::uint32_t row : {1U, 2U}) {
      for (const std::uint32_t column : {3U, 4U, 5U}) {
        model::FloatTensor ws = wsOf(row);
        const model::FloatTensor lent = wsOf(column);
        for (const std::size_t layer : {0U, 1U, 2U, 5U}) {
          std::copy_n(lent.values.begin() + static_cast<std::ptrdiff_t>(layer * width), width,
                      ws.values.begin() + static_cast<std::ptrdiff_t>(layer * width));
        }
        model::GeneratorInputs inputs;
        inputs.ws = ws;
        const auto expected = opened->generate(inputs, settings).image.values;
        for (std::size_t i = 0; i < expected.size(); ++i) {
          QVERIFY(std::abs(images.values[place * expected.size() + i] - expected[i]) < 1e-5F);
        }
        ++place;
      }
    }
  }

  /// Every layer from the column is the column's own picture, class and all; none of BigGAN's but the last leaves the rest.
  void classesAreMixedLayerByLayer() {
    constexpr const char* kBigGan = LOOM_TEST_DATA "/oracle/biggan/G_ema.pth";
    const auto opened = model::OpenedModel::open(kBigGan);
    const int last = opened->info().mixLayers() - 1;
    const auto mixed = [&](const QString& layers) {
      const QString raw = file("classes.safetensors");
      const auto result = latentLoom({"mix", kBigGan, "--rows", "1", "--cols", "2", "--row-classes", "0", "--col-classes", "3", "--layers",
                                      layers, "--raw", raw});
      return result.code == 0 ? tensor(raw, "image").values : std::vector<float>();
    };
    const auto alone = [&](std::uint32_t seed, int chosen) {
      model::LatentState state = model::withSeed({}, seed);
      state.classes = {{chosen, 1.0F}};
      return opened->generate(opened->inputsFor(state)).image.values;
    };
    const auto apart = [](const std::vector<float>& a, const std::vector<float>& b) {
      float most = a.size() == b.size() ? 0.0F : 1e9F;
      for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        most = std::max(most, std::abs(a[i] - b[i]));
      }
      return most;
    };
    QVERIFY(apart(mixed(QStringLiteral("0-%1").arg(last)), alone(2, 3)) < 1e-5F);
    const auto some = mixed(QString::number(last));
    QVERIFY(apart(some, alone(2, 3)) > 1e-4F);
    QVERIFY(apart(some, alone(1, 0)) > 1e-4F);
    auto result = latentLoom({"mix", kBigGan, "--rows", "1,2", "--cols", "3", "--row-classes", "1,2,3", "--layers", "0", "-o", file("a.png")});
    QCOMPARE(result.code, 2);
    result = latentLoom({"mix", kBigGan, "--rows", "1", "--cols", "3", "--col-classes", "99999", "--layers", "0", "-o", file("a.png")});
    QVERIFY2(result.code == 1 && result.err.contains("classes 0 to"), qPrintable(result.err));
    result = latentLoom({"mix", kStylegan2, "--rows", "1", "--cols", "3", "--col-classes", "1", "--layers", "0", "-o", file("a.png")});
    QVERIFY2(result.code == 1 && result.err.contains("knows no classes"), qPrintable(result.err));
  }

  void theSheetTellsWhatWasMixed() {
    const QString out = file("told.png");
    QCOMPARE(latentLoom({"mix", kStylegan2, "--rows", "1,2", "--cols", "3", "--layers", "0-2", "-o", out}).code, 0);
    const auto told = latentLoom({"inspect", out});
    QCOMPARE(told.code, 0);
    QVERIFY2(told.out.contains("seed 3 in layers 0, 1, 2"), qPrintable(told.out));
    QVERIFY2(told.out.contains("layer by layer"), qPrintable(told.out));
  }

  void whatCannotBeMixedIsTold() {
    TinyModel().write(file("tiny.safetensors"));
    auto result = latentLoom({"mix", file("tiny.safetensors"), "--rows", "1", "--cols", "2", "--layers", "0", "-o", file("a.png")});
    QCOMPARE(result.code, 1);
    QVERIFY2(result.err.contains("no layers of its own style"), qPrintable(result.err));
    result = latentLoom({"mix", kStylegan2, "--rows", "1", "--cols", "2", "--layers", "77", "-o", file("a.png")});
    QCOMPARE(result.code, 1);
    QVERIFY2(result.err.contains("layers 0 to"), qPrintable(result.err));
    QCOMPARE(latentLoom({"mix", kStylegan2, "--rows", "1", "--cols", "2", "-o", file("a.png")}).code, 2);
    QVERIFY(!QFile::exists(file("a.png")));
  }

  void directionsAreWritten_data() {
    QTest::addColumn<QStringList>("method");
    QTest::newRow("pca") << QStringList{"--method", "pca", "--samples", "300", "--seed", "3"};
    QTest::newRow("pca of a layer") << QStringList{"--method", "pca", "--activations", "2", "--samples", "100"};
    QTest::newRow("sefa") << QStringList{"--method", "sefa", "--layers", "0-3"};
  }
  void directionsAreWritten() {
    QFETCH(QStringList, method);
    const QString out = file("directions.safetensors");
    const auto result = latentLoom(QStringList{"directions", kStylegan2} + method + QStringList{"--count", "5", "-o", out});
    QVERIFY2(result.code == 0, qPrintable(result.err));
    QCOMPARE(tensor(out, "directions").shape, (std::vector<std::int64_t>{5, 32}));
    QCOMPARE(tensor(out, "strengths").shape, (std::vector<std::int64_t>{5}));
  }

  void aDirectionIsWalked() {
    const QString found = file("walk.safetensors");
    QCOMPARE(latentLoom({"directions", kStylegan2, "--method", "sefa", "--count", "3", "--layers", "1-2", "-o", found}).code, 0);
    const QString raw = file("walked.safetensors");
    const auto result = latentLoom({"generate", kStylegan2, "--seeds", "9", "--direction", found + ":1=2.5", "--direction",
                                    found + ":0=-1", "--raw", raw});
    QVERIFY2(result.code == 0, qPrintable(result.err));
    const auto opened = model::OpenedModel::open(kStylegan2);
    auto ws = opened->generate(opened->inputsFor(model::withSeed({}, 9))).ws;
    const auto directions = tensor(found, "directions");
    const auto width = static_cast<std::size_t>(opened->info().wDim);
    for (const std::size_t layer : {1U, 2U}) {
      for (std::size_t i = 0; i < width; ++i) {
        ws.values[layer * width + i] += 2.5F * directions.values[width + i] - directions.values[i];
      }
    }
    const QString picture = file("walked.png");
    QCOMPARE(latentLoom({"generate", kStylegan2, "--seeds", "9", "--direction", found + ":1=2.5", "-o", picture}).code, 0);
    const auto told = latentLoom({"inspect", picture});
    QVERIFY2(told.out.contains("by 2.5, layers 1-2"), qPrintable(told.out));
    const auto walked = tensor(raw, "ws");
    QCOMPARE(walked.shape, ws.shape);
    for (std::size_t i = 0; i < ws.values.size(); ++i) {
      QVERIFY(std::abs(walked.values[i] - ws.values[i]) < 1e-5F);
    }
    QCOMPARE(latentLoom({"generate", kStylegan2, "--seeds", "9", "--direction", found + ":1", "--raw", raw}).code, 2);
    const auto beyond = latentLoom({"generate", kStylegan2, "--seeds", "9", "--direction", found + ":7=1", "--raw", raw});
    QCOMPARE(beyond.code, 1);
    QVERIFY2(beyond.err.contains("3 directions"), qPrintable(beyond.err));
    TinyModel().write(file("small.safetensors"));
    const auto other = latentLoom({"generate", file("small.safetensors"), "--seeds", "9", "--direction", found + ":1=1", "--raw", raw});
    QCOMPARE(other.code, 1);
    QVERIFY2(other.err.contains("another generator"), qPrintable(other.err));
  }

  void directionsMistyped() {
    QCOMPARE(latentLoom({"directions", kStylegan2, "--method", "sefa", "--seed", "1", "-o", file("d.safetensors")}).code, 2);
    QCOMPARE(latentLoom({"directions", kStylegan2, "--method", "sefa", "--activations", "1", "-o", file("d.safetensors")}).code, 2);
    const auto beyond = latentLoom({"directions", kStylegan2, "--method", "pca", "--activations", "77", "--samples", "50", "-o", file("d.safetensors")});
    QCOMPARE(beyond.code, 1);
    QVERIFY2(beyond.err.contains("its layers are 0 to"), qPrintable(beyond.err));
    QCOMPARE(latentLoom({"directions", kStylegan2, "--method", "guess", "-o", file("d.safetensors")}).code, 2);
    const auto result = latentLoom({"directions", kStylegan2, "--method", "sefa", "--count", "99", "-o", file("d.safetensors")});
    QCOMPARE(result.code, 1);
    QVERIFY2(result.err.contains("32 dimensions"), qPrintable(result.err));
  }
};

}  // namespace

QTEST_GUILESS_MAIN(TestMixCommand)
#include "test_mix_command.moc"

// Mixing by layers, on a StyleGAN2 and on hierarchical generators: what a source gives is the source's own.
#include "model/opened_model.h"

#include <QDir>
#include <QtTest>

#include <cmath>

using namespace loom::model;

class StyleMixTest : public QObject {
  Q_OBJECT

  static std::string checkpoint(const QString& folder) {
    const QDir where(QStringLiteral(LOOM_TEST_DATA "/oracle/") + folder);
    for (const QFileInfo& file : where.entryInfoList({"*.pth", "*.pkl", "*.pt", "*.bin", "*.safetensors"}, QDir::Files)) {
      try {
        return OpenedModel::open(file.filePath().toStdString())->path().string();
      } catch (const std::exception&) {
        continue;  // inputs and outputs lie beside it
      }
    }
    return {};
  }
  static std::vector<float> picture(const OpenedModel& model, const LatentState& state) {
    return model.generate(model.inputsFor(state), resolveSettings(state, model.info())).image.values;
  }
  static double apart(const std::vector<float>& a, const std::vector<float>& b) {
    double worst = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      worst = std::max(worst, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
    }
    return worst;
  }
  static LatentState seeded(std::uint32_t seed, int aClass = 0) {
    LatentState state;
    state.seed = seed;
    state.classes = {{aClass, 1.0F}};
    return state;
  }

 private Q_SLOTS:
  void aSourceGivesItsOwn_data() {
    QTest::addColumn<QString>("folder");
    for (const char* folder : {"stylegan2-ada-cond", "biggan", "biggan-deep"}) {
      QTest::newRow(folder) << QString::fromLatin1(folder);
    }
  }
  void aSourceGivesItsOwn() {
    QFETCH(QString, folder);
    const std::string path = checkpoint(folder);
    QVERIFY2(!path.empty(), "no checkpoint among the oracle's files");
    const auto model = OpenedModel::open(path);
    const int layers = model->info().mixLayers();
    QVERIFY(layers > 1);
    const LatentState own = seeded(3, 0);
    const LatentState other = seeded(8, 1);
    const auto ownPicture = picture(*model, own);
    const auto otherPicture = picture(*model, other);
    const double between = apart(ownPicture, otherPicture);
    QVERIFY(between > 1e-3);

    LatentState mixed = own;
    for (int layer = 0; layer < layers; ++layer) {
      takeStyle(mixed, layer, other);
    }
    QVERIFY2(apart(picture(*model, mixed), otherPicture) < 1e-5 * (1.0 + between), "all layers from the source are not the source");
    takeStyle(mixed, 0, other, 0.0F);
    const auto most = picture(*model, mixed);
    QVERIFY(apart(most, otherPicture) > 1e-4 * between && apart(most, ownPicture) > 1e-4 * between);
    LatentState none = own;
    none.sources.push_back({other, {}});
    QCOMPARE(picture(*model, none), ownPicture);

    // A source's strength leads from the one to the other.
    LatentState half = own;
    for (int layer = 0; layer < layers; ++layer) {
      takeStyle(half, layer, other, 0.001F);
    }
    QVERIFY(apart(picture(*model, half), ownPicture) < 0.2 * between);
  }

  /// A direction along every layer is one of z; along some layers it is another picture.
  void directionsOfZMoveSingleLayers() {
    const auto model = OpenedModel::open(checkpoint(QStringLiteral("biggan")));
    const auto& info = model->info();
    Direction direction{"first", std::vector<float>(static_cast<std::size_t>(info.zDim), 0.25F)};
    LatentState all = seeded(3);
    all.directions = {{direction, 2.0F, 0, -1}};
    auto z = resolveZ(seeded(3), info);
    LatentState moved = seeded(3);
    for (int i = 0; i < info.zDim; ++i) {
      moved.edits[i] = z[static_cast<std::size_t>(i)] + 0.5F;
    }
    QVERIFY(apart(picture(*model, all), picture(*model, moved)) < 1e-6);
    LatentState whole = seeded(3);
    whole.directions = {{direction, 2.0F, 0, info.mixLayers() - 2}, {direction, 2.0F, info.mixLayers() - 1, info.mixLayers() - 1}};
    QVERIFY2(apart(picture(*model, whole), picture(*model, all)) < 1e-5, "the parts are not the whole");
    LatentState some = seeded(3);
    some.directions = {{direction, 2.0F, 0, 0}};
    QVERIFY(apart(picture(*model, some), picture(*model, all)) > 1e-4);
    QVERIFY(apart(picture(*model, some), picture(*model, seeded(3))) > 1e-4);
  }

  /// Pictures made together are those made one by one, smaller.
  void smallPicturesAreTheSame() {
    const auto model = OpenedModel::open(checkpoint(QStringLiteral("stylegan2-ada-cond")));
    std::vector<LatentState> states{seeded(1), seeded(2, 1), seeded(3)};
    takeStyle(states[2], 1, seeded(9));
    const auto together = model->renderSmall(states, 0);
    QCOMPARE(together.size(), states.size());
    for (std::size_t i = 0; i < states.size(); ++i) {
      const Frame alone = model->render(states[i]);
      QCOMPARE(together[i].width, alone.width);
      int worst = 0;
      for (int byte = 0; byte < alone.width * alone.height * 4; ++byte) {
        worst = std::max(worst, std::abs(together[i].pixels.data[byte] - alone.pixels.data[byte]));
      }
      QVERIFY2(worst <= 1, qPrintable(QString::number(worst)));
    }
    const auto small = model->renderSmall(states, 8);
    QVERIFY(small[0].width <= 8 && small[0].height <= 8);
  }
};

QTEST_GUILESS_MAIN(StyleMixTest)
#include "style_mix_test.moc"

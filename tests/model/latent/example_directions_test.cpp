// Boundaries between examples against what SciPy computes of the same ones (tests/data/directions/make_boundary.py).
#include "model/checkpoint/checkpoint_reader.h"
#include "model/example_directions.h"
#include "model/latent_directions.h"
#include "model/numpy_random.h"

#include <QTest>

#include <cmath>

using namespace loom::model;

namespace {

FloatTensor reference(const std::string& name) {
  static const Checkpoint file = readCheckpoint(LOOM_TEST_DATA "/directions/boundary.safetensors");
  for (const TensorView& view : file.groups.at(0).tensors) {
    if (view.name == name) {
      return {view.shape, view.toFloat32()};
    }
  }
  throw std::runtime_error(name);
}

double worstDifference(const std::vector<float>& a, const std::vector<float>& b) {
  double worst = a.size() == b.size() ? 0.0 : 1e9;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(a[i]) - b[i]));
  }
  return worst;
}

/// `count` normal places, those of dimension 0 moved by `shift`.
FloatTensor cloud(int count, int dimensions, float shift, std::uint32_t seed) {
  FloatTensor rows{{count, dimensions}, normalVector(seed, count * dimensions)};
  for (int i = 0; i < count; ++i) {
    rows.values[static_cast<std::size_t>(i * dimensions)] += shift;
  }
  return rows;
}

QString messageOf(const FloatTensor& positives, const FloatTensor& negatives, const BoundaryOptions& options = {}) {
  try {
    findBoundary(positives, negatives, options);
  } catch (const ModelError& error) {
    return QString::fromUtf8(error.what());
  }
  return {};
}

}  // namespace

class ExampleDirectionsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void theBoundaryIsScipys_data() {
    QTest::addColumn<QString>("cost");
    QTest::newRow("1") << "1.0";
    QTest::newRow("0.01") << "0.01";
  }
  void theBoundaryIsScipys() {
    QFETCH(QString, cost);
    BoundaryOptions options;
    options.cost = cost.toDouble();
    double told = 0.0;
    const Boundary found = findBoundary(reference("positives"), reference("negatives"), options, {}, [&](double fraction) {
      QVERIFY(fraction > told);
      told = fraction;
    });
    QCOMPARE(told, 1.0);
    const double worst = worstDifference(found.normal, reference("normal " + cost.toStdString()).values);
    QVERIFY2(worst < 1e-5, qPrintable(QString::number(worst)));
    const FloatTensor facts = reference("facts " + cost.toStdString());
    QVERIFY2(std::abs(found.offset - facts.values[0]) < 1e-4, qPrintable(QString::number(found.offset)));
    QVERIFY2(std::abs(found.strength - facts.values[1]) < 1e-4, qPrintable(QString::number(found.strength)));
    QCOMPARE(found.folds, 5);
    QVERIFY(found.accuracy > 0.6 && found.accuracy < 1.0);
  }

  void otherDirectionsStayUnchanged() {
    BoundaryOptions options;
    options.unchanged = reference("unchanged");
    const Boundary found = findBoundary(reference("positives"), reference("negatives"), options);
    const double worst = worstDifference(found.normal, reference("projected").values);
    QVERIFY2(worst < 1e-5, qPrintable(QString::number(worst)));
    options.unchanged = {{1, 24}, findBoundary(reference("positives"), reference("negatives")).normal};
    QVERIFY(messageOf(reference("positives"), reference("negatives"), options).contains("nothing is left"));
    options.unchanged = {{1, 3}, {1, 0, 0}};
    QVERIFY(messageOf(reference("positives"), reference("negatives"), options).contains("other dimensions"));
  }

  void accuracyIsOfWhatWasHeldOut() {
    // Kinds that do not differ: a boundary through 60 places of 100 dimensions parts them wholly, and knows nothing.
    const Boundary chance = findBoundary(cloud(200, 100, 0.0F, 1), cloud(200, 100, 0.0F, 2));
    QVERIFY2(chance.accuracy > 0.38 && chance.accuracy < 0.62, qPrintable(QString::number(chance.accuracy)));
    // Kinds 2 × 1.5 standard deviations apart: Φ(1.5) = 0.933 at best.
    const Boundary clear = findBoundary(cloud(400, 10, 1.5F, 3), cloud(400, 10, -1.5F, 4));
    QVERIFY2(std::abs(clear.accuracy - 0.933) < 0.03, qPrintable(QString::number(clear.accuracy)));
    QVERIFY(clear.normal[0] > 0.98F);
    QVERIFY(std::abs(clear.offset) < 0.2F);
    // Far more of one kind: always answering with it is still chance.
    const Boundary uneven = findBoundary(cloud(20, 30, 0.0F, 5), cloud(600, 30, 0.0F, 6));
    QVERIFY2(std::abs(uneven.accuracy - 0.5) < 0.2, qPrintable(QString::number(uneven.accuracy)));
    // The same seed, the same folds.
    const Boundary again = findBoundary(cloud(200, 100, 0.0F, 1), cloud(200, 100, 0.0F, 2));
    QCOMPARE(again.accuracy, chance.accuracy);
    QCOMPARE(again.normal, chance.normal);
  }

  void tooFewExamplesAreTold() {
    const QString message = messageOf(cloud(4, 8, 0, 1), cloud(50, 8, 0, 2));
    QVERIFY2(message.contains("only 4 positive") && message.contains("at least 5"), qPrintable(message));
    QVERIFY(messageOf(cloud(50, 8, 0, 1), cloud(0, 8, 0, 2)).contains("only 0 negative"));
    QCOMPARE(findBoundary(cloud(5, 8, 2, 1), cloud(9, 8, -2, 2), {.folds = 20}).folds, 5);
  }

  void whatIsNoExampleIsTold() {
    QVERIFY(messageOf(cloud(9, 8, 0, 1), cloud(9, 7, 0, 2)).contains("8 dimensions"));
    QVERIFY(messageOf({{9, 8}, std::vector<float>(72, 1.0F)}, {{9, 8}, std::vector<float>(72, 1.0F)}).contains("same place"));
    QVERIFY(messageOf(cloud(9, 8, 0, 1), cloud(9, 8, 0, 1)).contains("same places"));
    FloatTensor broken = cloud(9, 8, 0, 1);
    broken.values[5] = std::nanf("");
    QVERIFY(messageOf(broken, cloud(9, 8, 0, 2)).contains("no numbers"));
    QVERIFY(messageOf({{72}, std::vector<float>(72, 1.0F)}, cloud(9, 8, 0, 2)).contains("no table"));
    QVERIFY_EXCEPTION_THROWN(findBoundary(cloud(9, 8, 0, 1), cloud(9, 8, 0, 2), {}, [] { return true; }), Interrupted);
  }

  void aWayLeadsFromOneToTheOther() {
    const std::vector<float> from{1.0F, 2.0F, 3.0F};
    const std::vector<float> to{1.0F, 5.0F, 7.0F};
    const Way way = wayBetween(from, to);
    QCOMPARE(way.strength, 5.0F);
    QCOMPARE(way.direction, (std::vector<float>{0.0F, 0.6F, 0.8F}));
    QVERIFY_EXCEPTION_THROWN(wayBetween(from, from), ModelError);
    QVERIFY_EXCEPTION_THROWN(wayBetween(from, std::vector<float>{1.0F}), ModelError);
  }

  void theSpreadIsThePrincipalAxes() {
    const auto styles = OpenedModel::open(LOOM_TEST_DATA "/oracle/stylegan2-ada-uncond/network.pkl");
    const LatentDirections found = findByPca(*styles, 4, 3000, 7);
    const auto spreads = spreadAlong(*styles, found.directions, 3000, 7);
    QVERIFY(worstDifference(spreads, found.strengths) < 1e-4 * found.strengths[0]);
    QVERIFY_EXCEPTION_THROWN(spreadAlong(*styles, {{1, 3}, {1, 0, 0}}), ModelError);
    QVERIFY_EXCEPTION_THROWN(spreadAlong(*styles, found.directions, 100, 0, [] { return true; }), Interrupted);
    const auto faces = OpenedModel::open(LOOM_RESOURCES "/checkpoints/emoji-faces.safetensors");
    const int dimensions = faces->info().zDim;
    std::vector<float> one(static_cast<std::size_t>(dimensions), 0.0F);
    one[0] = 1.0F;
    QCOMPARE(spreadAlong(*faces, {{1, dimensions}, one}), std::vector<float>{1.0F});
  }
};

QTEST_GUILESS_MAIN(ExampleDirectionsTest)
#include "example_directions_test.moc"

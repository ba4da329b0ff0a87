#include "model/latent_state.h"
#include "model/numpy_random.h"

#include <QRandomGenerator>
#include <QTest>

#include <cmath>
#include <stdexcept>

using namespace loom::model;

namespace {

GeneratorInfo normalInfo(int zDim) {
  GeneratorInfo info;
  info.zDim = zDim;
  return info;
}

double length(const std::vector<float>& z) {
  double sum = 0.0;
  for (const float value : z) {
    sum += static_cast<double>(value) * value;
  }
  return std::sqrt(sum);
}

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += static_cast<double>(a[i]) * b[i];
  }
  return sum / (length(a) * length(b));
}

LatentState randomState(QRandomGenerator& random, int zDim) {
  LatentState state;
  state.seed = random.generate();
  state.targetSeed = random.generate();
  state.planeSeed = random.generate();
  state.blend = static_cast<float>(random.generateDouble());
  state.pad = {static_cast<float>(random.generateDouble() * 2 - 1), static_cast<float>(random.generateDouble() * 2 - 1)};
  state.truncation = random.generateDouble() * 2;
  for (int i = 0; i < 5; ++i) {
    const int dimension = random.bounded(zDim);
    state.edits[dimension] = static_cast<float>(random.generateDouble() * 6 - 3);
    if (random.bounded(2)) {
      state.locks.insert(dimension);
    }
  }
  return state;
}

}  // namespace

class LatentStateTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aSeedAloneIsNumpysVector() {
    LatentState state;
    state.seed = 7;
    QCOMPARE(resolveZ(state, normalInfo(100)), normalVector(7, 100));
  }

  void uniformGeneratorsGetUniformVectors() {
    GeneratorInfo info = normalInfo(100);
    info.zDistribution = ZDistribution::Uniform;
    LatentState state;
    state.seed = 7;
    QCOMPARE(resolveZ(state, info), uniformVector(7, 100));
  }

  void theBlendEndsAtTheSecondSeed() {
    LatentState state;
    state.seed = 3;
    state.targetSeed = 4;
    state.blend = 1.0F;
    QCOMPARE(resolveZ(state, normalInfo(64)), normalVector(4, 64));
  }

  void halfWayIsAsFarFromBothAndKeepsItsLength() {
    LatentState state;
    state.seed = 3;
    state.targetSeed = 4;
    state.blend = 0.5F;
    const auto z = resolveZ(state, normalInfo(512));
    const auto a = normalVector(3, 512);
    const auto b = normalVector(4, 512);
    const double omega = std::acos(cosine(a, b));
    // Between vectors of nearly one length the arc's middle is as long as they are, and half the angle from each.
    QVERIFY(std::abs(length(z) - (length(a) + length(b)) / 2) < 0.02 * length(a));
    QVERIFY(std::abs(std::acos(cosine(z, a)) - omega / 2) < 0.03);
    QVERIFY(std::abs(std::acos(cosine(z, b)) - omega / 2) < 0.03);
  }

  void thePadTurnsWithoutStretching() {
    LatentState state;
    const auto centre = resolveZ(state, normalInfo(100));
    for (const PadPosition pad : {PadPosition{1, 0}, PadPosition{0, -1}, PadPosition{0.3F, 0.4F}}) {
      state.pad = pad;
      const auto z = resolveZ(state, normalInfo(100));
      QVERIFY(std::abs(length(z) - length(centre)) < 1e-4 * length(centre));
      const double quarterTurns = std::hypot(pad.x, pad.y);
      QVERIFY(std::abs(cosine(z, centre) - std::cos(quarterTurns * M_PI / 2)) < 1e-5);
    }
  }

  void thePadsTwoDirectionsAreDifferentOnes() {
    LatentState right;
    right.pad = {1, 0};
    LatentState up;
    up.pad = {0, 1};
    const auto a = resolveZ(right, normalInfo(100));
    const auto b = resolveZ(up, normalInfo(100));
    QVERIFY(std::abs(cosine(a, b)) < 1e-5);
  }

  void twoDimensionsGetAStraightStep() {
    LatentState state;
    state.pad = {0.5F, 0};
    const auto z = resolveZ(state, normalInfo(2));
    const auto from = normalVector(state.seed, 2);
    const auto direction = normalVector(state.planeSeed, 2);
    QVERIFY(std::abs(z[0] - (from[0] + 0.5F * direction[0])) < 1e-6F);
  }

  void editsHaveTheLastWord() {
    LatentState state;
    state.blend = 0.3F;
    state.pad = {0.1F, 0.2F};
    state.edits = {{0, 2.5F}, {99, -1.0F}, {100, 9.0F}, {-1, 9.0F}};
    const auto z = resolveZ(state, normalInfo(100));
    QCOMPARE(z.size(), std::size_t{100});
    QCOMPARE(z[0], 2.5F);
    QCOMPARE(z[99], -1.0F);
  }

  void anotherSeedKeepsOnlyWhatIsLocked() {
    LatentState state;
    state.edits = {{1, 1.0F}, {2, 2.0F}};
    state.locks = {2};
    state.blend = 0.5F;
    state.pad = {0.5F, 0.5F};
    state.truncation = 0.7;
    const LatentState next = withSeed(state, 9);
    QCOMPARE(next.seed, 9U);
    QCOMPARE(next.blend, 0.0F);
    QCOMPARE(next.pad, PadPosition{});
    QCOMPARE(next.edits, (std::map<int, float>{{2, 2.0F}}));
    QCOMPARE(next.truncation, 0.7);
  }

  void jsonBringsEveryFieldBackExactly() {
    const quint32 seed = QRandomGenerator::global()->generate();
    qInfo("random seed %u", seed);
    QRandomGenerator random(seed);
    for (int i = 0; i < 200; ++i) {
      const LatentState state = randomState(random, 128);
      const auto z = resolveZ(state, normalInfo(128));
      const std::string json = latentStateToJson(state, z);
      QCOMPARE(latentStateFromJson(json), state);
      QCOMPARE(zFromJson(json), z);
    }
  }

  void aSavedZIsMadeAgainBitForBit() {
    LatentState state;
    state.blend = 0.25F;
    auto z = resolveZ(state, normalInfo(32));
    QCOMPARE(exactState({state, z}, normalInfo(32)), state);
    z[5] = std::nextafter(z[5], 10.0F);  // another machine rounded otherwise
    const LatentState exact = exactState({state, z}, normalInfo(32));
    QCOMPARE(resolveZ(exact, normalInfo(32)), z);
    QCOMPARE(exact.edits.size(), std::size_t{1});
  }

  void damagedTextIsRefused_data() {
    QTest::addColumn<QString>("json");
    QTest::newRow("empty") << "";
    QTest::newRow("no object") << "[1, 2]";
    QTest::newRow("cut off") << "{\"seed\": 4";
    QTest::newRow("negative seed") << "{\"seed\": -1}";
    QTest::newRow("seed too large") << "{\"seed\": 4294967296}";
    QTest::newRow("half a seed") << "{\"seed\": 1.5}";
    QTest::newRow("seed as text") << "{\"seed\": \"1\"}";
    QTest::newRow("blend beyond") << "{\"blend\": 1.5}";
    QTest::newRow("pad of one") << "{\"pad\": [0]}";
    QTest::newRow("pad beyond") << "{\"pad\": [0, 2]}";
    QTest::newRow("edit of three") << "{\"edits\": [[1, 2, 3]]}";
    QTest::newRow("huge dimension") << "{\"edits\": [[1e18, 2]]}";
    QTest::newRow("infinite value") << "{\"edits\": [[1, 1e300]]}";
    QTest::newRow("locks no list") << "{\"locks\": 3}";
    QTest::newRow("deep") << "{\"x\":" + QString(100000, '[');
  }
  void damagedTextIsRefused() {
    QFETCH(QString, json);
    QVERIFY_EXCEPTION_THROWN(latentStateFromJson(json.toStdString()), std::runtime_error);
  }

  void unknownFieldsAreIgnored() {
    QCOMPARE(latentStateFromJson(R"({"seed": 5, "styles": {"a": [1]}})").seed, 5U);
  }
};

QTEST_APPLESS_MAIN(LatentStateTest)
#include "latent_state_test.moc"

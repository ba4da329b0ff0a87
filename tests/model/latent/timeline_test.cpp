#include "model/numpy_random.h"
#include "model/timeline.h"

#include <QTest>

#include <cmath>
#include <numbers>

using namespace loom::model;

namespace {

constexpr int kZ = 64;

GeneratorInfo infoOf(int zDim, ZDistribution distribution = ZDistribution::Normal) {
  GeneratorInfo info;
  info.zDim = zDim;
  info.zDistribution = distribution;
  return info;
}

LatentState seeded(std::uint32_t seed) {
  LatentState state;
  state.seed = seed;
  return state;
}

/// z of `seed`, `length` long, set by hand.
LatentState longAs(std::uint32_t seed, double length) {
  const auto z = normalVector(seed, kZ);
  double sum = 0.0;
  for (const float value : z) {
    sum += static_cast<double>(value) * value;
  }
  LatentState state;
  for (int i = 0; i < kZ; ++i) {
    state.edits[i] = static_cast<float>(z[static_cast<std::size_t>(i)] * length / std::sqrt(sum));
  }
  return state;
}

Timeline filmOf(const std::vector<LatentState>& states, bool loop = false, Interpolation how = Interpolation::Slerp,
                double apart = 2.0) {
  Timeline timeline{loop, how, {}};
  for (const LatentState& state : states) {
    timeline.keyframes.push_back({apart * static_cast<double>(timeline.keyframes.size()), Easing::Linear, state});
  }
  return timeline;
}

double length(const std::vector<float>& z) {
  double sum = 0.0;
  for (const float value : z) {
    sum += static_cast<double>(value) * value;
  }
  return std::sqrt(sum);
}

double angle(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += static_cast<double>(a[i]) * b[i];
  }
  return std::acos(std::clamp(sum / (length(a) * length(b)), -1.0, 1.0));
}

double largestDifference(const std::vector<float>& a, const std::vector<float>& b) {
  double largest = a.size() == b.size() ? 0.0 : 1e9;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(a[i]) - b[i]));
  }
  return largest;
}

/// States of every kind: a seed, a blend with a pad, edits.
std::vector<LatentState> manyStates() {
  LatentState blended = seeded(7);
  blended.blend = 0.3F;
  blended.pad = {0.2F, -0.4F};
  blended.truncation = 0.5;
  LatentState edited = seeded(9);
  edited.edits = {{0, 2.0F}, {63, -1.0F}};
  edited.noise = NoiseMode::Random;
  edited.transform = {0.1F, 0.2F, 90.0F};
  return {seeded(1), blended, edited, longAs(5, 4.0)};
}

}  // namespace

class TimelineTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aKeyframeIsItself_data() {
    QTest::addColumn<bool>("loop");
    QTest::addColumn<bool>("spline");
    QTest::addColumn<double>("apart");
    for (const bool loop : {false, true}) {
      for (const bool spline : {false, true}) {
        for (const double apart : {1.0, 1.0 / 30, 0.7}) {
          QTest::addRow("%s %s %g", loop ? "loop" : "ends", spline ? "spline" : "slerp", apart) << loop << spline << apart;
        }
      }
    }
  }
  void aKeyframeIsItself() {
    QFETCH(bool, loop);
    QFETCH(bool, spline);
    QFETCH(double, apart);
    const Timeline timeline = filmOf(manyStates(), loop, spline ? Interpolation::Spline : Interpolation::Slerp, apart);
    const GeneratorInfo info = infoOf(kZ);
    for (std::size_t i = 0; i < timeline.keyframes.size(); ++i) {
      // Not the keyframe's very number: times come from a count of frames.
      QVERIFY(stateAt(timeline, apart * 30 * static_cast<double>(i) / 30, info) == timeline.keyframes[i].state);
    }
    QCOMPARE(durationOf(timeline), apart * (loop ? 4 : 3));
    QVERIFY(stateAt(timeline, durationOf(timeline), info) == timeline.keyframes[loop ? 0 : 3].state);
    QVERIFY(stateAt(timeline, -1e-12, info) == timeline.keyframes[0].state);
  }

  void aLoopCloses() {
    const GeneratorInfo info = infoOf(kZ);
    for (const Interpolation how : {Interpolation::Slerp, Interpolation::Spline}) {
      const Timeline timeline = filmOf(manyStates(), true, how);
      const double turn = durationOf(timeline);
      // The same again after a turn, and no jump where it closes: as near as everywhere else.
      for (const double time : {0.3, 3.1, 6.5, 7.9}) {
        QVERIFY(largestDifference(resolveZ(stateAt(timeline, time, info), info),
                                  resolveZ(stateAt(timeline, time + 3 * turn, info), info)) < 1e-6);
        QVERIFY(largestDifference(resolveZ(stateAt(timeline, time, info), info),
                                  resolveZ(stateAt(timeline, time - turn, info), info)) < 1e-6);
      }
      const auto before = resolveZ(stateAt(timeline, turn - 0.001, info), info);
      const auto first = resolveZ(stateAt(timeline, 0, info), info);
      QVERIFY(largestDifference(before, first) < 0.02);
      QVERIFY(largestDifference(before, first) > 1e-5);
      // Half way back it is on the way from the last to the first.
      const auto last = resolveZ(timeline.keyframes[3].state, info);
      const auto back = resolveZ(stateAt(timeline, 7.0, info), info);
      QVERIFY(angle(back, last) < angle(first, last) && angle(back, first) < angle(first, last));
    }
  }

  void angularSpeedIsConstant() {
    const GeneratorInfo info = infoOf(kZ);
    // Of one length, of lengths far apart, and of seeds.
    const std::vector<std::pair<LatentState, LatentState>> ways{
        {longAs(1, 8), longAs(2, 8)}, {longAs(1, 3), longAs(2, 12)}, {seeded(3), seeded(4)}};
    for (const auto& [a, b] : ways) {
      const Timeline timeline = filmOf({a, b});
      const auto first = resolveZ(a, info);
      const auto last = resolveZ(b, info);
      constexpr int kSteps = 40;
      for (int i = 0; i <= kSteps; ++i) {
        const double share = static_cast<double>(i) / kSteps;
        const auto z = resolveZ(stateAt(timeline, 2.0 * share, info), info);
        QVERIFY(std::abs(angle(first, z) - share * angle(first, last)) < 2e-4);
        const double wanted = (1 - share) * length(first) + share * length(last);
        const double tolerance = a.edits.empty() ? 0.03 : 1e-5;  // of two seeds it is the blend's
        QVERIFY2(std::abs(length(z) / wanted - 1) < tolerance, qPrintable(QString::number(length(z) / wanted)));
      }
    }
    // Seeds stay seeds where that is as good.
    const LatentState state = stateAt(filmOf({seeded(3), seeded(4)}), 1.0, info);
    QVERIFY(state.edits.empty());
    QCOMPARE(state.seed, 3U);
    QCOMPARE(state.targetSeed, 4U);
    QVERIFY(std::abs(state.blend - 0.5F) < 0.05F);
  }

  void slerpEqualsTheFormula() {
    const GeneratorInfo info = infoOf(2);
    LatentState a;
    a.edits = {{0, 2.0F}, {1, 0.0F}};
    LatentState b;
    b.edits = {{0, 0.0F}, {1, 4.0F}};
    // A third of a right angle is 30 degrees, a third of the way from 2 to 4 is 8/3.
    const auto z = resolveZ(stateAt(filmOf({a, b}), 2.0 / 3, info), info);
    QVERIFY(std::abs(z[0] - 8.0 / 3 * std::cos(std::numbers::pi / 6)) < 1e-6);
    QVERIFY(std::abs(z[1] - 8.0 / 3 * 0.5) < 1e-6);
  }

  void splineEqualsCatmullRom() {
    const GeneratorInfo info = infoOf(kZ);
    const std::vector<LatentState> states{longAs(1, 8), longAs(2, 8), longAs(3, 6), longAs(4, 8)};
    const Timeline timeline = filmOf(states, false, Interpolation::Spline);
    std::vector<std::vector<float>> p;
    for (const LatentState& state : states) {
      p.push_back(resolveZ(state, info));
    }
    for (const double t : {0.1, 0.5, 0.8}) {
      // The textbook's matrix for evenly spaced points (Catmull and Rom 1974), then the length.
      std::vector<float> expected(kZ);
      for (std::size_t i = 0; i < kZ; ++i) {
        const double a = p[0][i];
        const double b = p[1][i];
        const double c = p[2][i];
        const double d = p[3][i];
        expected[i] = static_cast<float>(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t));
      }
      const double scale = (8 * (1 - t) + 6 * t) / length(expected);
      for (float& value : expected) {
        value = static_cast<float>(value * scale);
      }
      QVERIFY(largestDifference(resolveZ(stateAt(timeline, 2.0 + 2.0 * t, info), info), expected) < 1e-5);
    }
  }

  void theSplineDoesNotBreak() {
    const GeneratorInfo info = infoOf(kZ);
    for (const bool spline : {false, true}) {
      // Keyframes at uneven times, and the place where the loop closes.
      Timeline timeline = filmOf({longAs(1, 8), longAs(2, 8), longAs(3, 8)}, true,
                                 spline ? Interpolation::Spline : Interpolation::Slerp);
      timeline.keyframes[1].seconds = 1.0;
      for (const double time : {0.0, 1.0, 4.0}) {
        constexpr double kStep = 1e-2;
        const auto before = resolveZ(stateAt(timeline, time - kStep, info), info);
        const auto at = resolveZ(stateAt(timeline, time, info), info);
        const auto behind = resolveZ(stateAt(timeline, time + kStep, info), info);
        std::vector<float> in(kZ);
        std::vector<float> out(kZ);
        for (std::size_t i = 0; i < kZ; ++i) {
          in[i] = at[i] - before[i];
          out[i] = behind[i] - at[i];
        }
        QVERIFY2((angle(in, out) < 0.1) == spline, qPrintable(QString::number(angle(in, out))));
      }
    }
  }

  void easings() {
    const GeneratorInfo info = infoOf(kZ);
    const auto shareAt = [&](Easing easing, double t) {
      Timeline timeline = filmOf({longAs(1, 8), longAs(2, 8)});
      timeline.keyframes[0].easing = easing;
      const auto first = resolveZ(timeline.keyframes[0].state, info);
      const auto last = resolveZ(timeline.keyframes[1].state, info);
      return angle(first, resolveZ(stateAt(timeline, 2.0 * t, info), info)) / angle(first, last);
    };
    const auto near = [](double a, double b) { return std::abs(a - b) < 1e-3; };
    QVERIFY(near(shareAt(Easing::Linear, 0.25), 0.25));
    QVERIFY(near(shareAt(Easing::Smooth, 0.25), 0.15625));
    QVERIFY(near(shareAt(Easing::EaseIn, 0.25), 0.0625));
    QVERIFY(near(shareAt(Easing::EaseOut, 0.25), 0.4375));
    QVERIFY(near(shareAt(Easing::Hold, 0.999), 0.0));
    QVERIFY(near(shareAt(Easing::Hold, 1.0), 1.0));
    for (const Easing easing : {Easing::Linear, Easing::Smooth, Easing::EaseIn, Easing::EaseOut, Easing::Hold}) {
      QVERIFY(easingNamed(nameOf(easing)) == easing);
      QCOMPARE(eased(easing, 0.0), 0.0);
      QCOMPARE(eased(easing, 1.0), 1.0);
    }
    QVERIFY(!easingNamed("bouncing"));
    QVERIFY(interpolationNamed("spline") == Interpolation::Spline);
    QVERIFY(interpolationNamed(nameOf(Interpolation::Slerp)) == Interpolation::Slerp);
    QVERIFY(!interpolationNamed(""));
  }

  void theWholeStateMoves() {
    GeneratorInfo info = infoOf(kZ);
    info.labels = LabelKind::Classes;
    info.classCount = 4;
    LatentState a = seeded(1);
    a.classes = {{1, 10.0F}};
    a.styleOffsets = {{{0, 3}, 2.0F}};
    a.truncation = 1.0;
    a.transform = {0.0F, 0.5F, 0.0F};
    a.noise = NoiseMode::Constant;
    a.resolution = 16;
    takeStyle(a, 0, seeded(5));
    const Direction smile{"smile", std::vector<float>(kZ, 0.5F)};
    a.directions = {{smile, 1.0F, 0, -1}, {smile, 4.0F, 2, 3}};
    LatentState b = seeded(2);
    b.styleOffsets = {{{-1, 0}, 4.0F}};
    b.truncation = 0.6;
    b.transform = {0.2F, 0.5F, 360.0F};
    b.fade = 0.8F;
    b.noise = NoiseMode::None;
    takeStyle(b, 0, seeded(5), 0.5F);
    takeStyle(b, 1, seeded(6));
    b.directions = {{smile, 3.0F, 0, -1}};
    const Timeline timeline = filmOf({a, b});
    const LatentState early = stateAt(timeline, 0.5, info);
    const LatentState late = stateAt(timeline, 1.5, info);
    const std::map<int, float> classes{{0, 0.25F}, {1, 0.75F}};
    QVERIFY(early.classes == classes);  // none means class 0, and a weight of 10 alone is one class
    const std::map<StylePlace, float> offsets{{{0, 3}, 1.5F}, {{-1, 0}, 1.0F}};
    QVERIFY(early.styleOffsets == offsets);
    QVERIFY(std::abs(early.truncation - 0.9) < 1e-12);
    const PictureTransform transform{0.05F, 0.5F, 90.0F};
    QVERIFY(early.transform == transform);
    QVERIFY(std::abs(early.fade - 0.2F) < 1e-7F);
    QVERIFY(early.noise == NoiseMode::Constant && late.noise == NoiseMode::None);
    QVERIFY(early.resolution == 16 && late.resolution == 0);
    // A quarter of the way: sources fade, what both have goes from the one strength to the other.
    QCOMPARE(early.sources.size(), std::size_t{2});
    const std::map<int, float> first{{0, 0.875F}};
    const std::map<int, float> second{{1, 0.25F}};
    QVERIFY(*early.sources[0].recipe == seeded(5) && early.sources[0].layers == first);
    QVERIFY(*early.sources[1].recipe == seeded(6) && early.sources[1].layers == second);
    QCOMPARE(early.directions.size(), std::size_t{2});
    QCOMPARE(early.directions[0].strength, 1.5F);
    QCOMPARE(early.directions[1].strength, 3.0F);
    QVERIFY(stateAt(timeline, 2.0, info) == b);
  }

  void uniformLatentsStayInTheirCube() {
    const GeneratorInfo info = infoOf(kZ, ZDistribution::Uniform);
    const Timeline line = filmOf({seeded(1), seeded(2)});
    const auto a = resolveZ(seeded(1), info);
    const auto b = resolveZ(seeded(2), info);
    const auto z = resolveZ(stateAt(line, 0.5, info), info);
    for (std::size_t i = 0; i < kZ; ++i) {
      QVERIFY(std::abs(z[i] - (0.75F * a[i] + 0.25F * b[i])) < 1e-6F);
    }
    const Timeline spline = filmOf({seeded(1), seeded(2), seeded(3)}, true, Interpolation::Spline);
    for (double time = 0; time < 6; time += 0.1) {
      for (const float value : resolveZ(stateAt(spline, time, info), info)) {
        QVERIFY(std::abs(value) <= 1.0F);
      }
    }
  }

  void oddTimelines() {
    const GeneratorInfo info = infoOf(kZ);
    QCOMPARE(durationOf({}), 0.0);
    QVERIFY(stateAt({}, 3.0, info) == LatentState{});
    for (const bool loop : {false, true}) {
      const Timeline one = filmOf({seeded(4)}, loop);
      QCOMPARE(durationOf(one), 0.0);
      QVERIFY(stateAt(one, 5.0, info) == seeded(4));
      Timeline together = filmOf({seeded(4), seeded(5)}, loop);
      together.keyframes[1].seconds = 0.0;
      QVERIFY(stateAt(together, 0.0, info) == seeded(5));
    }
    // A cut: until 2 s on the way to one state, from then on at another.
    Timeline cut = filmOf({seeded(1), seeded(2), seeded(3), seeded(4)});
    cut.keyframes[2].seconds = 2.0;
    QVERIFY(stateAt(cut, 2.0, info) == seeded(3));
    QVERIFY(angle(resolveZ(stateAt(cut, 1.99, info), info), resolveZ(seeded(2), info)) < 0.02);
    // Opposite states have no one great circle; what comes is finite, and the ends are right.
    LatentState opposite = longAs(1, 8);
    for (auto& [dimension, value] : opposite.edits) {
      value = -value;
    }
    for (const float value : resolveZ(stateAt(filmOf({longAs(1, 8), opposite}), 1.0, info), info)) {
      QVERIFY(std::isfinite(value));
    }
  }
};

QTEST_GUILESS_MAIN(TimelineTest)
#include "timeline_test.moc"

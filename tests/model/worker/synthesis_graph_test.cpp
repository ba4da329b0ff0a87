// When work is recorded, when it is replayed, and when neither: with a device made of paper, whose recordings are lists
// of what to do.
#include "model/worker/synthesis_graph.h"

#include <QTest>

#include <stdexcept>

using namespace loom::model;

namespace {

struct PaperDevice {
  int worked = 0;
  int replayed = 0;
  int alive = 0;
  bool recording = false;
  std::string fails;    // at which step
  double error = 0.0;   // of what a replay gives
  torch::Tensor input;  // places of the last recording
  torch::Tensor output;

  torch::Tensor work(const torch::Tensor& w) {
    if (!recording) {
      ++worked;
      return w * 2.0 + 1.0;
    }
    if (fails == "work") {
      throw std::runtime_error("something that cannot be recorded");
    }
    input = w;
    output = torch::full_like(w, -1.0);  // recorded, not done
    return output;
  }
};

class PaperRecording : public Recording {
 public:
  explicit PaperRecording(PaperDevice& device) : m_device(device) { ++m_device.alive; }
  ~PaperRecording() override { --m_device.alive; }
  void begin() override {
    if (m_device.fails == "begin") {
      throw std::runtime_error("no graphs here");
    }
    m_device.recording = true;
  }
  void end() override {
    m_device.recording = false;
    m_input = m_device.input;
    m_output = m_device.output;
  }
  void replay() override {
    ++m_device.replayed;
    m_output.copy_(m_input * 2.0 + 1.0 + m_device.error);
  }

 private:
  PaperDevice& m_device;
  torch::Tensor m_input;
  torch::Tensor m_output;
};

}  // namespace

class SynthesisGraphTest : public QObject {
  Q_OBJECT

 private:
  PaperDevice device;
  std::unique_ptr<SynthesisGraph> graph;

  bool right(double value, const SynthesisSettings& settings = {}, std::int64_t rows = 1) {
    const torch::Tensor w = torch::full({rows, 3}, value);
    const torch::Tensor made = graph->run(w, settings, [&](const torch::Tensor& at) { return device.work(at); });
    return torch::equal(made, torch::full({rows, 3}, value * 2.0 + 1.0));
  }

 private Q_SLOTS:
  void init() {
    graph.reset();
    device = {};
    graph = std::make_unique<SynthesisGraph>([this] { return std::make_unique<PaperRecording>(device); });
  }

  void recordedAfterSomeCallsAndThenReplayed() {
    for (int i = 0; i < 3; ++i) {
      QVERIFY(right(i));
      QVERIFY(!graph->replayed());
    }
    QCOMPARE(device.replayed, 1);  // the trial
    for (int i = 3; i < 10; ++i) {
      QVERIFY(right(i));
      QVERIFY(graph->replayed());
    }
    QCOMPARE(device.worked, 3);
    QCOMPARE(device.replayed, 8);
    QVERIFY(graph->problem().empty());
  }

  void whatWasGivenStays() {
    for (int i = 0; i < 4; ++i) {
      QVERIFY(right(i));
    }
    const auto work = [&](const torch::Tensor& at) { return device.work(at); };
    const torch::Tensor first = graph->run(torch::full({1, 3}, 5.0), {}, work);
    QVERIFY(right(6));
    QVERIFY(torch::equal(first, torch::full({1, 3}, 11.0)));
  }

  void otherSettingsOrShapesBeginAnew() {
    for (int i = 0; i < 5; ++i) {
      QVERIFY(right(i));
    }
    SynthesisSettings other;
    other.resolution = 32;
    QVERIFY(right(1, other));
    QVERIFY(!graph->replayed());
    QCOMPARE(device.alive, 0);
    for (int i = 0; i < 4; ++i) {
      QVERIFY(right(i, other));
    }
    QVERIFY(graph->replayed());
    QVERIFY(right(1, other, 2));
    QVERIFY(!graph->replayed());
    graph->drop();
    QCOMPARE(device.alive, 0);
  }

  void whatCannotBeRecordedIsMadePlainly_data() {
    QTest::addColumn<QString>("fails");
    QTest::newRow("no graphs") << "begin";
    QTest::newRow("work that cannot be recorded") << "work";
    QTest::newRow("a replay of another picture") << "wrong";
    QTest::newRow("a replay without numbers") << "nan";
  }
  void whatCannotBeRecordedIsMadePlainly() {
    QFETCH(QString, fails);
    device.fails = fails.toStdString();
    device.error = fails == "wrong" ? 0.01 : fails == "nan" ? NAN : 0.0;
    for (int i = 0; i < 6; ++i) {
      QVERIFY(right(i));
      QVERIFY(!graph->replayed());
    }
    QVERIFY(!graph->problem().empty());
    QVERIFY(!device.recording);
    QCOMPARE(device.alive, 0);
    QCOMPARE(device.worked, 6);
  }
};

QTEST_APPLESS_MAIN(SynthesisGraphTest)
#include "synthesis_graph_test.moc"

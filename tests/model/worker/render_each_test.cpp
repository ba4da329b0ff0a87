// Pictures that are made side by side are those that are made alone, to the byte, of every kind of generator.
#include "model/opened_model.h"

#include <QDirIterator>
#include <QtTest>

#include <atomic>
#include <cstring>
#include <set>
#include <thread>

using namespace loom::model;

namespace {

std::vector<LatentState> someStates(const GeneratorInfo& info) {
  std::vector<LatentState> states;
  for (std::uint32_t seed = 0; seed < 11; ++seed) {
    LatentState state;
    state.seed = seed;
    if (info.classCount > 0) {
      state.classes = {{static_cast<int>(seed) % info.classCount, 1.0F}};
    }
    states.push_back(state);
  }
  states[3].truncation = 0.5;
  states[5].noise = NoiseMode::Random;  // another way through the layers in between
  states[8].normStatistics = NormStatistics::Instance;
  return states;
}

}  // namespace

class RenderEachTest : public QObject {
  Q_OBJECT

  std::set<std::string> m_together;  // architectures of which pictures were made side by side

 private Q_SLOTS:
  void eachIsTheOneMadeAlone_data() {
    QTest::addColumn<QString>("path");
    for (const char* folder : {LOOM_RESOURCES "/checkpoints", LOOM_TEST_DATA "/oracle", LOOM_TEST_DATA "/biggan",
                               LOOM_TEST_DATA "/stylegan1", LOOM_TEST_DATA "/stylegan2", LOOM_TEST_DATA "/stylegan3"}) {
      QDirIterator files(QString::fromUtf8(folder), {"*.pth", "*.pkl", "*.pt", "*.bin", "*.safetensors"}, QDir::Files,
                         QDirIterator::Subdirectories);
      while (files.hasNext()) {
        const QString path = files.next();
        QTest::newRow(qPrintable(path.section('/', -2))) << path;
      }
    }
  }
  void eachIsTheOneMadeAlone() {
    QFETCH(QString, path);
    std::shared_ptr<OpenedModel> model;
    try {
      model = OpenedModel::open(path.toStdString());
    } catch (const std::exception&) {
      return;  // inputs and outputs lie beside the checkpoints
    }
    const GeneratorInfo& info = model->info();
    const auto states = someStates(info);
    if (info.input == InputKind::Picture) {
      QCOMPARE(model->sideBySide(), 1);  // how large its pictures are shows with the one that it is given
      return;
    }
    const auto fresh = OpenedModel::open(path.toStdString());  // what layers make once of their weights is to be made
    const std::vector<Frame> together = fresh->renderEach(states);
    QCOMPARE(together.size(), states.size());
    for (std::size_t i = 0; i < states.size(); ++i) {
      const Frame alone = model->render(states[i]);
      QCOMPARE(together[i].width, alone.width);
      QCOMPARE(together[i].height, alone.height);
      QVERIFY(together[i].latent == states[i]);
      const auto bytes = static_cast<std::size_t>(alone.width) * static_cast<std::size_t>(alone.height) * 4;
      QVERIFY2(std::memcmp(together[i].pixels.data, alone.pixels.data, bytes) == 0, qPrintable(QString::number(i)));
    }
    if (fresh->sideBySide() > 1) {
      m_together.insert(info.architecture);
    }
  }

  void mostKindsAreMadeSideBySide() {
    if (std::thread::hardware_concurrency() > 1) {
      QVERIFY2(m_together.size() > 8, qPrintable(QString::number(m_together.size())));
    }
  }

  void itCanBeInterrupted() {
    const auto model = OpenedModel::open(LOOM_RESOURCES "/checkpoints/emoji-faces.safetensors");
    std::atomic<int> asked = 0;
    QVERIFY_EXCEPTION_THROWN(model->renderEach(someStates(model->info()), [&] { return ++asked > 20; }), Interrupted);
    QCOMPARE(model->renderEach({{}, {}}).size(), std::size_t{2});  // and works on
  }
};

QTEST_GUILESS_MAIN(RenderEachTest)
#include "render_each_test.moc"

// StyleGAN3: pictures equal to what the original program computes (tests/data/stylegan3/make.py) in other sizes and with
// other options than the oracle's, and clear refusals of what only looks like one.
#include "model/compute_device.h"
#include "model/generators/architecture.h"
#include "model/opened_model.h"
#include "tests/model/generators/references.h"
#include "tests/model/style_checkpoints.h"

#include <QTemporaryDir>
#include <QTest>

#include <functional>

using namespace loom::model;
using loom::test::difference;
using loom::test::kTolerance;
using loom::test::Tensors;

namespace {

std::filesystem::path data(const std::string& name) {
  return std::filesystem::path(LOOM_TEST_DATA "/stylegan3") / (name + ".safetensors");
}

GeneratorInputs inputsOf(const Tensors& reference) {
  GeneratorInputs inputs{.z = reference.at("z")};
  if (reference.contains("c")) {
    inputs.c = reference.at("c");
  }
  return inputs;
}

Matrix3 transformOf(const Tensors& reference) {
  Matrix3 matrix{};
  std::copy_n(reference.at("transform").values.begin(), matrix.size(), matrix.begin());
  return matrix;
}

TensorView& tensor(TensorGroup& group, const std::string& name) {
  return *std::find_if(group.tensors.begin(), group.tensors.end(), [&](const TensorView& one) { return one.name == name; });
}

using Change = std::function<void(Checkpoint&)>;

}  // namespace

class Stylegan3Test : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void equalsTheOriginal_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<int>("classes");
    QTest::newRow("T, a clamp of none, one critical layer") << "t" << 0;
    QTest::newRow("R, classes, grey, other filters") << "r-classes" << 3;
    QTest::newRow("nothing told but names and shapes") << "bare" << 0;
  }
  void equalsTheOriginal() {
    QFETCH(QString, file);
    QFETCH(int, classes);
    const auto model = OpenedModel::open(data(file.toStdString()));
    QCOMPARE(model->info().architecture, std::string("StyleGAN3"));
    QCOMPARE(model->info().classCount, classes);
    QVERIFY(model->info().hasTransform);
    const Tensors expected = loom::test::tensorsOf(data(file.toStdString() + ".reference"));
    const auto compare = [&](const SynthesisSettings& settings, const std::string& suffix) {
      const GeneratorOutputs got = model->generate(inputsOf(expected), settings);
      const double image = difference(got.image, expected.at("image" + suffix));
      const double ws = difference(got.ws, expected.at(suffix == " truncated" ? "ws truncated" : "ws"));
      qInfo("ws differs by %.2g, the image by %.2g%s", ws, image, suffix.c_str());
      QVERIFY(ws <= kTolerance && image <= kTolerance);
    };
    compare({}, "");
    SynthesisSettings truncated;
    truncated.truncation = 0.6;
    truncated.truncationCutoff = 3;
    compare(truncated, " truncated");
    SynthesisSettings transformed;
    transformed.transform = transformOf(expected);
    compare(transformed, " transformed");
  }

  void draftsAreClose_data() { equalsTheOriginal_data(); }
  void draftsAreClose() {
    QFETCH(QString, file);
    const auto model = OpenedModel::open(data(file.toStdString()));
    const Tensors reference = loom::test::tensorsOf(data(file.toStdString() + ".reference"));
    const double error = loom::test::draftError(*model, {}, inputsOf(reference));
    // Narrow as they are, these have none: they give the exact picture.
    const bool drafts = model->info().hasDrafts && !computeDevice().cuda;
    QVERIFY2(drafts ? error > 0.0 && error <= 0.02 : error == 0.0, qPrintable(QString::number(error)));
  }

  void draftsOfARealSizeAreClose_data() {
    QTest::addColumn<bool>("turns");
    QTest::newRow("T") << false;
    QTest::newRow("R") << true;
  }
  void draftsOfARealSizeAreClose() {
    QFETCH(bool, turns);
    const auto net = loom::test::randomStylegan3(64, 2048, turns);
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.filePath(QStringLiteral("random.safetensors")).toStdString();
    writeSafetensors(path, net.tensors, net.metadata);
    const auto model = OpenedModel::open(path);
    QCOMPARE(model->info().width, 64);
    const double error = loom::test::draftError(*model, {}, model->inputsFor({}));
    QVERIFY2(error <= 0.02 && (error > 0.0 || computeDevice().cuda), qPrintable(QString::number(error)));
  }

  void whatOnlyLooksLikeOneIsTold_data() {
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("mustSay");
    const auto shape = [](const char* name, std::vector<std::int64_t> sides) -> Change {
      return [name = std::string(name), sides](Checkpoint& file) { tensor(file.groups[0], name).shape = sides; };
    };
    const auto rename = [](const char* name, const char* other) -> Change {
      return [name = std::string(name), other = std::string(other)](Checkpoint& file) {
        tensor(file.groups[0], name).name = other;
      };
    };
    const auto option = [](const char* name, const char* value) -> Change {
      return [name = std::string(name), value = std::string(value)](Checkpoint& file) {
        for (auto& [key, text] : file.metadata) {
          text = key == "attributes.init_kwargs." + name ? value : text;
        }
        file.metadata.emplace_back("attributes.init_kwargs." + name, value);
      };
    };
    const std::string layer = "synthesis.L1_";
    QTest::newRow("untouched") << Change([](Checkpoint&) {}) << "";
    QTest::newRow("a huge shape") << shape("mapping.fc0.weight", {1LL << 40, 5}) << "mapping.fc0.weight";
    QTest::newRow("an empty shape") << shape("synthesis.input.weight", {0, 0}) << "synthesis.input.weight";
    QTest::newRow("a wrong rank") << shape("synthesis.input.freqs", {9}) << "synthesis.input.freqs";
    QTest::newRow("no such layer") << rename("synthesis.L5_16_3.weight", "synthesis.L9_16_3.weight") << "number 5";
    QTest::newRow("a name that disagrees") << rename("synthesis.L5_16_3.weight", "synthesis.L5_32_3.weight")
                                           << "should be called";
    QTest::newRow("a huge picture") << rename("synthesis.L5_16_3.weight", "synthesis.L5_99999_3.weight") << "resolution";
    QTest::newRow("another margin") << option("margin_size", "5") << "should be called";
    QTest::newRow("a margin out of range") << option("margin_size", "-3") << "margin";
    QTest::newRow("a number that is none") << option("first_cutoff", "many") << "first_cutoff";
    QTest::newRow("a cutoff of nothing") << option("first_cutoff", "0") << "cutoffs";
    QTest::newRow("all layers critical") << option("num_critical", "5") << "critical";
  }
  void whatOnlyLooksLikeOneIsTold() {
    QFETCH(Change, change);
    QFETCH(QString, mustSay);
    Checkpoint file = readCheckpoint(data("t"));
    change(file);
    for (const Architecture& architecture : architectures()) {
      if (architecture.name == "StyleGAN3") {
        const Recognition recognition = architecture.recognise(file.groups.at(0), file);
        QVERIFY2(static_cast<bool>(recognition) == mustSay.isEmpty(), recognition.mismatch.c_str());
        QVERIFY2(QString::fromStdString(recognition.mismatch).contains(mustSay), recognition.mismatch.c_str());
        return;
      }
    }
    QFAIL("there is no such architecture");
  }
};

QTEST_GUILESS_MAIN(Stylegan3Test)
#include "stylegan3_test.moc"

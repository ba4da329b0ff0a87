// The parts of a StyleGAN2 training against what the original programs compute (tests/data/training/make_style_reference.py),
// and how a Progressive GAN grows.
#include "model/checkpoint/checkpoint_reader.h"
#include "model/generators/stylegan2/stylegan2.h"
#include "model/training/ada_pipeline.h"
#include "model/training/diff_augment.h"
#include "model/training/gan_losses.h"
#include "model/training/growth.h"
#include "model/training/path_length.h"
#include "model/training/stylegan2_discriminator.h"

#include <ATen/CPUGeneratorImpl.h>

#include <QTest>

#include <map>

using namespace loom::model;
using torch::Tensor;

namespace {

std::map<std::string, Tensor> readReference() {
  std::map<std::string, Tensor> tensors;
  const Checkpoint file = readCheckpoint(LOOM_TEST_DATA "/training/style.safetensors");
  for (const TensorGroup& group : file.groups) {
    for (const TensorView& view : group.tensors) {
      tensors[view.name] = torch::tensor(view.toFloat32()).view(view.shape).clone();
    }
  }
  return tensors;
}

}  // namespace

class StyleTrainingTest : public QObject {
  Q_OBJECT

  const std::map<std::string, Tensor> m_reference = readReference();
  Tensor at(const std::string& name) const { return m_reference.at(name); }

  /// Largest difference as a share of the largest magnitude.
  static double difference(const Tensor& got, const Tensor& expected) {
    return got.sizes() == expected.sizes()
               ? (got - expected).abs().max().item<double>() / std::max(1e-9, expected.abs().max().item<double>())
               : 1e9;
  }

  void fill(torch::nn::Module& module, const std::string& prefix) const {
    const torch::NoGradGuard noGrad;
    const auto set = [&](const auto& item) { Tensor(item.value()).copy_(at(prefix + item.key())); };
    for (const auto& item : module.named_parameters()) {
      set(item);
    }
    for (const auto& item : module.named_buffers()) {
      set(item);
    }
  }

 private Q_SLOTS:
  void discriminatorIsTheOriginals_data() {
    QTest::addColumn<int>("classes");
    QTest::addColumn<int>("channels");
    QTest::newRow("D") << 0 << 3;
    QTest::newRow("D classes") << 3 << 1;
  }
  void discriminatorIsTheOriginals() {
    QFETCH(int, classes);
    QFETCH(int, channels);
    const std::string name = QTest::currentDataTag();
    const auto d = makeStylegan2Discriminator({8, 8, 4}, {channels, 16, classes}, classes > 0);
    fill(*d, name + ".");
    const Tensor x = at(name + " x").clone().requires_grad_(true);
    const Tensor labels = classes > 0 ? torch::arange(x.size(0)).remainder(classes) : Tensor();
    const Tensor scores = d->judge(x, labels).scores;
    QVERIFY2(difference(scores.detach(), at(name + " scores")) < 1e-5, "scores");
    const Tensor r1 = squaredGradient(scores, x);
    r1.backward();
    QVERIFY2(difference(r1.detach(), at(name + " r1")) < 1e-5, "R1");
    const auto parameters = d->named_parameters();
    QVERIFY2(difference(parameters["b16.conv0.weight"].grad(), at(name + " r1 gradient")) < 1e-4, "its gradient");
  }

  void pathLengthsAreTheOriginals() {
    Stylegan2Options options;
    options.zDim = 6;
    options.mapping = {6, 6};
    options.blockWidths = {8, 8};
    options.clamp = 256.0;
    Stylegan2Generator g(options);
    fill(g, "G.");
    g.finishLoading();
    static const Interrupt kNever;
    SynthesisControl control{kNever, {}, {}};
    control.settings.noise = NoiseMode::None;
    const Tensor ws = g.map(at("path z"), {}, control);
    const Tensor picture = g.synthesize(ws, control);
    QVERIFY2(difference(picture.detach(), at("path picture")) < 1e-5, "picture");
    const Tensor lengths = pathLengths(picture, ws, at("path noise"));
    QVERIFY2(difference(lengths.detach(), at("path lengths")) < 1e-5, "lengths");
    Tensor mean = torch::tensor(0.7);
    const Tensor penalty = pathPenalty(lengths, mean);
    QVERIFY2(difference(mean, at("path mean")) < 1e-5, "mean");
    QVERIFY2(difference(penalty.detach(), at("path penalty")) < 1e-5, "penalty");
    penalty.backward();
    const auto parameters = g.named_parameters();
    QVERIFY2(difference(parameters["synthesis.b8.conv0.weight"].grad(), at("path gradient conv")) < 1e-4, "conv");
    QVERIFY2(difference(parameters["mapping.fc1.weight"].grad(), at("path gradient mapping")) < 1e-4, "mapping");
  }

  void adaIsTheOriginals_data() {
    QTest::addColumn<int>("channels");
    QTest::addColumn<QString>("percentile");
    for (const int channels : {1, 3}) {
      for (const char* percentile : {"0.3", "0.65"}) {
        QTest::addRow("%d channels at %s", channels, percentile) << channels << percentile;
      }
    }
  }
  void adaIsTheOriginals() {
    QFETCH(int, channels);
    QFETCH(QString, percentile);
    const std::string name = "ada " + std::to_string(channels);
    const std::string made = name + " at " + percentile.toStdString();
    at::Generator random = at::make_generator<at::CPUGeneratorImpl>(1);
    const Tensor x = at(name).clone().requires_grad_(true);
    const Tensor y = augmentWithAda(x, 1.0, random, percentile.toDouble());
    QVERIFY2(difference(y.detach(), at(made)) < 1e-4, qPrintable(QString::number(difference(y.detach(), at(made)))));
    const Tensor gradient = torch::autograd::grad({y.pow(3).sum()}, {x}, {}, true, true)[0];
    gradient.square().sum().backward();
    QVERIFY2(difference(x.grad(), at(made + " gradient")) < 1e-3,
             qPrintable(QString::number(difference(x.grad(), at(made + " gradient")))));
  }

  void adaHappensAsOftenAsAsked() {
    at::Generator random = at::make_generator<at::CPUGeneratorImpl>(5);
    const Tensor x = torch::rand({400, 1, 8, 8}, random);
    QVERIFY(augmentWithAda(x, 0.0, random).equal(x));
    // A picture stays whole where none of the ten transformations that a grey one can have happens to it; blitting that
    // draws nothing (no flip, no turn) leaves it, too. Between (1 - p)^10 and thrice that.
    constexpr double kP = 0.1;
    const Tensor changed = (augmentWithAda(x, kP, random) - x).abs().flatten(1).amax(1) > 1e-2;
    const double whole = 1.0 - changed.to(torch::kFloat32).mean().item<double>();
    QVERIFY2(whole > 0.27 && whole < 0.62, qPrintable(QString::number(whole)));
  }

  void adaFollowsHowSureDIs() {
    AdaController ada(0.0);
    constexpr int kBatch = 50;
    const auto feed = [&](double sign, int batches) {
      for (int i = 0; i < batches; ++i) {
        ada.see(sign, kBatch, 0.6);
      }
    };
    feed(0.2, 40);
    QCOMPARE(ada.p(), 0.0);  // never below
    feed(0.9, 400);
    QVERIFY(std::abs(ada.p() - 400.0 * kBatch / 500'000.0) < 1e-9);
    feed(0.9, 2);
    AdaController other(0.5);
    other.restore(ada.state());
    other.see(0.9, kBatch, 0.6);
    ada.see(0.9, kBatch, 0.6);
    QVERIFY(other.state().equal(ada.state()));
    const double before = ada.p();
    feed(0.1, 201);
    QVERIFY(ada.p() < before);
  }

  void diffAugmentIsTheOriginals() {
    const auto whole = [&](const char* name) { return at(name).to(torch::kInt64); };
    const DiffDraws draws{at("diff brightness"), at("diff saturation"), at("diff contrast"), whole("diff shift"),
                          whole("diff hole")};
    QVERIFY(difference(diffAugment(at("diff"), draws), at("diff made")) < 1e-5);
    at::Generator random = at::make_generator<at::CPUGeneratorImpl>(2);
    const DiffDraws own = drawDiffAugment(torch::zeros({3000, 1, 16, 16}), random);
    QCOMPARE(own.shift.min().item<std::int64_t>(), std::int64_t{-2});
    QCOMPARE(own.shift.max().item<std::int64_t>(), std::int64_t{2});
    QCOMPARE(own.hole.min().item<std::int64_t>(), std::int64_t{0});
    QCOMPARE(own.hole.max().item<std::int64_t>(), std::int64_t{16});
  }

  void progressiveGanGrows() {
    TrainingSettings settings;
    settings.family = Family::Progressive;
    settings.growEvery = 100;
    struct Row {
      int step, resolution;
      double fade;
      int whole;
    };
    for (const Row& row : {Row{0, 4, 0.0, 4}, Row{99, 4, 0.0, 4}, Row{100, 8, 1.0, 4}, Row{150, 8, 0.5, 4}, Row{200, 8, 0.0, 8},
                           Row{299, 8, 0.0, 8}, Row{325, 16, 0.75, 8}, Row{400, 16, 0.0, 16}, Row{99999, 16, 0.0, 16}}) {
      const GrowthStage stage = growthAt(settings, 16, row.step);
      QCOMPARE(stage.resolution, row.resolution);
      QCOMPARE(stage.fade, row.fade);
      QCOMPARE(stage.whole, row.whole);
    }
    settings.growEvery = 0;
    QCOMPARE(growthAt(settings, 16, 0).whole, 16);
  }
};

QTEST_GUILESS_MAIN(StyleTrainingTest)
#include "style_training_test.moc"

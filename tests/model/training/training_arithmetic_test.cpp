// Losses, penalties, Adam and spectral norm against what PyTorch computes (tests/data/training/make_reference.py).
#include "model/checkpoint/checkpoint_reader.h"
#include "model/training/adam.h"
#include "model/training/discriminator.h"
#include "model/training/gan_losses.h"

#include <ATen/CPUGeneratorImpl.h>

#include <QTest>

#include <map>

using namespace loom::model;
using torch::Tensor;

namespace {

constexpr double kTolerance = 1e-5;  // of the largest magnitude

std::map<std::string, Tensor> readReference() {
  std::map<std::string, Tensor> tensors;
  const Checkpoint file = readCheckpoint(LOOM_TEST_DATA "/training/losses.safetensors");
  for (const TensorView& view : file.groups.at(0).tensors) {
    tensors[view.name] = torch::tensor(view.toFloat32()).view(view.shape).clone();
  }
  return tensors;
}

bool agree(const Tensor& got, const Tensor& expected) {
  return got.sizes() == expected.sizes() &&
         (got - expected).abs().max().item<double>() <= kTolerance * std::max(1e-6, expected.abs().max().item<double>());
}

}  // namespace

class TrainingArithmeticTest : public QObject {
  Q_OBJECT

  const std::map<std::string, Tensor> m_reference = readReference();
  Tensor at(const std::string& name) const { return m_reference.at(name); }

 private Q_SLOTS:
  void lossesAreTheirPapers_data() {
    QTest::addColumn<int>("loss");
    const std::pair<const char*, GanLoss> kLosses[]{{"minimax", GanLoss::Minimax},
                                                    {"non-saturating", GanLoss::NonSaturating},
                                                    {"least-squares", GanLoss::LeastSquares},
                                                    {"hinge", GanLoss::Hinge},
                                                    {"wasserstein", GanLoss::Wasserstein}};
    for (const auto& [name, loss] : kLosses) {
      QTest::newRow(name) << static_cast<int>(loss);
    }
  }
  void lossesAreTheirPapers() {
    QFETCH(int, loss);
    const std::string name = QTest::currentDataTag();
    QVERIFY(agree(lossOfD(static_cast<GanLoss>(loss), at("real"), at("fake")), at("D " + name)));
    QVERIFY(agree(lossOfG(static_cast<GanLoss>(loss), at("fake")), at("G " + name)));
  }

  void penaltiesAndTheirGradients() {
    for (const std::string name : {"r1", "wgan-gp"}) {
      Tensor weight = at("weight").clone().requires_grad_(true);
      const auto judge = [&](const Tensor& x) { return torch::tanh(x.flatten(1).mm(weight.t())).mv(at("last")); };
      Tensor penalty;
      if (name == "r1") {
        const Tensor x = at("x").clone().requires_grad_(true);
        penalty = squaredGradient(judge(x), x);
      } else {
        penalty = gradientPenalty(judge, at("x"), at("y"), at("alpha"));
      }
      penalty.backward();
      QVERIFY(agree(penalty.detach(), at(name)));
      QVERIFY(agree(weight.grad(), at(name + " gradient")));
    }
  }

  void adamIsPyTorchs() {
    torch::nn::Module module;
    Tensor w = module.register_parameter("w", at("adam begin").clone());
    Adam adam(module, 0.5, 0.9);
    for (const double rate : {0.1, 0.05, 0.2}) {
      adam.zeroGrad();
      w.pow(4).sum().backward();
      adam.step(rate);
    }
    QVERIFY(agree(w.detach(), at("adam end")));
    QCOMPARE(adam.state().size(), std::size_t{3});
  }

  void spectralNormForgetsTheScale() {
    TrainingSettings settings;
    settings.family = Family::Mlp;
    settings.spectralNorm = true;
    settings.depth = 2;
    settings.width = 6;
    at::Generator random = at::make_generator<at::CPUGeneratorImpl>(3);
    const auto d = makeDiscriminator(settings, {1, 4, 0}, random);
    const Tensor x = torch::randn({5, 1, 4, 4}, random);
    const auto settled = [&] {
      const torch::NoGradGuard noGrad;
      for (int i = 0; i < 200; ++i) {  // the iteration needs its time
        d->judge(x, {});
      }
      return d->judge(x, {}).scores;
    };
    const Tensor before = settled();
    {
      const torch::NoGradGuard noGrad;
      for (const auto& item : d->named_parameters()) {
        if (item.key().ends_with("weight")) {
          Tensor(item.value()).mul_(7.0);
        }
      }
    }
    QVERIFY((settled() - before).abs().max().item<double>() < 1e-3);
    // And no layer stretches anything: D is at most as steep as its layers, 1 each.
    const Tensor y = x + 0.1 * torch::randn(x.sizes(), random);
    const Tensor rise = (d->judge(y, {}).scores - d->judge(x, {}).scores).abs();
    QVERIFY((rise <= (y - x).flatten(1).norm(2, 1) * 1.01).all().item<bool>());
  }
};

QTEST_GUILESS_MAIN(TrainingArithmeticTest)
#include "training_arithmetic_test.moc"

#include "model/training/trainer.h"

#include "model/training/gan_losses.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>

#include <chrono>
#include <cmath>

namespace loom::model {
namespace {

using torch::Tensor;

constexpr std::int64_t kFixed = 64;

/// bfloat16 where it is safe, while it lives.
class MixedPrecision {
 public:
  explicit MixedPrecision(bool on) : m_before(at::autocast::is_autocast_enabled(at::kCPU)) {
    at::autocast::set_autocast_enabled(at::kCPU, on);
    at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
  }
  ~MixedPrecision() {
    at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(at::kCPU, m_before);
  }
  MixedPrecision(const MixedPrecision&) = delete;
  MixedPrecision& operator=(const MixedPrecision&) = delete;

 private:
  bool m_before;
};

void askForGradients(torch::nn::Module& module, bool on) {
  for (Tensor parameter : module.parameters()) {
    parameter.set_requires_grad(on);
  }
}

std::vector<std::pair<std::string, Tensor>> namedTensors(const torch::nn::Module& module) {
  std::vector<std::pair<std::string, Tensor>> named;
  for (const auto& item : module.named_parameters()) {
    named.emplace_back(item.key(), item.value());
  }
  for (const auto& item : module.named_buffers()) {
    named.emplace_back(item.key(), item.value());
  }
  return named;
}

void copyAll(const torch::nn::Module& from, const torch::nn::Module& to) {
  const torch::NoGradGuard noGrad;
  const auto source = namedTensors(from);
  const auto target = namedTensors(to);
  for (std::size_t i = 0; i < source.size(); ++i) {
    Tensor(target[i].second).copy_(source[i].second);
  }
}

}  // namespace

/// What a step adds up, as tensors: read once at its end.
struct Trainer::StepSums {
  Tensor lossG, lossD, scoreReal, scoreFake, accuracyReal, accuracyFake, gradientG, gradientD, penalty;
  static void add(Tensor& sum, const Tensor& value) { sum = sum.defined() ? sum + value.detach() : value.detach(); }
};

Trainer::Trainer(const TrainingSettings& settings, const DataShape& shape, const std::vector<std::string>& classNames,
                 Reader reader)
    : m_shape(shape),
      m_reader(std::move(reader)),
      m_zDim(settings.zDim),
      m_batch(settings.batch),
      m_conditional(shape.classes > 0 && settings.conditioning != Conditioning::None),
      m_random(at::make_generator<at::CPUGeneratorImpl>(settings.seed)) {
  m_generator = makeTrainedGenerator(settings, shape, classNames, m_random);
  if (settings.emaHalfLife > 0.0) {
    at::Generator unused = at::make_generator<at::CPUGeneratorImpl>(0);
    m_average = makeTrainedGenerator(settings, shape, classNames, unused);
    copyAll(*m_generator.module, *m_average.module);
    askForGradients(*m_average.module, false);
    m_average.module->eval();
  }
  m_discriminator = makeDiscriminator(settings, shape, m_random);
  m_adamG = std::make_unique<Adam>(*m_generator.module, settings.beta1, settings.beta2);
  m_adamD = std::make_unique<Adam>(*m_discriminator, settings.beta1, settings.beta2);
  m_fixedZ = torch::randn({kFixed, m_zDim}, m_random);
  // Class after class, so that a row of the sheet shows each.
  m_fixedLabels = m_conditional ? torch::arange(kFixed).remainder(shape.classes) : Tensor();
}

Tensor Trainer::drawZ(std::int64_t count) { return torch::randn({count, m_zDim}, m_random); }

Tensor Trainer::drawLabels(std::int64_t count) {
  return m_conditional ? torch::randint(0, m_shape.classes, {count}, m_random, torch::kInt64) : Tensor();
}

Tensor Trainer::oneHot(const Tensor& labels) const {
  return labels.defined() ? torch::one_hot(labels, m_shape.classes).to(torch::kFloat32) : Tensor();
}

void Trainer::stepD(const TrainingSettings& settings, StepSums& sums) {
  RealBatch batch = m_reader(m_stepsOfD);
  Tensor real = batch.pictures;
  const Tensor realLabels = m_conditional ? batch.labels : Tensor();
  const std::int64_t count = real.size(0);
  const Tensor labels = m_conditional ? realLabels : Tensor();  // generated ones of the same classes
  Tensor fake;
  {
    const torch::NoGradGuard noGrad;
    fake = m_generator.make(drawZ(count), oneHot(labels)).to(torch::kFloat32);
  }
  const bool r1 = settings.r1 > 0.0 && m_stepsOfD % settings.r1Every == 0;
  if (r1) {
    real = real.detach().requires_grad_(true);
  }
  m_adamD->zeroGrad();
  const auto onReal = m_discriminator->judge(real, realLabels);
  const auto onFake = m_discriminator->judge(fake, labels);
  Tensor loss = lossOfD(settings.loss, onReal.scores, onFake.scores);
  if (onReal.classes.defined()) {
    loss = loss + torch::cross_entropy_loss(onReal.classes, realLabels) + torch::cross_entropy_loss(onFake.classes, labels);
  }
  StepSums::add(sums.lossD, loss);
  Tensor penalty = torch::zeros({});
  if (r1) {
    penalty = squaredGradient(onReal.scores, real) * (0.5 * settings.r1 * settings.r1Every);
  }
  if (settings.gradientPenalty > 0.0) {
    const auto scoreOf = [&](const Tensor& x) { return m_discriminator->judge(x, realLabels).scores; };
    penalty = penalty + gradientPenalty(scoreOf, real, fake, torch::rand({count}, m_random)) * settings.gradientPenalty;
  }
  (loss + penalty).backward();
  StepSums::add(sums.penalty, penalty);
  StepSums::add(sums.gradientD, m_adamD->gradientNorm());
  StepSums::add(sums.scoreReal, onReal.scores.mean());
  StepSums::add(sums.scoreFake, onFake.scores.mean());
  if (const auto threshold = thresholdOf(settings.loss)) {
    StepSums::add(sums.accuracyReal, onReal.scores.detach().gt(*threshold).to(torch::kFloat32).mean());
    StepSums::add(sums.accuracyFake, onFake.scores.detach().le(*threshold).to(torch::kFloat32).mean());
  }
  m_adamD->step(settings.learningRateD);
  if (settings.weightClip > 0.0) {
    const torch::NoGradGuard noGrad;
    for (Tensor parameter : m_discriminator->parameters()) {
      parameter.clamp_(-settings.weightClip, settings.weightClip);
    }
  }
  ++m_stepsOfD;
}

void Trainer::stepG(const TrainingSettings& settings, StepSums& sums) {
  askForGradients(*m_discriminator, false);
  m_adamG->zeroGrad();
  const Tensor labels = drawLabels(m_batch);
  const auto verdict = m_discriminator->judge(m_generator.make(drawZ(m_batch), oneHot(labels)), labels);
  Tensor loss = lossOfG(settings.loss, verdict.scores);
  if (verdict.classes.defined()) {
    loss = loss + torch::cross_entropy_loss(verdict.classes, labels);
  }
  loss.backward();
  askForGradients(*m_discriminator, true);
  StepSums::add(sums.lossG, loss);
  StepSums::add(sums.gradientG, m_adamG->gradientNorm());
  m_adamG->step(settings.learningRateG);
}

void Trainer::average(const TrainingSettings& settings) {
  if (!m_average.module) {
    return;
  }
  const torch::NoGradGuard noGrad;
  // At first an average of few steps, so that the weights drawn at random are soon forgotten.
  const double done = static_cast<double>(m_steps);
  const double keep = std::min(std::exp2(-1.0 / settings.emaHalfLife), (1.0 + done) / (10.0 + done));
  const std::vector<Tensor> now = m_generator.module->parameters();
  const std::vector<Tensor> mean = m_average.module->parameters();
  at::_foreach_lerp_(mean, now, 1.0 - keep);
  const auto from = m_generator.module->buffers();
  const auto to = m_average.module->buffers();
  for (std::size_t i = 0; i < from.size(); ++i) {
    Tensor(to[i]).copy_(from[i]);
  }
}

StepReport Trainer::step(const TrainingSettings& settings) {
  const auto start = std::chrono::steady_clock::now();
  if (m_shape.isPoints()) {
    at::set_num_threads(1);  // of this thread: the layers are so small that handing them around costs more
  }
  const MixedPrecision precision(settings.mixedPrecision);
  m_generator.module->train();
  m_discriminator->train();
  StepSums sums;
  for (int i = 0; i < settings.stepsOfD; ++i) {
    stepD(settings, sums);
  }
  stepG(settings, sums);
  ++m_steps;
  average(settings);
  const bool judges = sums.accuracyReal.defined();
  const Tensor none = torch::zeros({});
  const Tensor values =
      torch::stack({sums.lossG.to(torch::kFloat32), sums.gradientG, sums.lossD.to(torch::kFloat32), sums.penalty.to(torch::kFloat32),
                    sums.gradientD, sums.scoreReal.to(torch::kFloat32), sums.scoreFake.to(torch::kFloat32),
                    judges ? sums.accuracyReal : none, judges ? sums.accuracyFake : none})
          .to(torch::kCPU, torch::kFloat64);
  const double* value = values.data_ptr<double>();
  const double rounds = settings.stepsOfD;
  StepReport report;
  report.step = m_steps;
  report.lossG = value[0];
  report.gradientG = value[1];
  report.lossD = value[2] / rounds;
  report.penalty = value[3] / rounds;
  report.gradientD = value[4] / rounds;
  report.scoreReal = value[5] / rounds;
  report.scoreFake = value[6] / rounds;
  if (judges) {
    report.accuracyReal = value[7] / rounds;
    report.accuracyFake = value[8] / rounds;
  }
  for (int i = 0; i < values.numel(); ++i) {
    report.finite = report.finite && std::isfinite(value[i]);
  }
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report;
}

Tensor Trainer::fixedSamples(std::int64_t count) const {
  const torch::NoGradGuard noGrad;
  const TrainedGenerator& best = m_average.module ? m_average : m_generator;
  best.module->eval();
  const std::int64_t taken = std::min(count, kFixed);
  return best.make(m_fixedZ.slice(0, 0, taken), oneHot(m_conditional ? m_fixedLabels.slice(0, 0, taken) : Tensor()));
}

Tensor Trainer::samples(std::int64_t count, std::uint64_t seed, Tensor* labels) const {
  const torch::NoGradGuard noGrad;
  const TrainedGenerator& best = m_average.module ? m_average : m_generator;
  best.module->eval();
  at::Generator random = at::make_generator<at::CPUGeneratorImpl>(seed);
  const Tensor drawn = m_conditional ? torch::randint(0, m_shape.classes, {count}, random, torch::kInt64) : Tensor();
  if (labels) {
    *labels = drawn;
  }
  return best.make(torch::randn({count, m_zDim}, random), oneHot(drawn));
}

Tensor Trainer::scores(const Tensor& x) const {
  const torch::NoGradGuard noGrad;
  m_discriminator->eval();
  return m_discriminator->judge(x, {}).scores;
}

std::vector<std::pair<std::string, Tensor>> Trainer::state() const {
  std::vector<std::pair<std::string, Tensor>> all;
  const auto add = [&](const std::string& prefix, const std::vector<std::pair<std::string, Tensor>>& tensors) {
    for (const auto& [name, tensor] : tensors) {
      all.emplace_back(prefix + name, tensor);
    }
  };
  add("G.", namedTensors(*m_generator.module));
  if (m_average.module) {
    add("ema.", namedTensors(*m_average.module));
  }
  add("D.", namedTensors(*m_discriminator));
  add("adamG.", m_adamG->state());
  add("adamD.", m_adamD->state());
  add("fixed.", {{"z", m_fixedZ}});
  all.emplace_back("counts", torch::tensor({m_steps, m_stepsOfD}, torch::kInt64));
  all.emplace_back("random", m_random.get_state());
  return all;
}

void Trainer::restore(const std::function<Tensor(const std::string&)>& find) {
  const torch::NoGradGuard noGrad;
  for (auto& [name, tensor] : state()) {
    const Tensor stored = find(name);
    if (!stored.defined() || stored.sizes() != tensor.sizes() || stored.scalar_type() != tensor.scalar_type()) {
      throw std::runtime_error("its tensor " + name + " is missing, or not what these settings make");
    }
    if (name == "counts") {
      m_steps = stored[0].item<std::int64_t>();
      m_stepsOfD = stored[1].item<std::int64_t>();
    } else if (name == "random") {
      m_random.set_state(stored.clone());
    } else {
      tensor.copy_(stored);
    }
  }
}

std::vector<std::pair<std::string, Tensor>> Trainer::bestGenerator() const {
  return namedTensors(m_average.module ? *m_average.module : *m_generator.module);
}

}  // namespace loom::model

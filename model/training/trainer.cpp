#include "model/training/trainer.h"

#include "model/training/diff_augment.h"
#include "model/training/gan_losses.h"
#include "model/training/path_length.h"

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

/// Real pictures as they are judged at `stage`: as small, and as blurred where a doubling fades in.
Tensor atStage(const Tensor& pictures, const GrowthStage& stage) {
  if (pictures.dim() < 4 || (pictures.size(2) == stage.resolution && stage.fade == 0.0)) {
    return pictures;
  }
  const std::int64_t times = pictures.size(2) / stage.resolution;
  const Tensor small = times > 1 ? torch::avg_pool2d(pictures, times) : pictures;
  if (stage.fade == 0.0) {
    return small;
  }
  return torch::lerp(small, torch::upsample_nearest2d(torch::avg_pool2d(small, 2), {small.size(2), small.size(3)}),
                     stage.fade);
}

/// What is left of the learning rates after so many steps.
double rateLeft(const TrainingSettings& settings, std::int64_t steps) {
  return settings.decay ? std::max(0.0, 1.0 - static_cast<double>(steps) / settings.steps) : 1.0;
}

}  // namespace

/// What a step adds up, as tensors: read once at its end.
struct Trainer::StepSums {
  Tensor lossG, lossD, scoreReal, scoreFake, accuracyReal, accuracyFake, gradientG, gradientD, penalty, path, signReal;
  static void add(Tensor& sum, const Tensor& value) { sum = sum.defined() ? sum + value.detach() : value.detach(); }
};

Trainer::Trainer(const TrainingSettings& settings, const DataShape& shape, const std::vector<std::string>& classNames,
                 Reader reader)
    : m_settings(settings),
      m_shape(shape),
      m_reader(std::move(reader)),
      m_conditional(shape.classes > 0 && settings.conditioning != Conditioning::None),
      m_random(at::make_generator<at::CPUGeneratorImpl>(settings.seed)),
      m_ada(settings.adaP),
      m_pathMean(torch::zeros({})) {
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
  m_fixedZ = torch::randn({kFixed, m_settings.zDim}, m_random);
  // Class after class, so that a row of the sheet shows each.
  m_fixedLabels = m_conditional ? torch::arange(kFixed).remainder(shape.classes) : Tensor();
}

Tensor Trainer::drawZ(std::int64_t count) { return torch::randn({count, m_settings.zDim}, m_random); }

Tensor Trainer::drawLabels(std::int64_t count) {
  return m_conditional ? torch::randint(0, m_shape.classes, {count}, m_random, torch::kInt64) : Tensor();
}

Tensor Trainer::oneHot(const Tensor& labels) const {
  return labels.defined() ? torch::one_hot(labels, m_shape.classes).to(torch::kFloat32) : Tensor();
}

Tensor Trainer::drawW(const TrainingSettings& settings, std::int64_t count, const Tensor& labels) {
  const Tensor c = oneHot(labels);
  Tensor w = m_generator.map(drawZ(count), c);
  if (m_generator.styleLayers > 1 && settings.styleMixing > 0.0 &&
      torch::rand({1}, m_random).item<double>() < settings.styleMixing) {
    const auto crossover = torch::randint(1, m_generator.styleLayers, {1}, m_random, torch::kInt64).item<std::int64_t>();
    const Tensor other = m_generator.map(drawZ(count), c);
    w = torch::cat({w.slice(1, 0, crossover), other.slice(1, crossover)}, 1);
  }
  return w;
}

SynthesisSettings Trainer::drawPaint(const GrowthStage& stage) {
  SynthesisSettings paint;
  if (m_settings.family == Family::Progressive) {
    paint.resolution = stage.resolution;
    paint.fade = stage.fade;
  }
  if (m_generator.hasNoise) {
    constexpr std::int64_t kSeeds = std::int64_t{1} << 31;
    paint.noise = NoiseMode::Random;
    paint.noiseSeed = static_cast<std::uint32_t>(torch::randint(kSeeds, {1}, m_random, torch::kInt64).item<std::int64_t>());
  }
  return paint;
}

Tensor Trainer::augmented(const TrainingSettings& settings, const Tensor& pictures) {
  if (m_shape.isPoints() || settings.augment == Augment::None) {
    return pictures;
  }
  const MixedPrecision exact(false);  // places of pixels need more than eight bits
  const Tensor x = pictures.to(torch::kFloat32);
  return settings.augment == Augment::Ada ? augmentWithAda(x, m_ada.p(), m_random)
                                          : diffAugment(x, drawDiffAugment(x, m_random));
}

void Trainer::stepD(const TrainingSettings& settings, const GrowthStage& stage, StepSums& sums) {
  const RealBatch batch = m_reader(m_stepsOfD);
  Tensor real = atStage(batch.pictures, stage);
  const Tensor labels = m_conditional ? batch.labels : Tensor();  // generated ones of the same classes
  const std::int64_t count = real.size(0);
  Tensor fake;
  {
    const torch::NoGradGuard noGrad;
    fake = m_generator.paint(drawW(settings, count, labels), drawPaint(stage)).to(torch::kFloat32);
  }
  const bool r1 = settings.r1 > 0.0 && m_stepsOfD % settings.r1Every == 0;
  if (r1) {
    real = real.detach().requires_grad_(true);
  }
  m_adamD->zeroGrad();
  const auto onReal = m_discriminator->judge(augmented(settings, real), labels);
  const auto onFake = m_discriminator->judge(augmented(settings, fake), labels);
  Tensor loss = lossOfD(settings.loss, onReal.scores, onFake.scores);
  if (onReal.classes.defined()) {
    loss = loss + torch::cross_entropy_loss(onReal.classes, labels) + torch::cross_entropy_loss(onFake.classes, labels);
  }
  StepSums::add(sums.lossD, loss);
  Tensor penalty = torch::zeros({});
  if (r1) {
    penalty = squaredGradient(onReal.scores, real) * (0.5 * settings.r1 * settings.r1Every);
  }
  if (settings.gradientPenalty > 0.0) {
    const auto scoreOf = [&](const Tensor& x) { return m_discriminator->judge(x, labels).scores; };
    penalty = penalty + gradientPenalty(scoreOf, real, fake, torch::rand({count}, m_random)) * settings.gradientPenalty;
  }
  if (settings.drift > 0.0) {
    penalty = penalty + onReal.scores.square().mean() * settings.drift;
  }
  (loss + penalty).backward();
  StepSums::add(sums.penalty, penalty);
  StepSums::add(sums.gradientD, m_adamD->gradientNorm());
  StepSums::add(sums.scoreReal, onReal.scores.mean());
  StepSums::add(sums.scoreFake, onFake.scores.mean());
  const Tensor signReal = onReal.scores.detach().sign().to(torch::kFloat32).mean();
  StepSums::add(sums.signReal, signReal);
  if (const auto threshold = thresholdOf(settings.loss)) {
    StepSums::add(sums.accuracyReal, onReal.scores.detach().gt(*threshold).to(torch::kFloat32).mean());
    StepSums::add(sums.accuracyFake, onFake.scores.detach().le(*threshold).to(torch::kFloat32).mean());
  }
  m_adamD->step(settings.learningRateD * rateLeft(settings, m_steps));
  if (settings.weightClip > 0.0) {
    const torch::NoGradGuard noGrad;
    for (Tensor parameter : m_discriminator->parameters()) {
      parameter.clamp_(-settings.weightClip, settings.weightClip);
    }
  }
  if (adaP()) {
    m_ada.see(signReal.item<double>(), count, settings.adaTarget);
  }
  ++m_stepsOfD;
}

Tensor Trainer::pathLoss(const TrainingSettings& settings, const GrowthStage& stage) {
  const std::int64_t count = std::max<std::int64_t>(1, settings.batch / 2);
  const Tensor w = drawW(settings, count, drawLabels(count));
  const Tensor pictures = m_generator.paint(w, drawPaint(stage)).to(torch::kFloat32);
  const Tensor lengths = pathLengths(pictures, w, torch::randn(pictures.sizes(), m_random));
  return pathPenalty(lengths, m_pathMean) * (settings.pathLength * settings.pathLengthEvery);
}

void Trainer::stepG(const TrainingSettings& settings, const GrowthStage& stage, StepSums& sums) {
  askForGradients(*m_discriminator, false);
  m_adamG->zeroGrad();
  const Tensor labels = drawLabels(settings.batch);
  const Tensor pictures = m_generator.paint(drawW(settings, settings.batch, labels), drawPaint(stage));
  const auto verdict = m_discriminator->judge(augmented(settings, pictures), labels);
  Tensor loss = lossOfG(settings.loss, verdict.scores);
  if (verdict.classes.defined()) {
    loss = loss + torch::cross_entropy_loss(verdict.classes, labels);
  }
  loss.backward();
  askForGradients(*m_discriminator, true);
  if (settings.pathLength > 0.0 && m_generator.styleLayers > 0 && m_steps % settings.pathLengthEvery == 0) {
    const Tensor path = pathLoss(settings, stage);
    path.backward();
    StepSums::add(sums.path, path);
  }
  StepSums::add(sums.lossG, loss);
  StepSums::add(sums.gradientG, m_adamG->gradientNorm());
  m_adamG->step(settings.learningRateG * rateLeft(settings, m_steps));
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
  const GrowthStage now = stage();
  m_discriminator->setFade(now.fade);
  for (int i = 0; i < settings.stepsOfD; ++i) {
    stepD(settings, now, sums);
  }
  stepG(settings, now, sums);
  ++m_steps;
  average(settings);
  const bool judges = sums.accuracyReal.defined();
  const Tensor none = torch::zeros({});
  const Tensor values =
      torch::stack({sums.lossG.to(torch::kFloat32), sums.gradientG, sums.lossD.to(torch::kFloat32), sums.penalty.to(torch::kFloat32),
                    sums.gradientD, sums.scoreReal.to(torch::kFloat32), sums.scoreFake.to(torch::kFloat32),
                    judges ? sums.accuracyReal : none, judges ? sums.accuracyFake : none, sums.signReal,
                    sums.path.defined() ? sums.path.to(torch::kFloat32) : none})
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
  report.signReal = value[9] / rounds;
  if (sums.path.defined()) {
    report.pathPenalty = value[10];
  }
  report.adaP = adaP();
  report.resolution = now.resolution;
  for (int i = 0; i < values.numel(); ++i) {
    report.finite = report.finite && std::isfinite(value[i]);
  }
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report;
}

std::optional<double> Trainer::adaP() const {
  return m_settings.augment == Augment::Ada && !m_shape.isPoints() ? std::optional(m_ada.p()) : std::nullopt;
}

Tensor Trainer::bestPictures(const Tensor& z, const Tensor& labels) const {
  const torch::NoGradGuard noGrad;
  const TrainedGenerator& best = m_average.module ? m_average : m_generator;
  best.module->eval();
  SynthesisSettings paint;
  if (m_settings.family == Family::Progressive) {
    const GrowthStage now = stage();
    paint.resolution = now.resolution;
    paint.fade = now.fade;
  }
  // A few at a time: the layers of large networks take far more memory than their pictures.
  constexpr std::int64_t kAtOnce = 16;
  std::vector<Tensor> made;
  for (std::int64_t first = 0; first < z.size(0); first += m_shape.isPoints() ? z.size(0) : kAtOnce) {
    const std::int64_t last = m_shape.isPoints() ? z.size(0) : std::min(z.size(0), first + kAtOnce);
    made.push_back(best.make(z.slice(0, first, last), oneHot(labels.defined() ? labels.slice(0, first, last) : labels), paint));
  }
  const Tensor whole = torch::cat(made);
  return whole.dim() == 4 && whole.size(2) < m_shape.resolution
             ? torch::upsample_nearest2d(whole, {m_shape.resolution, m_shape.resolution})
             : whole;
}

Tensor Trainer::fixedSamples(std::int64_t count) const {
  const std::int64_t taken = std::min(count, kFixed);
  return bestPictures(m_fixedZ.slice(0, 0, taken), m_conditional ? m_fixedLabels.slice(0, 0, taken) : Tensor());
}

Tensor Trainer::samples(std::int64_t count, std::uint64_t seed, Tensor* labels) const {
  at::Generator random = at::make_generator<at::CPUGeneratorImpl>(seed);
  const Tensor drawn = m_conditional ? torch::randint(0, m_shape.classes, {count}, random, torch::kInt64) : Tensor();
  if (labels) {
    *labels = drawn;
  }
  return bestPictures(torch::randn({count, m_settings.zDim}, random), drawn);
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
  if (adaP()) {
    all.emplace_back("ada", m_ada.state());
  }
  if (m_generator.styleLayers > 0) {
    all.emplace_back("path mean", m_pathMean);
  }
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
    } else if (name == "ada") {
      m_ada.restore(stored);
    } else {
      tensor.copy_(stored);
    }
  }
}

std::vector<std::string> Trainer::notGrown() const {
  std::vector<std::string> names;
  if (m_settings.family == Family::Progressive) {
    int scale = 0;
    for (int pixels = stage().whole; pixels < m_shape.resolution; pixels *= 2) {
      ++scale;
    }
    int all = 0;
    for (int pixels = m_shape.resolution; pixels > 4; pixels /= 2) {
      ++all;
    }
    for (int i = all - scale; i < all; ++i) {
      names.push_back("scaleLayers." + std::to_string(i) + ".");
      names.push_back("toRGBLayers." + std::to_string(i + 1) + ".");
    }
  }
  return names;
}

std::vector<std::pair<std::string, Tensor>> Trainer::bestGenerator() const {
  auto tensors = namedTensors(m_average.module ? *m_average.module : *m_generator.module);
  for (const std::string& prefix : notGrown()) {
    std::erase_if(tensors, [&](const auto& tensor) { return tensor.first.starts_with(prefix); });
  }
  return tensors;
}

}  // namespace loom::model

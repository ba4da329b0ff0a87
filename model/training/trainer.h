// The game of G and D: one step at a time, all of its state in named tensors. Inside model/ only: it speaks in tensors.
#pragma once

#include "model/training/ada_pipeline.h"
#include "model/training/adam.h"
#include "model/training/growth.h"
#include "model/training/trained_generator.h"
#include "model/training_health.h"

#include <functional>
#include <memory>

namespace loom::model {

/// Real pictures for one step of D: N×C×R×R in [-1, 1] (or N×2), and N class indices where there are any.
struct RealBatch {
  torch::Tensor pictures;
  torch::Tensor labels;
};

class Trainer {
 public:
  using Reader = std::function<RealBatch(std::int64_t number)>;

  /// Draws the networks' weights from settings.seed. Throws std::runtime_error that names what cannot be.
  Trainer(const TrainingSettings& settings, const DataShape& shape, const std::vector<std::string>& classNames,
          Reader reader);

  /// settings.stepsOfD steps of D, one of G.
  StepReport step(const TrainingSettings& settings);

  std::int64_t steps() const { return m_steps; }
  const TrainedGenerator& generator() const { return m_generator; }
  const DataShape& shape() const { return m_shape; }

  /// What grows by itself, at the next step.
  GrowthStage stage() const { return growthAt(m_settings, m_shape.resolution, m_steps); }
  /// ADA's strength; nullopt where it does not augment.
  std::optional<double> adaP() const;

  /// What the average of G (G itself, where there is none) makes of the first `count` fixed latents, no gradient;
  /// enlarged to the whole resolution while the network grows.
  torch::Tensor fixedSamples(std::int64_t count) const;
  /// What it makes of latents of a seed of their own.
  torch::Tensor samples(std::int64_t count, std::uint64_t seed, torch::Tensor* labels = nullptr) const;
  torch::Tensor scores(const torch::Tensor& x) const;

  /// Everything that the next step depends on but the data: weights, average, moments, random state, counts. The tensors
  /// are the live ones (but for "counts" and "random", which restore() takes).
  std::vector<std::pair<std::string, torch::Tensor>> state() const;
  /// Takes a state in. Throws std::runtime_error that names a tensor which is missing or of another shape.
  void restore(const std::function<torch::Tensor(const std::string&)>& find);
  /// The weights that make the best pictures, named as the generator's own; of a network that grows, without what has not
  /// grown yet.
  std::vector<std::pair<std::string, torch::Tensor>> bestGenerator() const;
  /// The beginnings of the names that bestGenerator() leaves out.
  std::vector<std::string> notGrown() const;

 private:
  struct StepSums;
  torch::Tensor drawZ(std::int64_t count);
  torch::Tensor drawLabels(std::int64_t count);
  torch::Tensor oneHot(const torch::Tensor& labels) const;
  /// w of `count` latents; now and then of two for the layers before and behind a crossover.
  torch::Tensor drawW(const TrainingSettings& settings, std::int64_t count, const torch::Tensor& labels);
  SynthesisSettings drawPaint(const GrowthStage& stage);
  torch::Tensor augmented(const TrainingSettings& settings, const torch::Tensor& pictures);
  void stepD(const TrainingSettings& settings, const GrowthStage& stage, StepSums& sums);
  void stepG(const TrainingSettings& settings, const GrowthStage& stage, StepSums& sums);
  torch::Tensor pathLoss(const TrainingSettings& settings, const GrowthStage& stage);
  void average(const TrainingSettings& settings);
  torch::Tensor bestPictures(const torch::Tensor& z, const torch::Tensor& labels) const;

  TrainingSettings m_settings;  // as it began; those that may change are given to step()
  DataShape m_shape;
  Reader m_reader;
  bool m_conditional;
  at::Generator m_random;
  TrainedGenerator m_generator;
  TrainedGenerator m_average;  // its module null where there is none
  std::shared_ptr<Discriminator> m_discriminator;
  std::unique_ptr<Adam> m_adamG;
  std::unique_ptr<Adam> m_adamD;
  torch::Tensor m_fixedZ;
  torch::Tensor m_fixedLabels;
  AdaController m_ada;
  torch::Tensor m_pathMean;
  std::int64_t m_steps = 0;
  std::int64_t m_stepsOfD = 0;
};

}  // namespace loom::model

// The real batches of one training, by number: pictures read ahead by threads, or points of a toy.
#pragma once

#include "model/training/toy_data.h"
#include "model/training/trainer.h"
#include "model/training_batches.h"

#include <memory>

namespace loom::model {

class BatchSource {
 public:
  /// `data` is without effect for a toy. Throws std::runtime_error as BatchReader does.
  BatchSource(const TrainingSettings& settings, std::shared_ptr<const TrainingData> data);

  /// A pure function of settings.seed and `number`.
  RealBatch read(std::int64_t number);

  /// What the networks are made for.
  DataShape shape() const;
  const ToyData& toy() const { return m_toy; }

 private:
  TrainingSettings m_settings;
  std::shared_ptr<const TrainingData> m_data;
  ToyData m_toy;
  std::unique_ptr<BatchReader> m_reader;  // null for a toy
};

}  // namespace loom::model

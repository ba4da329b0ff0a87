// A small classifier that learns the data's classes beside a training, so that it shows which of them G makes: a class that
// is no longer made is mode collapse that has a name.
#pragma once

#include "model/training/adam.h"
#include "model/training/discriminator.h"

#include <memory>

namespace loom::model {

class ClassWatch {
 public:
  /// `shape` has classes.
  ClassWatch(const DataShape& shape, std::uint64_t seed);
  ~ClassWatch();

  /// Learns from a batch of real pictures (N×C×R×R in [-1, 1], N labels), until it has seen enough.
  void learn(const torch::Tensor& pictures, const torch::Tensor& labels);

  /// Whether it is right often enough to be asked.
  bool knows() const;

  /// The share of each class among `pictures`, as it sees them.
  std::vector<double> shares(const torch::Tensor& pictures) const;

  /// All that it has learnt, live tensors, and back.
  std::vector<std::pair<std::string, torch::Tensor>> state() const;

 private:
  class Network;
  std::shared_ptr<Network> m_network;
  std::unique_ptr<Adam> m_adam;
  torch::Tensor m_progress;  // batches learnt, running accuracy
};

}  // namespace loom::model

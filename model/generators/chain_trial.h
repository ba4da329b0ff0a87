// Which of several layouts the weights were trained with: each is run, and compared with what its norms remember.
#pragma once

#include "model/chain/chain_inference.h"
#include "model/checkpoint/checkpoint_reader.h"
#include "model/generators/generator.h"

#include <vector>

namespace loom::model {

struct RankedLayout {
  ChainLayout layout;
  double cost = 0.0;  ///< what is unusual, and how badly the weights agree; the least is the best
  double prior = 0.0;  ///< what is unusual alone
};

/// Tries the likeliest proposals and, for the best of them, other activations, eps and inputs. A batch norm remembers mean
/// and variance of what it was fed with in training: a layout under which it is fed with the same is the right one. Pictures
/// that are saturated (more than 98 % beyond 0.99), uniform, or the same for every z count against a layout.
/// At most 12, the best first. Throws ModelError where the weights cannot be loaded, Cancelled as readCheckpoint does.
std::vector<RankedLayout> rankByTrial(const std::vector<ChainProposal>& proposals, const TensorGroup& group,
                                      const Checkpoint& checkpoint, const ReadControl& control);

}  // namespace loom::model

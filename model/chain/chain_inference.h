// Reads a state_dict as a chain of layers and proposes what it does not tell. Looks at names and shapes only.
#pragma once

#include "model/chain_layout.h"
#include "model/checkpoint/checkpoint.h"

#include <vector>

namespace loom::model {

/// A layout that fits, and how far it is from what is usual: 0 has nothing unusual, each unit is one odd choice.
struct ChainProposal {
  ChainLayout layout;
  double cost = 0.0;
};

struct ChainReading {
  std::vector<ChainProposal> proposals;  ///< at most 16, the most usual first; empty: it is no chain
  ChainFindings findings;
};

/// Strides, paddings and upsampling so that the sizes reach a plausible square picture; activations, eps and the way in of
/// the classes as is usual, all marked as guesses unless the file tells them (whole modules do).
ChainReading readAsChain(const TensorGroup& group);

/// Other readings of the parts that sizes cannot decide: activation (ReLU, LeakyReLU 0.2), eps of all norms (1e-5, 0.8),
/// z's distribution, where the label enters. Each changes one guess of `layout`; what is told stays.
std::vector<ChainLayout> otherActivations(const ChainLayout& layout);
std::vector<ChainLayout> otherEps(const ChainLayout& layout);
std::vector<ChainLayout> otherInputs(const ChainLayout& layout);

}  // namespace loom::model

// Which layout a checkpoint's network is opened by, where it is no architecture of a name: told, or guessed.
#pragma once

#include "model/checkpoint/checkpoint_reader.h"
#include "model/generators/architecture.h"
#include "model/opened_model.h"

#include <optional>
#include <vector>

namespace loom::model {

struct ChainChoice {
  const TensorGroup* group = nullptr;
  Recognition recognition;
  LayoutSource source = LayoutSource::Told;
  std::vector<ChainLayout> alternatives;  ///< where guessed: ranked, the one taken first
};

/// By the layout that the options give, that lies beside the file, or that `convert` wrote into its metadata; in this
/// order. nullopt where there is none of them. `groups` in the order of preference. Throws ModelError where there is one
/// that cannot be read or fits none of the groups.
std::optional<ChainChoice> chooseByLayout(const Checkpoint& checkpoint, const std::vector<const TensorGroup*>& groups,
                                          const OpenOptions& options);

/// By the best reading of the first group that is a chain; nullopt where none is.
std::optional<ChainChoice> chooseByGuess(const Checkpoint& checkpoint, const std::vector<const TensorGroup*>& groups,
                                         const ReadControl& control);

/// The key of `convert`'s metadata that holds the layout.
inline constexpr const char* kLayoutKey = "layout";

/// What was seen of a network that is neither known nor a chain, and the message for people. `near`: what keeps it from
/// being of the program that it is plainly of ("StyleGAN2: its activation is swish"); may be empty.
UnknownNetwork unknownNetwork(const Checkpoint& checkpoint, const std::vector<const TensorGroup*>& groups,
                              const std::vector<std::string>& near);

}  // namespace loom::model

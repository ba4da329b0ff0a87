// Which network of a file is opened, and how.
#pragma once

#include "model/generators/architecture.h"
#include "model/generators/chain_choice.h"
#include "model/opened_model.h"

#include <string>
#include <vector>

namespace loom::model {

struct ModelChoice {
  const TensorGroup* group = nullptr;
  Recognition recognition;
  std::vector<std::string> others;             // names of all groups that are recognised, this one first
  LayoutSource source = LayoutSource::Preset;  // of a stack of layers
  std::vector<ChainLayout> alternatives;

  void take(ChainChoice&& chain) {
    group = chain.group;
    recognition = std::move(chain.recognition);
    source = chain.source;
    alternatives = std::move(chain.alternatives);
    std::erase(others, group->name);
    others.insert(others.begin(), group->name);
  }
};

/// Throws ModelError where nothing is recognised, TrustNeeded where only the file's own program could tell.
ModelChoice chooseModel(const Checkpoint& checkpoint, const OpenOptions& options, const ReadControl& control);

}  // namespace loom::model

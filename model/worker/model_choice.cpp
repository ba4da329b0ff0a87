#include "model/worker/model_choice.h"

#include "model/generators/script_program.h"

#include <algorithm>
#include <optional>

namespace loom::model {
namespace {

/// Averaged weights make the better pictures; then what is called a generator; then the rest.
int preference(const TensorGroup& group) {
  const auto has = [&](const char* word) { return group.name.find(word) != std::string::npos; };
  if (has("ema") || has("avg") || has("running")) {
    return 2;
  }
  if (has("netD") || has("discriminator") || has("critic") || group.name == "D" || group.name == "d") {
    return -1;
  }
  return has("netG") || has("generator") || group.name == "G" || group.name == "g" ? 1 : 0;
}

/// A program is the network's own word, so it comes before what its weights look like; but it has to be trusted.
std::optional<ModelChoice> chooseProgram(const Checkpoint& checkpoint, const TensorGroup& group, bool trust) {
  if (checkpoint.container != kTorchScript || !trust) {
    return std::nullopt;
  }
  ModelChoice choice;
  choice.group = &group;
  choice.recognition = recogniseScript(group, checkpoint);
  choice.others = {group.name};
  return choice;
}

}  // namespace

ModelChoice chooseModel(const Checkpoint& checkpoint, const OpenOptions& options, const ReadControl& control) {
  const std::string& wanted = options.group;
  std::vector<const TensorGroup*> groups;
  for (const TensorGroup& group : checkpoint.groups) {
    if (wanted.empty() || group.name == wanted) {
      groups.push_back(&group);
    }
  }
  if (groups.empty() && !wanted.empty()) {
    std::string names;
    for (const TensorGroup& group : checkpoint.groups) {
      names += (names.empty() ? "" : ", ") + (group.name.empty() ? std::string("(unnamed)") : group.name);
    }
    throw ModelError(checkpoint.path.filename().string() + " has no group named " + wanted + ". It has: " + names +
                     ".");
  }
  std::stable_sort(groups.begin(), groups.end(), [](auto* a, auto* b) { return preference(*a) > preference(*b); });
  if (!groups.empty()) {
    if (auto program = chooseProgram(checkpoint, *groups.front(), options.trust)) {
      return std::move(*program);
    }
  }
  ModelChoice choice;
  std::vector<std::string> near;
  for (const TensorGroup* group : groups) {
    for (const Architecture& architecture : architectures()) {
      Recognition recognition = architecture.recognise(*group, checkpoint);
      if (recognition.near && !recognition) {
        near.push_back(architecture.name + ": " + recognition.mismatch);
      }
      if (recognition) {
        choice.others.push_back(group->name);
        if (!choice.group) {
          choice.group = group;
          choice.recognition = std::move(recognition);
        }
        break;
      }
    }
  }
  if (auto told = chooseByLayout(checkpoint, groups, options)) {
    choice.take(std::move(*told));
    return choice;
  }
  if (options.asChain || (!choice.group && checkpoint.container != kTorchScript)) {
    if (auto guess = chooseByGuess(checkpoint, groups, control)) {
      choice.take(std::move(*guess));
      return choice;
    }
    if (options.asChain) {
      throw unknownNetwork(checkpoint, groups, near);
    }
  }
  if (!choice.group && checkpoint.container == kTorchScript) {
    throw TrustNeeded(checkpoint.path.filename().string() +
                      " holds a program (TorchScript), and the picture can only be had by running it. It could do "
                      "anything that you can do on this machine: run it only where you trust its origin (--trust).");
  }
  if (!choice.group) {
    throw unknownNetwork(checkpoint, groups, near);
  }
  return choice;
}

}  // namespace loom::model

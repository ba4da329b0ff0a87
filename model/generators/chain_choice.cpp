#include "model/generators/chain_choice.h"

#include "model/generators/architecture.h"
#include "model/generators/chain_generator.h"
#include "model/generators/chain_trial.h"

namespace loom::model {
namespace {

struct ToldLayout {
  ChainLayout layout;
  std::string where;  // "the layout beside it (x.loom.json)"
};

ChainLayout readTold(const Checkpoint& checkpoint, const std::filesystem::path& path) {
  try {
    return readChainLayout(path);
  } catch (const LayoutError& error) {
    throw ModelError(checkpoint.path.filename().string() + " was not opened: " + error.what());
  }
}

/// The layout in the metadata; none where the key is another program's.
std::optional<ChainLayout> layoutInMetadata(const Checkpoint& checkpoint) {
  for (const auto& [key, value] : checkpoint.metadata) {
    if (key != kLayoutKey || value.find("latent-loom layout") == std::string::npos) {
      continue;
    }
    try {
      return chainLayoutFromJson(value);
    } catch (const LayoutError& error) {
      throw ModelError(checkpoint.path.filename().string() + " was not opened: in its metadata, " + error.what() + ".");
    }
  }
  return std::nullopt;
}

/// "\nFound: a; b; and 3 more."; nothing where there are no clauses.
std::string sentence(const std::string& begin, const std::vector<std::string>& clauses) {
  constexpr std::size_t kShown = 6;
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, clauses.size()); ++i) {
    text += (i ? "; " : "\n" + begin + ": ") + clauses[i];
  }
  return clauses.empty()           ? text
         : clauses.size() > kShown ? text + "; and " + std::to_string(clauses.size() - kShown) + " more."
                                   : text + ".";
}

std::optional<ToldLayout> findTold(const Checkpoint& checkpoint, const OpenOptions& options) {
  if (options.layout) {
    return ToldLayout{*options.layout, "the layout given"};
  }
  if (!options.layoutFile.empty()) {
    return ToldLayout{readTold(checkpoint, options.layoutFile), options.layoutFile.filename().string()};
  }
  if (const auto sidecar = findSidecar(checkpoint.path); !sidecar.empty()) {
    ToldLayout told{readTold(checkpoint, sidecar), sidecar.filename().string() + " beside it"};
    const bool forAnother = !options.group.empty() && !told.layout.group.empty() && told.layout.group != options.group;
    return forAnother ? std::nullopt : std::optional(std::move(told));
  }
  if (auto layout = layoutInMetadata(checkpoint)) {
    return ToldLayout{std::move(*layout), "the layout in its metadata"};
  }
  return std::nullopt;
}

}  // namespace

std::optional<ChainChoice> chooseByLayout(const Checkpoint& checkpoint, const std::vector<const TensorGroup*>& groups,
                                          const OpenOptions& options) {
  const auto told = findTold(checkpoint, options);
  if (!told) {
    return std::nullopt;
  }
  std::string mismatch = "the file holds no tensors";
  for (const TensorGroup* group : groups) {
    Recognition recognition = recogniseByLayout(told->layout, *group);
    if (recognition) {
      return ChainChoice{group, std::move(recognition), LayoutSource::Told, {}};
    }
    // What is said of the network that the layout is for counts, else what is said of the first.
    if (group == groups.front() || group->name == told->layout.group) {
      mismatch = recognition.mismatch;
    }
  }
  throw ModelError(checkpoint.path.filename().string() + " does not fit " + told->where + ": " + mismatch + ".");
}

std::optional<ChainChoice> chooseByGuess(const Checkpoint& checkpoint, const std::vector<const TensorGroup*>& groups,
                                         const ReadControl& control) {
  for (const TensorGroup* group : groups) {
    const ChainReading reading = readAsChain(*group);
    if (reading.proposals.empty()) {
      continue;
    }
    ChainChoice choice{group, {}, LayoutSource::Guessed, {}};
    try {
      for (RankedLayout& ranked : rankByTrial(reading.proposals, *group, checkpoint, control)) {
        choice.alternatives.push_back(std::move(ranked.layout));
      }
    } catch (const ModelError& error) {
      throw ModelError(checkpoint.path.filename().string() + " cannot be used: " + error.what() + ".");
    } catch (const c10::Error& error) {
      throw ModelError(checkpoint.path.filename().string() + " cannot be used: " + error.what_without_backtrace());
    }
    if (!choice.alternatives.empty()) {
      choice.recognition = recogniseByLayout(choice.alternatives.front(), *group);
      return choice;
    }
  }
  return std::nullopt;
}

UnknownNetwork unknownNetwork(const Checkpoint& checkpoint, const std::vector<const TensorGroup*>& groups,
                              const std::vector<std::string>& near) {
  const std::string file = checkpoint.path.filename().string();
  if (groups.empty()) {
    return UnknownNetwork(file + " was read, but it holds no tensors.", {});
  }
  std::string text = file + " was read, but no generator that is known here fits it, and it is no plain stack of layers.";
  ChainFindings findings;
  for (const TensorGroup* group : groups) {
    ChainFindings here = readAsChain(*group).findings;
    text += sentence("Found" + (group->name.empty() ? std::string() : " in " + group->name), here.found);
    text += near.empty() ? sentence("In the way", here.missing) : std::string();
    if (findings.found.empty()) {
      findings = std::move(here);
    }
  }
  if (!near.empty()) {
    text += sentence("In the way", near);
    findings.missing = near;
  }
  std::string names;
  for (const Architecture& architecture : architectures()) {
    findings.lookedFor.push_back(architecture.name + ": " + architecture.looksFor);
    names += names.find(architecture.name) == std::string::npos ? architecture.name + ", " : "";
  }
  return UnknownNetwork(text + "\nLooked for: " + names + "and a stack of layers, one after the other.",
                        std::move(findings));
}

}  // namespace loom::model

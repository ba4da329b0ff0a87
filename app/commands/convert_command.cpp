#include "app/commands/convert_command.h"

#include "app/commands/model_options.h"
#include "app/commands/progress_line.h"
#include "model/checkpoint/safetensors_writer.h"
#include "model/opened_model.h"

#include <algorithm>
#include <filesystem>
#include <set>

namespace loom::app {
namespace {

namespace fs = std::filesystem;

CommandSyntax convertSyntax() {
  CommandSyntax syntax;
  syntax.name = "convert";
  syntax.summary = "Writes a checkpoint's network as safetensors.";
  syntax.usage = {"FILE OUT.safetensors [options]"};
  syntax.operands = {{"FILE", "The checkpoint."},
                     {"OUT.safetensors", "The file to write. What is there is replaced once the new one is whole."}};
  syntax.mostOperands = 2;
  const auto open = openOptionSyntax();
  syntax.options = {open[0], open[1]};  // no trust: a program cannot be converted
  syntax.details =
      "Weights keep their names and number types; the architecture and its options go into\n"
      "the metadata. The new file is opened and its picture compared before it is kept.\n\n"
      "Example:\n"
      "  latent-loom convert network.pkl network.safetensors\n";
  return syntax;
}

using model::TensorView;
using Metadata = std::vector<std::pair<std::string, std::string>>;

const model::TensorGroup& groupNamed(const model::Checkpoint& checkpoint, const std::string& name) {
  return *std::find_if(checkpoint.groups.begin(), checkpoint.groups.end(),
                       [&](const model::TensorGroup& group) { return group.name == name; });
}

/// The network's tensors, and those of the file's top level that go with it.
std::vector<TensorView> tensorsOf(const model::Checkpoint& checkpoint, const model::OpenedModel& opened) {
  std::vector<TensorView> tensors = groupNamed(checkpoint, opened.group()).tensors;
  for (const model::TensorGroup& group : checkpoint.groups) {
    for (const TensorView& tensor : group.tensors) {
      const auto& companions = opened.companions();
      if (group.name.empty() && !opened.group().empty() &&
          std::find(companions.begin(), companions.end(), tensor.name) != companions.end()) {
        tensors.push_back(tensor);
      }
    }
  }
  return tensors;
}

/// The first value of a key stands.
Metadata metadataOf(const model::Checkpoint& checkpoint, const model::OpenedModel& opened) {
  Metadata metadata;
  std::set<std::string> taken;
  const auto add = [&](const std::string& key, const std::string& value) {
    if (taken.insert(key).second) {
      metadata.emplace_back(key, value);
    }
  };
  add("architecture", opened.info().architecture);
  add("converted.program", "Latent Loom " LOOM_VERSION);
  add("converted.from", opened.path().filename().string());
  add("converted.container", opened.container());
  add("converted.group", opened.group());
  if (const model::LayoutReading* reading = opened.layout()) {
    model::ChainLayout layout = reading->layout;
    layout.group.clear();  // the new file holds the one network alone, without a name
    add("layout", model::chainLayoutToJson(layout));
  }
  const model::TensorGroup& group = groupNamed(checkpoint, opened.group());
  if (!group.className.empty()) {
    add("class", group.className);
  }
  for (const auto& [key, value] : group.attributes) {
    add("attributes." + key, value);
  }
  for (const auto& [key, value] : checkpoint.metadata) {
    add(key, value);
  }
  return metadata;
}

/// One picture of either, the same inputs. Weights that are the same give the same bits.
model::FloatTensor probe(const model::OpenedModel& opened) {
  const auto& info = opened.info();
  if (info.input == model::InputKind::Latent) {
    return opened.generate(opened.inputsFor({})).image;
  }
  constexpr std::int64_t kSide = 64;
  const std::int64_t side = (kSide + info.inputMultiple - 1) / info.inputMultiple * info.inputMultiple;
  model::FloatTensor picture{{1, info.inputChannels, side, side}, {}};
  for (std::int64_t i = 0; i < picture.elementCount(); ++i) {
    const float share = static_cast<float>(i % 997) / 996.0F;
    picture.values.push_back(info.range.low + share * (info.range.high - info.range.low));
  }
  return opened.generate(opened.inputsFor({}, &picture)).image;
}

void checkSamePicture(const model::OpenedModel& opened, const fs::path& draft, const model::ReadControl& control) {
  const auto again = model::OpenedModel::open(draft, control);
  if (again->info().architecture != opened.info().architecture || probe(*again) != probe(opened)) {
    throw std::runtime_error("the converted file would not give the same pictures");
  }
}

ExitCode runConvert(const Arguments& arguments, const Streams& streams, const std::stop_token& stop) {
  if (arguments.operands().size() != 2) {
    throw UsageError("say which checkpoint, and which file to write: FILE OUT.safetensors");
  }
  const fs::path source = arguments.operands()[0];
  const fs::path target = arguments.operands()[1];
  if (target.extension() != ".safetensors") {
    throw UsageError("the file to write must end in .safetensors, and " + target.string() + " does not");
  }
  ProgressLine progress(streams);
  const model::ReadControl control{
      .stop = stop, .progress = [&](double fraction) { progress.show("Opening", fraction); }, .limits = {}};
  try {
    const auto opened = model::OpenedModel::open(source, control, openOptions(arguments));
    if (opened->info().runsProgram) {
      throw std::runtime_error(source.filename().string() +
                               " holds a program, and safetensors holds weights only: it cannot be converted.");
    }
    const model::Checkpoint checkpoint = model::readCheckpoint(source, control);
    progress.show("Writing");
    fs::path draft = target;
    draft.replace_extension(".draft.safetensors");
    try {
      model::writeSafetensors(draft, tensorsOf(checkpoint, *opened), metadataOf(checkpoint, *opened));
      checkSamePicture(*opened, draft, control);
      fs::rename(draft, target);
    } catch (const std::exception& error) {
      std::error_code ignored;
      fs::remove(draft, ignored);
      if (stop.stop_requested()) {
        throw Stopped();
      }
      throw std::runtime_error(target.string() + " was not written: " + error.what() +
                               (std::string_view(error.what()).ends_with('.') ? "" : "."));
    }
  } catch (const model::CheckpointError& error) {
    if (error.kind() == model::CheckpointError::Kind::Cancelled) {
      throw Stopped();
    }
    throw;
  }
  progress.clear();
  streams.out << "wrote " << target.string() << '\n';
  return kDone;
}

}  // namespace

Command convertCommand() { return {convertSyntax(), runConvert}; }

}  // namespace loom::app

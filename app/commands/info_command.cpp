#include "app/commands/info_command.h"

#include "app/commands/model_options.h"
#include "app/commands/plain_text.h"
#include "app/commands/progress_line.h"
#include "app/commands/text_table.h"
#include "app/commands/told_picture.h"
#include "app/export/file_hash.h"
#include "app/export/picture_format.h"
#include "app/export/provenance.h"
#include "app/export/seed_list.h"
#include "model/opened_model.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace loom::app {
namespace {

using Json = nlohmann::ordered_json;

CommandSyntax infoSyntax() {
  CommandSyntax syntax;
  syntax.name = "info";
  syntax.summary = "Tells what is in a checkpoint, or where a saved picture comes from.";
  syntax.usage = {"FILE [options]"};
  syntax.operands = {{"FILE", "A checkpoint, or a PNG, JPEG or TIFF that Latent Loom saved."}};
  syntax.options = {
      {"--json", "", "", "One JSON object instead of text."},
      {"--tensors", "", "", "List every tensor: name, type, shape."}};
  const auto open = openOptionSyntax();
  syntax.options.insert(syntax.options.end(), open.begin(), open.end());
  syntax.details =
      "Nothing that is found in a file is run. A checkpoint whose network is not known is\n"
      "still told, as far as it can be read; the exit status is then 1.\n";
  return syntax;
}

const char* nameOf(model::ZDistribution distribution) {
  return distribution == model::ZDistribution::Normal ? "normal" : "uniform";
}

const char* nameOf(model::Truncation truncation) {
  switch (truncation) {
    case model::Truncation::None: return "none";
    case model::Truncation::MeanOfW: return "towards the mean of w";
    case model::Truncation::TruncatedNormalZ: return "of a normal z";
  }
  return "";
}

const char* nameOf(model::LabelKind labels) {
  switch (labels) {
    case model::LabelKind::None: return "none";
    case model::LabelKind::Classes: return "classes";
    case model::LabelKind::Attributes: return "attributes";
  }
  return "";
}

Json noiseNames(const model::GeneratorInfo& info) {
  Json names = Json::array();
  for (const model::NoiseMode mode : info.noiseModes) {
    names.push_back(mode == model::NoiseMode::Constant ? "const" : mode == model::NoiseMode::Random ? "random" : "none");
  }
  return names;
}

Json toJson(const model::TensorView& tensor) {
  return {{"name", tensor.name}, {"type", model::nameOf(tensor.dtype)}, {"shape", tensor.shape}};
}

Json toJson(const std::vector<std::pair<std::string, std::string>>& pairs) {
  Json object = Json::object();
  for (const auto& [name, value] : pairs) {
    object[name] = value;
  }
  return object;
}

Json containerJson(const model::Checkpoint& checkpoint, bool withTensors) {
  Json groups = Json::array();
  for (const model::TensorGroup& group : checkpoint.groups) {
    Json entry{{"name", group.name}, {"tensor_count", group.tensors.size()}};
    if (withTensors) {
      entry["tensors"] = Json::array();
      for (const model::TensorView& tensor : group.tensors) {
        entry["tensors"].push_back(toJson(tensor));
      }
    }
    groups.push_back(std::move(entry));
  }
  return {{"container", checkpoint.container},
          {"groups", std::move(groups)},
          {"metadata", toJson(checkpoint.metadata)},
          {"notes", checkpoint.notes}};
}

Json generatorJson(const model::OpenedModel& opened) {
  const model::GeneratorInfo& info = opened.info();
  return {{"group", opened.group()},
          {"groups", opened.groups()},
          {"architecture", info.architecture},
          {"input", info.input == model::InputKind::Latent ? "latent" : "picture"},
          {"parameters", info.parameterCount},
          {"z_dim", info.zDim},
          {"z_distribution", nameOf(info.zDistribution)},
          {"w_dim", info.wDim},
          {"style_layers", info.styleLayers},
          {"classes", info.classCount},
          {"truncation", nameOf(info.truncation)},
          {"labels", nameOf(info.labels)},
          {"class_names", info.classNames},
          {"noise", noiseNames(info)},
          {"resolutions", info.resolutions},
          {"transform", info.hasTransform},
          {"fade", info.hasFade},
          {"runs_program", info.runsProgram},
          {"norm_statistics", info.hasNormStatistics},
          {"input_channels", info.inputChannels},
          {"input_multiple", info.inputMultiple},
          {"channels", info.channels},
          {"height", info.height},
          {"width", info.width},
          {"range", {info.range.low, info.range.high}},
          {"options", toJson(info.options)}};
}

/// Rows of a name and a value, the values aligned.
std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return digits;
}

std::string shapeText(const Json& shape) {
  std::string text;
  for (const Json& side : shape) {
    text += text.empty() ? "" : "x";
    text += std::to_string(side.get<std::int64_t>());
  }
  return text.empty() ? "scalar" : text;
}

/// A JSON number without the fraction that it does not have.
std::string numberText(const Json& number) {
  const double value = number.get<double>();
  return value == static_cast<double>(static_cast<long>(value)) ? std::to_string(static_cast<long>(value))
                                                                : number.dump();
}

std::string listed(const Json& list) {
  std::string text;
  for (const Json& item : list) {
    text += (text.empty() ? "" : ", ") + (item.is_string() ? item.get<std::string>() : item.dump());
  }
  return text;
}

void printGenerator(const Json& told, TextTable& table) {
  const auto number = [&](const char* key) { return told[key].get<std::int64_t>(); };
  table.row("Architecture", told["architecture"].get<std::string>());
  if (const auto group = told["group"].get<std::string>(); !group.empty()) {
    table.row("Group", group);
  }
  table.row("Parameters", grouped(number("parameters")));
  table.row("Picture", (number("width") == 0 ? "as the input's size"
                                             : std::to_string(number("width")) + " x " + std::to_string(number("height"))) +
                           (number("channels") == 1 ? ", grey" : ", colour"));
  table.row("Range", numberText(told["range"][0]) + " to " + numberText(told["range"][1]));
  if (number("z_dim") > 0) {
    table.row("z", std::to_string(number("z_dim")) + " values, " + told["z_distribution"].get<std::string>());
  } else {
    table.row("Input", std::string("a picture, ") + (number("input_channels") == 1 ? "grey" : "colour") +
                           ", its sides multiples of " + std::to_string(number("input_multiple")) + " pixels");
  }
  if (number("w_dim") > 0) {
    table.row("w", std::to_string(number("w_dim")) + " values, " + std::to_string(number("style_layers")) + " layers");
  }
  table.row(told["labels"] == "attributes" ? "Attributes" : "Classes",
            number("classes") > 0 ? std::to_string(number("classes")) : "none");
  table.row("Truncation", told["truncation"].get<std::string>());
  if (!told["noise"].empty()) {
    table.row("Noise", listed(told["noise"]));
  }
  if (!told["resolutions"].empty()) {
    table.row("Outputs", listed(told["resolutions"]) + " pixels");
  }
  if (told["groups"].size() > 1) {
    table.row("Networks", listed(told["groups"]) + " (--group chooses)");
  }
  if (told["runs_program"].get<bool>()) {
    table.row("Program", "yes: the file's own program makes the pictures");
  }
  for (const auto& [name, value] : told["options"].items()) {
    table.row(plainText(name), value.get<std::string>());
  }
}

void printCheckpoint(const Json& told, std::ostream& out) {
  TextTable table(out);
  out << plainText(told["file"].get<std::string>()) << '\n';
  table.row("Container", told["container"].get<std::string>());
  table.row("Size", grouped(told["size"].get<std::int64_t>()) + " bytes");
  table.row("SHA-256", told["sha256"].get<std::string>());
  if (told.contains("generator")) {
    printGenerator(told["generator"], table);
  }
  for (const Json& group : told["groups"]) {
    const auto name = group["name"].get<std::string>();
    table.row("Tensors",
              std::to_string(group["tensor_count"].get<std::size_t>()) + (name.empty() ? "" : " in " + name));
  }
  if (!told["metadata"].empty()) {
    out << "Metadata\n";
    for (const auto& [name, value] : told["metadata"].items()) {
      table.row(plainText(name), value.get<std::string>());
    }
  }
  for (const Json& note : told["notes"]) {
    out << "Note: " << plainText(note.get<std::string>()) << '\n';
  }
  for (const Json& group : told["groups"]) {
    if (group.contains("tensors")) {
      const auto name = group["name"].get<std::string>();
      out << (name.empty() ? "Tensors" : "Tensors of " + plainText(name)) << '\n';
      for (const Json& tensor : group["tensors"]) {
        out << "  " << plainText(tensor["name"].get<std::string>()) << "  " << tensor["type"].get<std::string>() << ' '
            << shapeText(tensor["shape"]) << '\n';
      }
    }
  }
}

std::string dumped(const Json& object) {
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';  // names need not be UTF-8
}

ExitCode tellCheckpoint(const Arguments& arguments, const std::filesystem::path& path, const Streams& streams,
                        const std::stop_token& stop) {
  ProgressLine progress(streams);
  const model::ReadControl control{
      .stop = stop, .progress = [&](double fraction) { progress.show("Reading", fraction); }, .limits = {}};
  const model::Checkpoint checkpoint = model::readCheckpoint(path, control);
  const auto sha256 = sha256OfFile(path, stop, [&](double fraction) { progress.show("Taking the SHA-256", fraction); });
  if (!sha256) {
    throw Stopped();
  }
  Json told{
      {"file", path.string()}, {"kind", "checkpoint"}, {"size", std::filesystem::file_size(path)}, {"sha256", *sha256}};
  told.update(containerJson(checkpoint, arguments.has("--tensors")));
  std::string problem;
  try {
    const auto opened = model::OpenedModel::open(path, control, openOptions(arguments));
    told["generator"] = generatorJson(*opened);
    told["notes"] = opened->notes();
  } catch (const model::ModelError& error) {
    problem = error.what();
    told["error"] = problem;
  }
  progress.clear();
  if (arguments.has("--json")) {
    streams.out << dumped(told);
  } else {
    printCheckpoint(told, streams.out);
  }
  if (!problem.empty()) {
    streams.err << "latent-loom: " << problem << '\n';
  }
  return problem.empty() ? kDone : kFailed;
}

ExitCode runInfo(const Arguments& arguments, const Streams& streams, const std::stop_token& stop) {
  if (arguments.operands().empty()) {
    throw UsageError("say which file to look into");
  }
  const std::filesystem::path path = arguments.operands().front();
  if (pictureFormatOfContent(path)) {
    tellPicture(path, arguments.has("--json"), streams);
    return kDone;
  }
  try {
    return tellCheckpoint(arguments, path, streams, stop);
  } catch (const model::CheckpointError& error) {
    if (error.kind() == model::CheckpointError::Kind::Cancelled) {
      throw Stopped();
    }
    throw;
  }
}

}  // namespace

Command infoCommand() { return {infoSyntax(), runInfo}; }

}  // namespace loom::app

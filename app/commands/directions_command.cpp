#include "app/commands/directions_command.h"

#include "app/commands/model_options.h"
#include "app/commands/open_model.h"
#include "app/commands/progress_line.h"
#include "app/export/export_error.h"
#include "app/export/file_hash.h"
#include "model/checkpoint/safetensors_writer.h"
#include "model/latent_directions.h"

#include <charconv>
#include <filesystem>
#include <limits>

namespace loom::app {
namespace {

CommandSyntax directionsSyntax() {
  CommandSyntax syntax;
  syntax.name = "directions";
  syntax.summary = "Finds directions in the latent space without examples, and writes them.";
  syntax.usage = {"FILE --method pca|sefa --count N [options] -o OUT.safetensors"};
  syntax.operands = {{"FILE", "The checkpoint."}};
  syntax.mostOperands = 1;
  syntax.options = {{"--method", "", "METHOD", "pca: principal axes of w (GANSpace). sefa: from the weights alone (SeFa)."},
                    {"--count", "", "N", "How many, the most telling first (10)."},
                    {"--samples", "", "N", "Latents that pca looks at (10000)."},
                    {"--seed", "", "SEED", "Of these latents (0)."},
                    {"--layers", "", "FIRST-LAST", "Layers that sefa looks at; all unless told."},
                    {"--output", "-o", "OUT", "Tensors directions (N × dimensions, length 1) and strengths (N)."}};
  for (const auto& option : openOptionSyntax()) {
    syntax.options.push_back(option);
  }
  syntax.details =
      "Generators without a mapping network are looked at by the layer that z enters.\n\n"
      "Example:\n"
      "  latent-loom directions ffhq.pkl --method sefa --count 10 --layers 0-5 -o directions.safetensors\n";
  return syntax;
}

/// "3-7", or "3" alone.
std::pair<int, int> layersFrom(const Arguments& arguments) {
  const auto text = arguments.value("--layers");
  if (!text) {
    return {0, -1};
  }
  const auto dash = text->find('-');
  constexpr int kMost = 1000;
  const int first = wholeNumber("--layers", text->substr(0, dash), 0, kMost);
  return {first, dash == std::string::npos ? first : wholeNumber("--layers", text->substr(dash + 1), first, kMost)};
}

ExitCode runDirections(const Arguments& arguments, const Streams& streams, const std::stop_token& stop) {
  const auto method = arguments.value("--method");
  const auto output = arguments.value("--output");
  if (arguments.operands().size() != 1 || !output || !method || (*method != "pca" && *method != "sefa")) {
    throw UsageError("say FILE, --method pca or sefa, and -o OUT.safetensors");
  }
  const bool pca = *method == "pca";
  for (const char* option : {"--samples", "--seed"}) {
    if (!pca && arguments.has(option)) {
      throw UsageError(std::string(option) + " goes with --method pca: sefa looks at weights alone");
    }
  }
  if (pca && arguments.has("--layers")) {
    throw UsageError("--layers goes with --method sefa");
  }
  constexpr int kMost = 1 << 24;
  const int count = wholeNumber("--count", arguments.value("--count").value_or("10"), 1, kMost);
  const int samples = wholeNumber("--samples", arguments.value("--samples").value_or("10000"), 2, kMost);
  const int seed = wholeNumber("--seed", arguments.value("--seed").value_or("0"), 0, std::numeric_limits<int>::max());
  const auto layers = layersFrom(arguments);
  const std::filesystem::path target = *output;
  if (std::error_code ignored; target.has_parent_path() && !std::filesystem::is_directory(target.parent_path(), ignored)) {
    throw ExportError(target.string() + " cannot be written: the folder " + target.parent_path().string() + " does not exist.");
  }
  const auto opened = openModel(arguments.operands()[0], openOptions(arguments), false, streams, stop);
  const auto sha256 = sha256OfFile(opened->path(), stop);
  if (!sha256) {
    throw Stopped();
  }
  ProgressLine progress(streams);
  model::LatentDirections found;
  try {
    found = pca ? model::findByPca(*opened, count, samples, static_cast<std::uint32_t>(seed),
                                   [&] { return stop.stop_requested(); },
                                   [&](double fraction) { progress.show("Looking at latents", fraction); })
                : model::findBySefa(*opened, count, layers.first, layers.second);
  } catch (const model::Interrupted&) {
    throw Stopped();
  } catch (const model::ModelError& error) {
    throw std::runtime_error(opened->path().filename().string() + ": " + error.what() + ".");
  }
  progress.clear();
  model::TextPairs metadata{{"method", *method},
                            {"space", opened->info().wDim > 0 ? "w" : "z"},
                            {"checkpoint", opened->path().filename().string()},
                            {"checkpoint-sha256", *sha256}};
  if (pca) {
    metadata.emplace_back("samples", std::to_string(samples));
    metadata.emplace_back("seed", std::to_string(seed));
  } else {
    metadata.emplace_back("layers", layers.second < 0 ? "all" : std::to_string(layers.first) + "-" + std::to_string(layers.second));
  }
  const model::FloatTensor strengths{{static_cast<std::int64_t>(found.strengths.size())}, found.strengths};
  model::writeSafetensors(target, {{"directions", found.directions}, {"strengths", strengths}}, metadata);
  streams.out << "wrote " << target.string() << '\n';
  return kDone;
}

}  // namespace

Command directionsCommand() { return {directionsSyntax(), runDirections}; }

}  // namespace loom::app

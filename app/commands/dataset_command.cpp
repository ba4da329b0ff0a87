#include "app/commands/dataset_command.h"

#include "app/commands/look_options.h"
#include "app/commands/model_options.h"
#include "app/commands/open_model.h"
#include "app/commands/progress_line.h"
#include "app/export/dataset.h"
#include "model/input_check.h"

#include <limits>

namespace loom::app {
namespace {

CommandSyntax datasetSyntax() {
  CommandSyntax syntax;
  syntax.name = "dataset";
  syntax.summary = "Writes a synthetic data set: pictures, labels, and a page that says what it is.";
  syntax.usage = {"FILE --count N [--per-class] [options] -o DIR|OUT.zip"};
  syntax.operands = {{"FILE", "The checkpoint."}};
  syntax.mostOperands = 1;
  syntax.options = {{"--count", "", "N", "How many pictures; with --per-class of each class."},
                    {"--per-class", "", "", "So many of every class of a conditional generator, labelled."},
                    {"--seed", "", "SEED", "The first one (0); each picture has the next."},
                    {"--output", "-o", "DIR|OUT.zip", "A new folder, or a zip. Called again, an interrupted one goes on."},
                    {"--device", "", "DEVICE", "cpu: the CPU even where there is a GPU."}};
  for (const auto& options : {openOptionSyntax(), lookOptionSyntax()}) {
    syntax.options.insert(syntax.options.end(), options.begin(), options.end());
  }
  syntax.details =
      "The layout is that of NVIDIA's dataset_tool.py: 00000/img00000000.png and dataset.json.\n"
      "DATASET.md names the model and says that all of it is synthetic.\n\n"
      "Example:\n"
      "  latent-loom dataset cgan.safetensors --count 100 --per-class -o digits.zip\n";
  return syntax;
}

DatasetRequest requestOf(const Arguments& arguments) {
  const auto count = arguments.value("--count");
  const auto output = arguments.value("--output");
  if (arguments.operands().size() != 1 || !count || !output) {
    throw UsageError("say FILE, --count N and -o DIR or OUT.zip");
  }
  constexpr int kMost = 100'000'000;
  DatasetRequest request;
  request.look = lookFrom(arguments);
  request.count = wholeNumber("--count", *count, 1, kMost);
  request.firstSeed = static_cast<std::uint32_t>(
      wholeNumber("--seed", arguments.value("--seed").value_or("0"), 0, std::numeric_limits<int>::max()));
  request.perClass = arguments.has("--per-class");
  request.target = *output;
  if (request.perClass && arguments.has("--class")) {
    throw UsageError("--class and --per-class contradict each other");
  }
  return request;
}

ExitCode runDataset(const Arguments& arguments, const Streams& streams, const std::stop_token& stop) {
  const DatasetRequest request = requestOf(arguments);
  const auto device = arguments.value("--device");
  if (device && *device != "cpu" && *device != "auto") {
    throw UsageError("--device takes cpu or auto, not '" + *device + "'");
  }
  const auto opened = openModel(arguments.operands()[0], openOptions(arguments), device == "cpu", streams, stop);
  const std::int64_t all = picturesOf(request, opened->info());
  try {
    ProgressLine progress(streams);
    if (opened->info().input == model::InputKind::Latent) {  // what it does not have is told, not passed over
      model::checkInputs(opened->inputsFor(request.look), askedSettings(request.look, opened->info()), opened->info());
    }
    const bool whole = writeDataset(*opened, request, stop, [&](std::int64_t done) {
      if (done < all) {
        progress.show("Picture " + std::to_string(done + 1) + " of " + std::to_string(all), static_cast<double>(done) / static_cast<double>(all));
      } else {
        progress.show("Finishing");
      }
    });
    if (!whole) {
      throw Stopped();
    }
  } catch (const model::ModelError& error) {
    throw std::runtime_error(opened->path().filename().string() + ": " + error.what() + ".");
  }
  streams.out << "wrote " << all << " pictures to " << request.target.string() << '\n';
  return kDone;
}

}  // namespace

Command datasetCommand() { return {datasetSyntax(), runDataset}; }

}  // namespace loom::app

#include "app/commands/directions_command.h"

#include "app/commands/direction_finding.h"
#include "app/commands/direction_sheet.h"
#include "app/commands/look_options.h"
#include "app/commands/model_options.h"
#include "app/commands/open_model.h"
#include "app/commands/plain_text.h"
#include "app/export/export_error.h"
#include "app/export/file_hash.h"
#include "model/checkpoint/safetensors_writer.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <filesystem>
#include <limits>

namespace loom::app {
namespace {

namespace fs = std::filesystem;

CommandSyntax directionsSyntax() {
  CommandSyntax syntax;
  syntax.name = "directions";
  syntax.summary = "Finds directions in the latent space, writes them, keeps them, shows them.";
  syntax.usage = {"FILE --method METHOD [options] [-o OUT.safetensors] [--keep] [--sheet PICTURE]",
                  "FILE --list [--sheet PICTURE]", "FILE --rename NAME=NEW | --delete NAME"};
  syntax.operands = {{"FILE", "The checkpoint."}};
  syntax.mostOperands = 1;
  syntax.options = directionMethodSyntax();
  const std::vector<OptionSyntax> own{
      {"--output", "-o", "OUT", "Tensors directions (N × dimensions, length 1), strengths (N) and units (N: one step)."},
      {"--keep", "", "", "Keep them in the model's library, which lies beside it."},
      {"--list", "", "", "Tell the directions that are kept."},
      {"--rename", "", "NAME=NEW", "Call a kept direction otherwise."},
      {"--delete", "", "NAME", "Delete a kept direction."},
      {"--sheet", "", "PICTURE", "PNG, JPEG or TIFF: a row a direction, seven pictures from its far left to its far right."},
      {"--sheet-seed", "", "SEED", "Of the picture in the middle of each row (0)."},
      {"--reach", "", "N", "How far the sheet goes, in steps that the model's own latents take (3)."}};
  syntax.options.insert(syntax.options.end(), own.begin(), own.end());
  for (const auto& options : {openOptionSyntax(), lookOptionSyntax()}) {
    syntax.options.insert(syntax.options.end(), options.begin(), options.end());
  }
  syntax.details =
      "Generators without a mapping network are looked at by the layer that z enters.\n"
      "boundary tells its accuracy: the share of examples that it was not shown and\n"
      "that lie on the right side. 50 % is chance.\n\n"
      "Examples:\n"
      "  latent-loom directions ffhq.pkl --method sefa --layers 0-5 -o directions.safetensors\n"
      "  latent-loom directions ffhq.pkl --method boundary --tag smile --keep --sheet smile.png\n"
      "  latent-loom generate ffhq.pkl --seeds 0-8 --direction smile=2 -o smiling/\n";
  return syntax;
}

std::string twoDigits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

class DirectionsRun {
 public:
  DirectionsRun(const Arguments& arguments, const Streams& streams, const std::stop_token& stop)
      : m_arguments(arguments), m_streams(streams), m_stop(stop), m_output(arguments.value("--output").value_or("")),
        m_edits(arguments.has("--rename") || arguments.has("--delete")) {
    checkWords();
    m_look = lookFrom(arguments);
    m_sheet.target = arguments.value("--sheet").value_or("");
    m_sheet.start = model::withSeed(m_look, static_cast<std::uint32_t>(wholeNumber(
                                                "--sheet-seed", arguments.value("--sheet-seed").value_or("0"), 0,
                                                std::numeric_limits<int>::max())));
    m_sheet.reach = realNumber("--reach", arguments.value("--reach").value_or("3"), 1e-3, 1e3);
    if (std::error_code ignored; m_output.has_parent_path() && !fs::is_directory(m_output.parent_path(), ignored)) {
      throw ExportError(m_output.string() + " cannot be written: the folder " + m_output.parent_path().string() + " does not exist.");
    }
  }

  void run() {
    const auto file = fs::path(m_arguments.operands()[0]);
    if (m_edits || (m_arguments.has("--list") && m_sheet.target.empty())) {
      m_sha256 = hashOf(file);
      const DirectionLibrary library({file, m_sha256, {}, 0});  // the library is enough: no need to open the model
      tell(m_edits ? edited(library) : library.load());
      return;
    }
    m_opened = openModel(m_arguments.operands()[0], openOptions(m_arguments), false, m_streams, m_stop);
    m_sha256 = hashOf(m_opened->path());
    const auto& info = m_opened->info();
    const DirectionLibrary library({m_opened->path(), m_sha256, latentSpace(info), latentDimensions(info)});
    if (m_arguments.has("--list")) {
      const DirectionList list = library.load();
      tell(list);
      if (list.directions.empty()) {
        throw std::runtime_error(m_opened->path().filename().string() + " has no kept directions, so there is nothing to show: find "
                                 "some with --method … --keep.");
      }
      show(list.directions);
      return;
    }
    checkTargetEarly();
    const FoundDirections found = findDirections(m_arguments, *m_opened, m_sha256, m_look, library, m_streams, m_stop);
    for (const KeptDirection& direction : found.directions) {
      m_streams.out << plainText(direction.name) << ": " << plainText(describeOrigin(direction.made)) << '\n';
    }
    if (!m_output.empty()) {
      write(found);
    }
    if (m_arguments.has("--keep")) {
      const DirectionList list = library.add(found.directions);
      m_streams.out << "kept in " << list.file.string() << ", which holds " << list.directions.size() << '\n';
    }
    if (!m_sheet.target.empty()) {
      show(found.directions);
    }
  }

 private:
  void checkWords() const {
    const bool finds = m_arguments.has("--method");
    const int ways = (finds ? 1 : 0) + (m_arguments.has("--list") ? 1 : 0) + (m_arguments.has("--rename") ? 1 : 0) +
                     (m_arguments.has("--delete") ? 1 : 0);
    if (m_arguments.operands().size() != 1 || ways != 1) {
      throw UsageError("say FILE, and one of --method, --list, --rename or --delete");
    }
    if (finds) {
      checkDirectionMethod(m_arguments);
      if (m_output.empty() && !m_arguments.has("--keep") && !m_arguments.has("--sheet")) {
        throw UsageError("say where they go: -o OUT.safetensors, --keep or --sheet PICTURE");
      }
    } else if (!m_output.empty() || m_arguments.has("--keep")) {
      throw UsageError("-o and --keep go with --method");
    }
    if (m_edits && m_arguments.has("--sheet")) {
      throw UsageError("--sheet goes with --method or --list");
    }
  }

  std::string hashOf(const fs::path& file) const {
    const auto sha256 = sha256OfFile(file, m_stop);
    if (!sha256) {
      throw Stopped();
    }
    return *sha256;
  }

  /// A sheet that cannot be written is told before the search.
  void checkTargetEarly() const {
    if (!m_sheet.target.empty()) {
      checkDirectionSheet(m_sheet, *m_opened, 1);
    }
  }

  DirectionList edited(const DirectionLibrary& library) const {
    const DirectionList list = library.load();
    const std::string word = *m_arguments.value(m_arguments.has("--rename") ? "--rename" : "--delete");
    const auto sign = m_arguments.has("--rename") ? word.rfind('=') : word.size();
    if (sign == std::string::npos) {
      throw UsageError("--rename takes NAME=NEW, not '" + word + "'");
    }
    const KeptDirection* direction = directionCalled(list.directions, word.substr(0, sign));
    if (!direction) {
      throw std::runtime_error("No kept direction of " + m_arguments.operands()[0] + " is called '" + word.substr(0, sign) +
                               "'. --list tells their names.");
    }
    return m_arguments.has("--rename") ? library.rename(direction->id, word.substr(sign + 1)) : library.remove({direction->id});
  }

  void tell(const DirectionList& list) const {
    if (!list.notice.empty()) {
      m_streams.err << "note: " << plainText(list.notice) << '\n';
    }
    if (list.directions.empty()) {
      m_streams.err << "note: no directions are kept. --method … --keep keeps those that it finds.\n";
    }
    for (const KeptDirection& direction : list.directions) {
      m_streams.out << plainText(direction.name) << '\n'
                    << "  " << plainText(describeOrigin(direction.made)) << "; layers "
                    << layersText(direction.firstLayer, direction.lastLayer) << "; one step is " << twoDigits(direction.strength) << '\n';
    }
  }

  void show(const std::vector<KeptDirection>& directions) const {
    checkDirectionSheet(m_sheet, *m_opened, directions.size());
    writeDirectionSheet(m_sheet, *m_opened, m_sha256, directions, m_streams, m_stop);
    m_streams.out << "wrote " << m_sheet.target.string() << '\n';
  }

  void write(const FoundDirections& found) const {
    const auto& first = found.directions.front();
    const auto count = static_cast<std::int64_t>(found.directions.size());
    model::FloatTensor directions{{count, static_cast<std::int64_t>(first.values.size())}, {}};
    model::FloatTensor units{{count}, {}};
    auto entries = nlohmann::ordered_json::array();
    for (const KeptDirection& direction : found.directions) {
      directions.values.insert(directions.values.end(), direction.values.begin(), direction.values.end());
      units.values.push_back(direction.strength);
      entries.push_back({{"name", direction.name}, {"layers", layersText(direction.firstLayer, direction.lastLayer)}});
    }
    model::TextPairs metadata{{"space", latentSpace(m_opened->info())},
                              {"checkpoint", m_opened->path().filename().string()},
                              {"checkpoint-sha256", m_sha256},
                              {"entries", entries.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)}};
    for (const auto& [key, value] : first.made) {
      if (key != "number") {
        metadata.emplace_back(key, value);
      }
    }
    if (m_arguments.value("--method") != "sefa") {
      metadata.emplace_back("layers", layersText(first.firstLayer, first.lastLayer));
    }
    model::writeSafetensors(m_output, {{"directions", directions}, {"strengths", {{count}, found.strengths}}, {"units", units}}, metadata);
    m_streams.out << "wrote " << m_output.string() << '\n';
  }

  const Arguments& m_arguments;
  Streams m_streams;
  std::stop_token m_stop;
  fs::path m_output;
  bool m_edits;
  model::LatentState m_look;
  DirectionSheet m_sheet;
  std::shared_ptr<model::OpenedModel> m_opened;
  std::string m_sha256;
};

ExitCode runDirections(const Arguments& arguments, const Streams& streams, const std::stop_token& stop) {
  DirectionsRun(arguments, streams, stop).run();
  return kDone;
}

}  // namespace

Command directionsCommand() { return {directionsSyntax(), runDirections}; }

}  // namespace loom::app

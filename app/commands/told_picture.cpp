#include "app/commands/told_picture.h"

#include "app/commands/plain_text.h"
#include "app/directions/kept_direction.h"
#include "app/export/seed_list.h"

#include <cstdio>

namespace loom::app {
namespace {

using Json = nlohmann::ordered_json;

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

/// "seed 12 in layers 1, 9 (0.6)"
std::string sourceText(const model::StyleSource& source) {
  std::string text = "seed " + std::to_string(source.recipe->seed);
  for (const auto& [index, weight] : source.recipe->classes) {
    text += ", class " + std::to_string(index) + (weight == 1.0F ? "" : " (" + number(weight) + ")");
  }
  std::string layers;
  for (const auto& [layer, strength] : source.layers) {
    layers += (layers.empty() ? "" : ", ") + std::to_string(layer) + (strength == 1.0F ? "" : " (" + number(strength) + ")");
  }
  return text + (layers.empty() ? ", in no layer" : " in layers " + layers);
}

/// What lies between the seed and the picture.
void tellState(const model::LatentState& state, TextTable& table) {
  if (state.blend > 0.0F) {
    table.row("On the way", number(100.0 * state.blend) + " % to seed " + std::to_string(state.targetSeed));
  }
  if (state.truncation != 1.0) {
    table.row("Truncation", number(state.truncation));
  }
  for (const auto& [index, weight] : state.classes) {
    table.row("Class", std::to_string(index) + (weight == 1.0F ? "" : " (" + number(weight) + ")"));
  }
  for (const model::StyleSource& source : state.sources) {
    table.row("Mixed with", sourceText(source));
  }
  for (const model::DirectionStep& step : state.directions) {
    table.row("Moved along", step.direction->name + " by " + number(step.strength) + ", layers " + layersText(step.firstLayer, step.lastLayer));
  }
  if (!state.edits.empty() || !state.styleOffsets.empty() || state.pad != model::PadPosition{}) {
    table.row("By hand", std::to_string(state.edits.size()) + " values of z, " + std::to_string(state.styleOffsets.size()) + " of w" +
                             (state.pad != model::PadPosition{} ? ", the pad" : ""));
  }
}

}  // namespace

Json provenanceJson(const Provenance& provenance) {
  Json state = Json::parse(model::latentStateToJson(provenance.latent, provenance.z));
  Json object{
      {"checkpoint", provenance.checkpointName},
      {"checkpoint_sha256", provenance.checkpointSha256},
      {"group", provenance.checkpointGroup},
      {"architecture", provenance.architecture},
      {"program_version", provenance.programVersion},
      {"created", provenance.created.isValid() ? Json(provenance.created.toString(Qt::ISODate).toStdString()) : Json()},
      {"description", describe(provenance)},
      {"digital_source_type", kDigitalSourceType},
      {"state", std::move(state)}};
  if (!provenance.enlargement.empty()) {
    object["enlargement"] = provenance.enlargement;
  }
  if (provenance.grid) {
    const GridProvenance& grid = *provenance.grid;
    object["grid"] = {{"columns", grid.columns}, {"rows", grid.rows}, {"gap", grid.gap}, {"seeds", grid.seeds}};
  }
  if (provenance.film) {
    const FilmProvenance& film = *provenance.film;
    object["film"] = {{"frames", film.frames}, {"rate", film.rate}};
    if (film.frame >= 0) {
      object["film"]["frame"] = film.frame;
    }
    if (!film.timeline.empty()) {
      // What is nested deeper than any that is written is left out: writing it again would cost a level of the stack each.
      constexpr int kDeepest = 16;
      const Json timeline = Json::parse(
          film.timeline, [](int depth, Json::parse_event_t, Json&) { return depth <= kDeepest; }, /*allow_exceptions=*/false);
      object["film"]["timeline"] = timeline.is_discarded() ? Json() : timeline;
    }
  }
  if (!provenance.inputsName.empty()) {
    object["inputs"] = {{"name", provenance.inputsName}, {"sha256", provenance.inputsSha256}};
  }
  return object;
}

void tellProvenance(const Provenance& provenance, TextTable& table) {
  table.row("Source type", kDigitalSourceType);
  table.row("Checkpoint", provenance.checkpointName);
  table.row("SHA-256", provenance.checkpointSha256);
  if (!provenance.checkpointGroup.empty()) {
    table.row("Group", provenance.checkpointGroup);
  }
  table.row("Architecture", provenance.architecture);
  table.row("Version", provenance.programVersion);
  if (provenance.created.isValid()) {
    table.row("Made", provenance.created.toString(Qt::ISODate).toStdString());
  }
  if (!provenance.inputsName.empty()) {
    table.row("Inputs", provenance.inputsName + ", SHA-256 " + provenance.inputsSha256);
  } else if (const model::InputPicture& input = provenance.latent.input; !input.sha256.empty()) {
    table.row("Changed from", (input.path.empty() ? "another picture" : input.path) + ", " +
                                  std::to_string(input.side) + " pixels at most");
  } else if (provenance.grid && !provenance.grid->seeds.empty()) {
    table.row("Seeds", seedsToText(provenance.grid->seeds));
  } else {
    table.row("Seed", std::to_string(provenance.latent.seed));
  }
  tellState(provenance.latent, table);
  if (!provenance.enlargement.empty()) {
    table.row("Enlarged", provenance.enlargement);
  }
  if (!provenance.z.empty()) {
    table.row("z", std::to_string(provenance.z.size()) + " values (--json tells them)");
  }
}

void tellPicture(const std::filesystem::path& path, bool json, const Streams& streams) {
  const auto provenance = readProvenance(path);
  if (!provenance) {
    throw std::runtime_error(
        path.filename().string() +
        " is a picture that holds no state of Latent Loom: it was not saved by this program, or the "
        "state was removed since.");
  }
  if (json) {
    const Json told{{"file", path.string()}, {"kind", "picture"}, {"provenance", provenanceJson(*provenance)}};
    streams.out << told.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  } else {
    TextTable table(streams.out);
    streams.out << plainText(path.string()) << '\n' << "  " << plainText(describe(*provenance)) << '\n';
    tellProvenance(*provenance, table);
  }
}

}  // namespace loom::app

#include "app/commands/presets_command.h"

#include "model/training_settings.h"

#include <nlohmann/json.hpp>

namespace loom::app {
namespace {

CommandSyntax presetsSyntax() {
  CommandSyntax syntax;
  syntax.name = "presets";
  syntax.summary = "Lists the recipes of trainings.";
  syntax.usage = {"[NAME] [options]"};
  syntax.operands = {{"NAME", "Tell every setting of this one, and what it means."}};
  syntax.options = {{"--json", "", "", "One JSON object instead of text."}};
  return syntax;
}

ExitCode runPresets(const Arguments& arguments, const Streams& streams, const std::stop_token&) {
  if (arguments.has("--json")) {
    nlohmann::ordered_json all = nlohmann::ordered_json::object();
    for (const model::Preset& preset : model::trainingPresets()) {
      if (arguments.operands().empty() || arguments.operands().front() == preset.name) {
        all[preset.name] = {{"summary", preset.summary},
                            {"settings", nlohmann::ordered_json::parse(model::settingsToJson(preset.settings))}};
      }
    }
    streams.out << all.dump(2) << '\n';
    return kDone;
  }
  if (arguments.operands().empty()) {
    for (const model::Preset& preset : model::trainingPresets()) {
      streams.out << helpLine(preset.name, preset.summary);
    }
    streams.out << "\nlatent-loom presets NAME tells the settings of one.\n";
    return kDone;
  }
  const model::Preset* preset = nullptr;
  try {
    preset = &model::presetNamed(arguments.operands().front());
  } catch (const std::runtime_error& error) {
    throw UsageError(error.what());
  }
  streams.out << preset->name << ": " << preset->summary << "\n\n";
  for (const model::SettingInfo& info : model::settingTable()) {
    streams.out << helpLine(info.name + "=" + settingValue(preset->settings, info.name),
                            info.text + (info.live ? " (can be changed while it runs)" : ""));
  }
  return kDone;
}

}  // namespace

Command presetsCommand() { return {presetsSyntax(), runPresets}; }

}  // namespace loom::app

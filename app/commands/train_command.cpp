#include "app/commands/train_command.h"

#include "app/commands/progress_line.h"
#include "app/data/training_start.h"

#include <chrono>
#include <cmath>
#include <cstdio>

namespace loom::app {
namespace {

using model::TrainingSession;
using model::TrainingSettings;
using Clock = std::chrono::steady_clock;

CommandSyntax trainSyntax() {
  CommandSyntax syntax;
  syntax.name = "train";
  syntax.summary = "Trains a GAN.";
  syntax.usage = {"--preset NAME --data DIR|FILE --out RUN [options]", "--resume RUN [options]"};
  constexpr std::size_t kMostWords = 64;
  syntax.operands = {{"KEY=VALUE", "More settings, as behind --set."}};
  syntax.mostOperands = kMostWords;
  syntax.options = {
      {"--preset", "", "NAME", "The recipe to begin with; latent-loom presets lists them."},
      {"--data", "", "PATH",
       "A folder of pictures (classes by subfolder), a zip of them, NVIDIA's dataset zip, or MNIST's idx files. Toys need none."},
      {"--out", "", "RUN", "The folder of the run, which is made."},
      {"--resume", "", "RUN", "Go on with a run from its last whole snapshot."},
      {"--steps", "", "N", "Stop after so many steps of G in all."},
      {"--seed", "", "N", "Of weights, latents and the order of the data (0)."},
      {"--snapshot-every", "", "N", "Steps between two snapshots."},
      {"--set", "", "KEY=VALUE", "Change a setting; may be given several times.", true}};
  syntax.details =
      "The run holds run.json, TensorBoard's event files, snapshots, sheets of samples, and\n"
      "latest.safetensors, which opens like any checkpoint, also while the training goes on.\n"
      "Ctrl-C writes a snapshot and leaves; --resume goes on as if nothing had been.\n\n"
      "Examples:\n"
      "  latent-loom train --preset dcgan --data pictures/ --out run1\n"
      "  latent-loom train --preset ring-r1 --out ring --steps 5000\n"
      "  latent-loom train --preset cgan --data train-images-idx3-ubyte.gz --out digits\n"
      "  latent-loom train --resume run1 --steps 20000 --set learning-rate-d=1e-4\n";
  return syntax;
}

std::string spoken(double seconds) {
  const auto whole = static_cast<long>(std::lround(seconds));
  char text[48];
  if (whole >= 3600) {
    std::snprintf(text, sizeof text, "%ld h %02ld min", whole / 3600, whole / 60 % 60);
  } else if (whole >= 60) {
    std::snprintf(text, sizeof text, "%ld min %02ld s", whole / 60, whole % 60);
  } else {
    std::snprintf(text, sizeof text, "%ld s", whole);
  }
  return text;
}

/// Applies "name=value" words. Throws UsageError that names the word.
void applySettings(TrainingSettings& settings, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    const auto sign = word.find('=');
    if (sign == std::string::npos) {
      throw UsageError("--set takes name=value, not '" + word + "'");
    }
    try {
      model::setSetting(settings, word.substr(0, sign), word.substr(sign + 1));
    } catch (const std::runtime_error& error) {
      throw UsageError(error.what());
    }
  }
}

/// Tells what the look over the data found that a person should know.
void tell(const DataSurvey& survey, const Streams& streams) {
  constexpr std::size_t kTold = 10;
  for (std::size_t i = 0; i < std::min(kTold, survey.unreadable.size()); ++i) {
    streams.err << "left out: " << survey.unreadable[i].name << ": " << survey.unreadable[i].reason << '\n';
  }
  if (survey.unreadable.size() > kTold) {
    streams.err << "left out: " << survey.unreadable.size() - kTold << " more\n";
  }
  for (const std::string& note : survey.notes) {
    streams.err << "note: " << note << '\n';
  }
}

TrainingSettings settingsFrom(const Arguments& arguments, TrainingSettings settings) {
  if (const auto seed = arguments.value("--seed")) {
    applySettings(settings, {"seed=" + *seed});
  }
  if (const auto steps = arguments.value("--steps")) {
    applySettings(settings, {"steps=" + *steps});
  }
  if (const auto every = arguments.value("--snapshot-every")) {
    applySettings(settings, {"snapshot-every=" + *every});
  }
  applySettings(settings, arguments.values("--set"));
  applySettings(settings, arguments.operands());
  return settings;
}

std::unique_ptr<TrainingSession> begin(const Arguments& arguments, const StartControl& control) {
  const auto preset = arguments.value("--preset");
  const auto out = arguments.value("--out");
  if (!preset || !out) {
    throw UsageError("say which recipe and where the run goes: --preset NAME --out RUN (latent-loom presets lists them)");
  }
  TrainingSettings settings;
  try {
    settings = model::presetNamed(*preset).settings;
  } catch (const std::runtime_error& error) {
    throw UsageError(std::string("--preset: ") + error.what());
  }
  settings = settingsFrom(arguments, settings);
  const auto path = arguments.value("--data");
  if (settings.family != model::Family::Toy && !path) {
    throw UsageError("--preset " + *preset + " learns from pictures: give it --data DIR or FILE");
  }
  return startTraining(settings, path.value_or(""), *out, control);
}

std::unique_ptr<TrainingSession> goOn(const Arguments& arguments, const StartControl& control) {
  for (const char* other : {"--preset", "--data", "--out", "--seed"}) {
    if (arguments.has(other)) {
      throw UsageError(std::string(other) + " and --resume contradict each other: a run keeps what it began with");
    }
  }
  auto session = resumeTraining(*arguments.value("--resume"), control);
  const TrainingSettings before = session->settings();
  const TrainingSettings wanted = settingsFrom(arguments, before);
  for (const model::SettingInfo& info : model::settingTable()) {
    const std::string value = settingValue(wanted, info.name);
    if (value != settingValue(before, info.name)) {
      session->set(info.name, value);
    }
  }
  return session;
}

std::string lineOf(const model::StepReport& report, const TrainingSettings& settings, double perStep) {
  char text[160];
  std::snprintf(text, sizeof text, "step %lld of %d · G %.3f D %.3f · %.1f steps/s · ",
                static_cast<long long>(report.step), settings.steps, report.lossG, report.lossD, 1.0 / std::max(1e-9, perStep));
  return text + spoken(perStep * static_cast<double>(std::max<std::int64_t>(0, settings.steps - report.step))) + " to go";
}

ExitCode runTrain(const Arguments& arguments, const Streams& streams, const std::stop_token& stop) {
  ProgressLine progress(streams);
  StartControl control;
  control.data.stop = stop;
  control.data.progress = [&](double fraction) { progress.show("Looking over the data", fraction); };
  control.surveyed = [&](const DataSurvey& survey) {
    progress.clear();
    tell(survey, streams);
  };
  auto session = arguments.has("--resume") ? goOn(arguments, control) : begin(arguments, control);
  streams.err << "run " << session->run().path().string() << ", step " << session->step() << " of "
              << session->settings().steps << '\n';
  constexpr double kRecent = 0.05;  // weight of the last step in the pace
  constexpr std::chrono::seconds kBetweenLines(10);
  double perStep = 0.0;
  Clock::time_point told = Clock::now();
  while (session->step() < session->settings().steps && !stop.stop_requested()) {
    const model::StepReport report = session->advance();
    perStep = perStep > 0.0 ? (1.0 - kRecent) * perStep + kRecent * report.seconds : report.seconds;
    const std::string line = lineOf(report, session->settings(), perStep);
    progress.show(line);
    for (const model::Alarm& alarm : session->takeAlarms()) {
      progress.clear();
      streams.err << alarm.words << ' ' << alarm.help << '\n';
      if (alarm.remedy) {
        streams.err << "  --set " << alarm.remedy->first << '=' << alarm.remedy->second << '\n';
      }
    }
    if (!report.finite) {
      session->flush();
      throw std::runtime_error("The training stopped at step " + std::to_string(report.step) +
                               "; latent-loom train --resume goes on from the last good snapshot.");
    }
    if (!streams.errIsTerminal && Clock::now() - told >= kBetweenLines) {
      streams.err << line << '\n';
      told = Clock::now();
    }
  }
  progress.clear();
  const bool interrupted = stop.stop_requested();
  if (interrupted) {
    session->mark("stop");
  }
  session->snapshot();
  streams.err << "step " << session->step() << ", " << spoken(session->secondsSpent()) << " of training. "
              << session->health().summary() << '\n';
  streams.out << (session->run().path() / "latest.safetensors").string() << '\n';
  return interrupted ? kInterrupted : kDone;
}

}  // namespace

Command trainCommand() { return {trainSyntax(), runTrain}; }

}  // namespace loom::app

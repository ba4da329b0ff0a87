#include "app/commands/commands.h"

#include "app/commands/convert_command.h"
#include "app/commands/dataset_command.h"
#include "app/commands/directions_command.h"
#include "app/commands/generate_command.h"
#include "app/commands/info_command.h"
#include "app/commands/inspect_command.h"
#include "app/commands/mix_command.h"
#include "app/commands/presets_command.h"
#include "app/commands/stop_signals.h"
#include "app/commands/train_command.h"
#include "app/commands/video_command.h"
#include "model/compute_device.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>
#include <clocale>
#include <memory>
#include <system_error>

namespace loom::app {
namespace {

/// Every sub-command, in the order of --help. A new one is a line here.
const std::vector<Command>& commands() {
  static const std::vector<Command> all{
      generateCommand(),
      mixCommand(),
      directionsCommand(),
      videoCommand(),
      datasetCommand(),
      inspectCommand(),
      convertCommand(),
      infoCommand(),
      trainCommand(),
      presetsCommand(),
  };
  return all;
}

const Command* commandNamed(const std::string& name) {
  const auto it =
      std::find_if(commands().begin(), commands().end(), [&](const Command& c) { return c.syntax.name == name; });
  return it == commands().end() ? nullptr : &*it;
}

CommandSyntax windowSyntax() {
  CommandSyntax syntax;
  syntax.summary = "Latent Loom " LOOM_VERSION ": explores what a GAN has learnt.";
  syntax.usage = {"[options] [FILE]", "COMMAND ..."};
  syntax.operands = {{"FILE",
                      "A checkpoint to open in the window, or a picture that Latent Loom saved, whose state "
                      "comes back. A file that is called like a command: ./generate"}};
  syntax.options = {{"--fresh", "", "", "Start as on the first day: settings are neither read nor kept."},
                    {"--trace", "", "FILE", "Write the milestones of the start into FILE, one JSON object a line."},
                    {"--version", "-V", "", "Tell the version and leave."}};
  syntax.details = "Commands, which work without a window (latent-loom COMMAND --help tells more):\n";
  for (const Command& command : commands()) {
    syntax.details += helpLine(command.syntax.name, command.syntax.summary);
  }
  syntax.details +=
      "\nQt's own options are taken as well, such as -platform NAME and -style NAME.\n"
      "Exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted.\n";
  return syntax;
}

/// Qt's own options, which QApplication takes out of argv later on: those with a value, then those without.
std::vector<std::string> withoutQtOptions(const std::vector<std::string>& words) {
  static constexpr std::array kWithValue{
      "-platform", "-platformpluginpath", "-platformtheme", "-plugin",       "-qwindowgeometry",
      "-geometry", "-qwindowicon",        "-icon",          "-qwindowtitle", "-title",
      "-style",    "-stylesheet",         "-display",       "-session",      "-fontengine"};
  static constexpr std::array kAlone{"-reverse", "-nograb", "-dograb", "-sync", "-widgetcount"};
  const auto in = [](const auto& names, const std::string& word) {
    return std::any_of(names.begin(), names.end(),
                       [&](const char* name) { return word == name || word == std::string("-") + name; });
  };
  std::vector<std::string> rest;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--") {
      rest.insert(rest.end(), words.begin() + static_cast<std::ptrdiff_t>(i), words.end());
      break;
    }
    if (in(kWithValue, words[i])) {
      ++i;
    } else if (const bool joined = in(kWithValue, words[i].substr(0, words[i].find('=')));
               !joined && !in(kAlone, words[i])) {
      rest.push_back(words[i]);
    }
  }
  return rest;
}

int refuseUsage(const std::string& reason, const std::string& command, const Streams& streams) {
  streams.err << "latent-loom: " << reason << (reason.back() == '?' ? "" : ".") << "\nTry 'latent-loom " << command
              << (command.empty() ? "" : " ") << "--help'.\n";
  return kUsage;
}

/// A word that is no file may be a command, mistyped or in the wrong place.
void checkOperand(const std::string& word) {
  std::error_code ignored;
  const bool isPath = word.find_first_of("./\\") != std::string::npos;
  if (isPath || std::filesystem::exists(word, ignored)) {
    return;
  }
  if (commandNamed(word)) {
    throw UsageError("the command comes first: latent-loom " + word + " ...");
  }
  std::vector<std::string> names;
  for (const Command& command : commands()) {
    names.push_back(command.syntax.name);
  }
  if (const auto meant = likelyMeant(word, names)) {
    throw UsageError("there is no file and no command '" + word + "'; did you mean " + *meant + "?");
  }
}

Invocation windowInvocation(const std::vector<std::string>& words, const Streams& streams) {
  Invocation invocation;
  const CommandSyntax syntax = windowSyntax();
  try {
    const Arguments arguments = parseArguments(withoutQtOptions(words), syntax);
    if (arguments.has("--help")) {
      streams.out << helpText(syntax) << std::flush;
      invocation.exitCode = kDone;
    } else if (arguments.has("--version")) {
      streams.out << "latent-loom " LOOM_VERSION << std::endl;
      invocation.exitCode = kDone;
    } else {
      if (!arguments.operands().empty()) {
        checkOperand(arguments.operands().front());
        invocation.file = arguments.operands().front();
      }
      invocation.trace = arguments.value("--trace").value_or("");
      invocation.fresh = arguments.has("--fresh");
    }
  } catch (const UsageError& error) {
    invocation.exitCode = refuseUsage(error.what(), "", streams);
  }
  return invocation;
}

int runSubCommand(const Command& command, const std::vector<std::string>& words, const Streams& streams,
                  const std::stop_token& stop) {
  try {
    const Arguments arguments = parseArguments(words, command.syntax);
    if (arguments.has("--help")) {
      streams.out << helpText(command.syntax) << std::flush;
      return kDone;
    }
    const ExitCode code = command.run(arguments, streams, stop);
    if (const model::DeviceNews news = model::deviceNews(); news.number > 0) {
      streams.err << "note: " << news.sentence << '\n';
    }
    streams.out.flush();
    if (!streams.out) {
      streams.err << "latent-loom: the output could not be written.\n";
      return kFailed;
    }
    return code;
  } catch (const UsageError& error) {
    return refuseUsage(error.what(), command.syntax.name, streams);
  } catch (const Stopped&) {
    streams.err << "latent-loom: interrupted.\n";
    return kInterrupted;
  } catch (const std::bad_alloc&) {
    streams.err << "latent-loom: there is not enough memory for this.\n";
  } catch (const std::exception& error) {
    streams.err << "latent-loom: " << error.what() << '\n';
  }
  return kFailed;
}

}  // namespace

Invocation runCommand(const std::vector<std::string>& arguments, const Streams& streams, std::stop_token stop) {
  const Command* command = arguments.empty() ? nullptr : commandNamed(arguments.front());
  if (!command) {
    return windowInvocation(arguments, streams);
  }
  // Qt finds its picture formats through an application object; it wants an argv that outlives it.
  static int argumentCount = 1;
  static char programName[] = "latent-loom";
  static char* argumentValues[] = {programName, nullptr};
  std::unique_ptr<QCoreApplication> application;
  if (!QCoreApplication::instance()) {
    application = std::make_unique<QCoreApplication>(argumentCount, argumentValues);
    std::setlocale(LC_NUMERIC, "C");  // Qt took the desktop's; files and messages speak with points
  }
  std::optional<StopSignals> signals;
  if (!stop.stop_possible()) {
    signals.emplace();
    stop = signals->token();
  }
  Invocation invocation;
  invocation.exitCode = runSubCommand(*command, {arguments.begin() + 1, arguments.end()}, streams, stop);
  return invocation;
}

}  // namespace loom::app

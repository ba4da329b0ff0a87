// The program's command line: `latent-loom [FILE]` opens the window, `latent-loom COMMAND …` works without one.
//
//   int main(int argc, char** argv) {
//     const auto invocation = loom::app::runCommand({argv + 1, argv + argc}, loom::app::standardStreams());
//     if (invocation.exitCode) return *invocation.exitCode;
//     QApplication application(argc, argv);  // takes Qt's own options, -platform and so on, out of argv
//     …                                      // opens the window with invocation.file
//   }
#pragma once

#include "app/commands/command.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace loom::app {

/// What main() does next.
struct Invocation {
  std::optional<int> exitCode;  ///< set: all is done, leave with it. Else open the window with the rest:
  std::filesystem::path file;   ///< checkpoint or exported picture to open; empty: the usual start
  std::filesystem::path trace;  ///< where the milestones of the start go as JSON lines; empty: nowhere
  bool fresh = false;           ///< remembered settings are neither read nor written
};

/// The process's own streams.
Streams standardStreams();

/// `arguments`: without the program's name. Never throws; every failure is told on `streams.err`. A sub-command runs
/// under a QCoreApplication (made here where there is none) and looks at `stop`; where that cannot be asked to stop,
/// Ctrl-C and SIGTERM end the command, with nothing half-written left behind.
Invocation runCommand(const std::vector<std::string>& arguments, const Streams& streams, std::stop_token stop = {});

}  // namespace loom::app

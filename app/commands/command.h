// What a sub-command is: its grammar, and a function that runs it.
#pragma once

#include "app/commands/arguments.h"

#include <ostream>
#include <stop_token>

namespace loom::app {

enum ExitCode : int {
  kDone = 0,
  kFailed = 1,        ///< the work could not be done; a sentence on stderr says why
  kUsage = 2,         ///< what was typed makes no sense
  kInterrupted = 130  ///< Ctrl-C, as shells tell it
};

struct Streams {
  std::ostream& out;  ///< what was asked for
  std::ostream& err;  ///< errors, notes, progress
  bool errIsTerminal = false;
};

/// Thrown by a command that was told to stop and has cleaned up.
struct Stopped {};

struct Command {
  CommandSyntax syntax;
  /// Runs without a window. Throws UsageError, Stopped, or any std::exception whose what() is a sentence for people.
  ExitCode (*run)(const Arguments& arguments, const Streams& streams, const std::stop_token& stop);
};

}  // namespace loom::app

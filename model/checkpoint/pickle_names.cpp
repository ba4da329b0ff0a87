#include "model/checkpoint/pickle_names.h"

#include <algorithm>
#include <array>
#include <utility>

namespace loom::model {

bool isFamiliarName(std::string_view module, std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 30> kFamiliar{{
      {"collections", "OrderedDict"},
      {"collections", "defaultdict"},
      {"collections", "Counter"},
      {"collections", "deque"},
      {"argparse", "Namespace"},
      {"types", "SimpleNamespace"},
      {"builtins", "set"},
      {"builtins", "frozenset"},
      {"builtins", "complex"},
      {"builtins", "slice"},
      {"builtins", "range"},
      {"builtins", "bytearray"},
      {"__builtin__", "set"},
      {"__builtin__", "frozenset"},
      {"__builtin__", "complex"},
      {"__builtin__", "slice"},
      {"__builtin__", "bytearray"},
      {"_codecs", "encode"},
      {"torch", "Size"},
      {"torch", "device"},
      {"torch.storage", "_load_from_bytes"},
      {"torch.jit._pickle", "build_intlist"},
      {"torch.jit._pickle", "build_doublelist"},
      {"torch.jit._pickle", "build_boollist"},
      {"torch.jit._pickle", "build_tensorlist"},
      {"torch.jit._pickle", "restore_type_tag"},
      {"dnnlib.util", "EasyDict"},
      {"numpy", "dtype"},
      {"numpy.core.multiarray", "scalar"},
      {"numpy._core.multiarray", "scalar"},
  }};
  const auto isIt = [&](const auto& entry) { return entry.first == module && entry.second == name; };
  return module.starts_with("torch.nn.modules.") || module.starts_with("torch.nn.parallel.") || module == "__torch__" ||
         module.starts_with("__torch__.") || std::any_of(kFamiliar.begin(), kFamiliar.end(), isIt);
}

namespace {

/// Modules of which no checkpoint needs anything: they start programs, run text, or reach files and the network.
bool isHostileModule(std::string_view module) {
  static constexpr std::array<std::string_view, 40> kModules{
      "os",        "posix",     "nt",       "subprocess", "_posixsubprocess", "sys",      "shutil",  "socket",
      "ctypes",    "_ctypes",   "importlib", "_frozen_importlib", "imp",      "runpy",    "pty",     "commands",
      "popen2",    "webbrowser", "code",     "codeop",    "pdb",              "bdb",      "timeit",  "cProfile",
      "profile",   "trace",     "doctest",  "marshal",    "pickle",           "_pickle",  "cPickle", "pip",
      "asyncio",   "urllib",    "http",     "ftplib",     "smtplib",          "requests", "tempfile", "zipimport"};
  return std::find(kModules.begin(), kModules.end(), module) != kModules.end();
}

bool isHostileBuiltin(std::string_view name) {
  static constexpr std::array<std::string_view, 13> kNames{"eval",  "exec",       "execfile", "compile", "__import__",
                                                           "open",  "input",      "raw_input", "apply",  "breakpoint",
                                                           "globals", "locals", "vars"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

bool isHostileCallable(std::string_view module, std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kCallables{{
      {"torch", "load"},
      {"torch.serialization", "load"},
      {"torch.hub", "load"},
      {"torch.utils.cpp_extension", "load"},
      {"torch.utils.cpp_extension", "load_inline"},
      {"numpy", "load"},
      {"numpy.testing._private.utils", "runstring"},
      {"types", "CodeType"},
  }};
  return std::any_of(kCallables.begin(), kCallables.end(),
                     [&](const auto& entry) { return entry.first == module && entry.second == name; });
}

std::string_view takePart(std::string_view& dotted) {
  const std::size_t end = std::min(dotted.find('.'), dotted.size());
  const std::string_view part = dotted.substr(0, end);
  dotted.remove_prefix(std::min(end + 1, dotted.size()));
  return part;
}

}  // namespace

bool isHostileName(std::string_view module, std::string_view name) {
  std::string_view rest = module;
  const std::string_view first = takePart(rest);
  // os.path has harmless members (join, exists), and arguments of trainings name them now and then.
  const bool isPath = module == "os.path" || module == "posixpath" || module == "ntpath";
  if ((isHostileModule(first) && !isPath) || isHostileCallable(module, name)) {
    return true;
  }
  const bool isBuiltin = module == "builtins" || module == "__builtin__";
  // Protocol 4 follows dots in a name: "torch" and "serialization.os.system" reach os.system.
  bool isFirst = true;
  for (rest = name; !rest.empty(); isFirst = false) {
    const std::string_view part = takePart(rest);
    const bool isLast = rest.empty();
    if ((isBuiltin && isFirst && isHostileBuiltin(part)) || (!isLast && isHostileModule(part)) ||
        (!isFirst && (part == "__globals__" || part == "__builtins__" || part == "__subclasses__"))) {
      return true;
    }
  }
  return false;
}

}  // namespace loom::model

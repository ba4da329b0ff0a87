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

}  // namespace loom::model

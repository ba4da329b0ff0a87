// The one door: whose bytes they are is asked first.
#include "tests/fuzz/fuzz_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return loom::fuzz::fuzz(data, size, [](const auto& file, const loom::model::ReadControl& control) {
    return loom::model::readCheckpoint(file, "fuzzed", control);
  });
}

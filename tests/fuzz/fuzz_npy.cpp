#include "model/checkpoint/npy_reader.h"
#include "tests/fuzz/fuzz_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return loom::fuzz::fuzzReader<loom::model::NpyReader>(data, size);
}

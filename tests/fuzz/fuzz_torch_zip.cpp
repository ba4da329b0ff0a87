#include "model/checkpoint/torch_zip_reader.h"
#include "tests/fuzz/fuzz_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return loom::fuzz::fuzzReader<loom::model::TorchZipReader>(data, size);
}

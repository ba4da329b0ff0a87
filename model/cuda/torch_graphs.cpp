// libloom_cuda_graphs: graph_interface.h by LibTorch's own graphs.
#include "model/cuda/graph_interface.h"

#include <ATen/cuda/CUDAGraph.h>

#include <cstdio>
#include <exception>

namespace {

thread_local char lastError[512];

template <typename Work>
LoomGraphError guarded(const Work& work) {
  try {
    work();
    return nullptr;
  } catch (const c10::Error& error) {
    std::snprintf(lastError, sizeof lastError, "%s", error.what_without_backtrace());
  } catch (const std::exception& error) {
    std::snprintf(lastError, sizeof lastError, "%s", error.what());
  }
  return lastError;
}

at::cuda::CUDAGraph& of(void* graph) { return *static_cast<at::cuda::CUDAGraph*>(graph); }

LoomGraphError make(void** graph) {
  *graph = nullptr;
  return guarded([&] { *graph = new at::cuda::CUDAGraph; });
}

void release(void* graph) {
  guarded([&] { delete static_cast<at::cuda::CUDAGraph*>(graph); });
}

LoomGraphError begin(void* graph) {
  // Other threads go on with what they do: a training allocates, the window copies.
  return guarded([&] { of(graph).capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal); });
}

LoomGraphError end(void* graph) {
  return guarded([&] { of(graph).capture_end(); });
}

LoomGraphError replay(void* graph) {
  return guarded([&] { of(graph).replay(); });
}

constexpr LoomGraphInterface kTable = {
    LOOM_GRAPH_INTERFACE_VERSION, sizeof(LoomGraphInterface), make, release, begin, end, replay,
};

}  // namespace

extern "C" __attribute__((visibility("default"))) const LoomGraphInterface* loomGraphInterface() { return &kTable; }

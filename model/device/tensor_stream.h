// torch's current stream of a GPU, by the half of torch that needs no CUDA.
#pragma once

#include <c10/core/Stream.h>
#include <c10/core/impl/VirtualGuardImpl.h>

namespace loom::model {

/// A cudaStream_t, for libloom_cuda; torch's own operations of this thread are queued there, too. `device` is a GPU.
inline void* currentStream(c10::Device device) {
  return c10::impl::VirtualGuardImpl(device.type()).getStream(device).native_handle();
}

}  // namespace loom::model

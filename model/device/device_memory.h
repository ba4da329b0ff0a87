// What is done where a GPU's memory is full: first what torch keeps for later is let go, then fewer pictures are made
// at once, at last the CPU takes over.
#pragma once

#include <cstddef>
#include <functional>
#include <stdexcept>

namespace loom::model {

/// Work gave up for want of the GPU's memory; it can be tried again.
class DeviceMemoryFull : public std::runtime_error {
 public:
  DeviceMemoryFull() : std::runtime_error("the GPU's memory is full") {}
};

struct MemoryRelief {
  std::function<void()> dropCache;  ///< gives memory that is kept for later back to the device
  std::function<void()> toCpu;      ///< from now on the work is done on the CPU; throws where that cannot be
};

/// Calls work(first, size) until `count` pieces are done, all of them at once while memory lasts. `work` may throw
/// DeviceMemoryFull before its pieces are done; other exceptions pass through. `most`: how many were too many before,
/// less one; it is brought down as that shows, for the next call.
void workInMemory(std::size_t count, std::size_t& most,
                  const std::function<void(std::size_t first, std::size_t size)>& work, const MemoryRelief& relief);

}  // namespace loom::model

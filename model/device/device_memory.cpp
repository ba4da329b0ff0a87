#include "model/device/device_memory.h"

#include <algorithm>
#include <limits>

namespace loom::model {

void workInMemory(std::size_t count, std::size_t& most,
                  const std::function<void(std::size_t first, std::size_t size)>& work, const MemoryRelief& relief) {
  bool cacheDropped = false;
  bool onCpu = false;
  for (std::size_t done = 0; done < count;) {
    const std::size_t size = std::min(most, count - done);
    if (onCpu) {
      work(done, size);
      done += size;
      continue;
    }
    try {
      work(done, size);
      done += size;
      cacheDropped = false;
      continue;
    } catch (const DeviceMemoryFull&) {
      // What was made so far must be gone before the cache is dropped, so nothing is done in here.
    }
    const bool again = !cacheDropped;
    relief.dropCache();
    cacheDropped = true;
    if (again) {
      continue;
    }
    if (size > 1) {
      most = size / 2;
      continue;
    }
    relief.toCpu();
    onCpu = true;
    most = std::numeric_limits<std::size_t>::max();
  }
}

}  // namespace loom::model

#include "model/generators/kept_memory.h"

#include "model/kernels/big_memory.h"

#include <c10/core/CPUAllocator.h>

#include <map>
#include <mutex>
#include <unordered_map>

namespace loom::model {
namespace {

constexpr std::size_t kLarge = std::size_t{1} << 20U;  // bytes; what is smaller stays malloc's business
constexpr std::size_t kStep = std::size_t{2} << 20U;   // sizes are rounded up to it, so that the next picture's fit
constexpr std::size_t kMostKept = std::size_t{384} << 20U;

class LargeMemory : public c10::Allocator {
 public:
  explicit LargeMemory(c10::Allocator& forSmall) : m_forSmall(forSmall) {}

  static LargeMemory& instance() {
    // Never destroyed: tensors may outlive whatever would do it.
    static auto* const memory = new LargeMemory(*c10::GetCPUAllocator());
    return *memory;
  }

  c10::DataPtr allocate(std::size_t bytes) override {
    if (bytes < kLarge) {
      return m_forSmall.allocate(bytes);
    }
    void* data = take((bytes + kStep - 1) / kStep * kStep);
    return {data, data, &giveBack, c10::Device(c10::DeviceType::CPU)};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &giveBack; }
  void copy_data(void* to, const void* from, std::size_t bytes) const override { default_copy_data(to, from, bytes); }

 private:
  using Block = std::shared_ptr<float[]>;

  void* take(std::size_t bytes) {
    const std::lock_guard lock(m_mutex);
    Block block;
    if (const auto kept = m_kept.find(bytes); kept != m_kept.end()) {
      block = std::move(kept->second);
      m_kept.erase(kept);
      m_keptBytes -= bytes;
    } else {
      block = bigFloats(bytes / sizeof(float));
    }
    void* data = block.get();
    m_used.emplace(data, std::pair{bytes, std::move(block)});
    return data;
  }

  static void giveBack(void* data) {
    LargeMemory& memory = instance();
    std::unique_lock lock(memory.m_mutex);
    const auto used = memory.m_used.find(data);
    if (used == memory.m_used.end()) {
      lock.unlock();
      memory.m_forSmall.raw_deleter()(data);
      return;
    }
    auto [bytes, block] = std::move(used->second);
    memory.m_used.erase(used);
    if (memory.m_keptBytes + bytes <= kMostKept) {
      memory.m_kept.emplace(bytes, std::move(block));
      memory.m_keptBytes += bytes;
    }
    lock.unlock();  // a block that is not kept goes back to the system without the lock
  }

  c10::Allocator& m_forSmall;
  std::mutex m_mutex;
  std::multimap<std::size_t, Block> m_kept;
  std::unordered_map<void*, std::pair<std::size_t, Block>> m_used;
  std::size_t m_keptBytes = 0;
};

}  // namespace

void keepLargeMemory() {
  static const bool kInstalled = [] {
    constexpr std::uint8_t kAboveDefault = 1;
    c10::SetCPUAllocator(&LargeMemory::instance(), kAboveDefault);
    return true;
  }();
  static_cast<void>(kInstalled);
}

}  // namespace loom::model

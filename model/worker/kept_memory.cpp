#include "model/worker/kept_memory.h"

#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace loom::model {
namespace {

constexpr std::size_t kLarge = std::size_t{1} << 20U;      // below it the system's own allocator keeps memory, too
constexpr std::size_t kMostKept = std::size_t{1} << 30U;   // bytes that no tensor lies in
constexpr std::size_t kAlignment = std::size_t{1} << 12U;  // a page; smaller blocks are rarely aligned so

/// One of eight sizes between two powers of two, so that tensors of nearly the same size share a block.
std::size_t roundedUp(std::size_t bytes) {
  const std::size_t step = std::bit_floor(bytes) / 8;
  return (bytes + step - 1) / step * step;
}

class KeptMemory final : public c10::Allocator {
 public:
  /// Never destroyed: tensors may outlive everything.
  static KeptMemory& instance() {
    static auto* const kInstance = new KeptMemory;
    return *kInstance;
  }

  c10::DataPtr allocate(std::size_t bytes) override {
    if (bytes < kLarge) {
      return c10::GetDefaultCPUAllocator()->allocate(bytes);
    }
    void* const block = take(roundedUp(bytes));
    return {block, block, &letGo, c10::Device(c10::DeviceType::CPU)};
  }

  /// Of everything that comes from here, and of what LibTorch's own allocator gave before this one took its place.
  c10::DeleterFnPtr raw_deleter() const override { return &letGo; }

  void copy_data(void* target, const void* source, std::size_t count) const override {
    default_copy_data(target, source, count);
  }

  void giveBack() {
    const std::lock_guard lock(m_mutex);
    dropKept();
  }

  TensorMemory memory() const {
    const std::lock_guard lock(m_mutex);
    return {m_used, m_kept};
  }

 private:
  void* take(std::size_t bytes) {
    const std::lock_guard lock(m_mutex);
    void* block = nullptr;
    if (auto& free = m_free[bytes]; !free.empty()) {
      block = free.back();
      free.pop_back();
      m_kept -= bytes;
    } else {
      block = std::aligned_alloc(kAlignment, bytes);
      if (!block) {
        dropKept();
        block = std::aligned_alloc(kAlignment, bytes);
      }
    }
    TORCH_CHECK(block, "there is not enough memory: a tensor asked for ", bytes, " bytes");
    m_sizes.emplace(block, bytes);
    m_used += bytes;
    return block;
  }

  static void letGo(void* block) {
    if (reinterpret_cast<std::uintptr_t>(block) % kAlignment != 0 || !instance().keep(block)) {
      c10::GetDefaultCPUAllocator()->raw_deallocate(block);
    }
  }

  /// False where the block is none of ours.
  bool keep(void* block) {
    const std::lock_guard lock(m_mutex);
    const auto place = m_sizes.find(block);
    if (place == m_sizes.end()) {
      return false;
    }
    const std::size_t bytes = place->second;
    m_sizes.erase(place);
    m_used -= bytes;
    if (m_kept + bytes > kMostKept) {
      std::free(block);
    } else {
      m_free[bytes].push_back(block);
      m_kept += bytes;
    }
    return true;
  }

  void dropKept() {
    for (auto& [bytes, blocks] : m_free) {
      std::for_each(blocks.begin(), blocks.end(), &std::free);
    }
    m_free.clear();
    m_kept = 0;
  }

  mutable std::mutex m_mutex;
  std::unordered_map<void*, std::size_t> m_sizes;              // of large blocks in use
  std::unordered_map<std::size_t, std::vector<void*>> m_free;  // by size
  std::size_t m_used = 0;
  std::size_t m_kept = 0;
};

}  // namespace

void keepTensorMemory() {
  static const bool kOnce = [] {
    c10::SetCPUAllocator(&KeptMemory::instance());
    return true;
  }();
  (void)kOnce;
}

void giveBackTensorMemory() { KeptMemory::instance().giveBack(); }

TensorMemory tensorMemory() { return KeptMemory::instance().memory(); }

}  // namespace loom::model

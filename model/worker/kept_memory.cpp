#include "model/worker/kept_memory.h"

#include "model/kernels/big_memory.h"

#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <unordered_map>

namespace loom::model {
namespace {

constexpr std::size_t kLarge = std::size_t{1} << 20U;     // below it the system's own allocator keeps memory, too
constexpr std::size_t kMostKept = std::size_t{1} << 30U;  // bytes that no tensor lies in
constexpr std::size_t kLooseness = 2;  // a kept block is taken for a tensor that fills this part of it

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
    void* const data = take(bytes);
    return {data, data, &letGo, c10::Device(c10::DeviceType::CPU)};
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
    return {m_usedBytes, m_mostBytes, m_keptBytes};
  }

  std::size_t mark() {
    const std::lock_guard lock(m_mutex);
    m_mostBytes = m_usedBytes;
    return m_usedBytes;
  }

 private:
  struct Block {
    std::size_t bytes = 0;
    std::shared_ptr<float[]> memory;
  };

  void* take(std::size_t bytes) {
    const std::lock_guard lock(m_mutex);
    Block block{bytes, {}};
    if (const auto kept = m_kept.lower_bound(bytes); kept != m_kept.end() && kept->first <= kLooseness * bytes) {
      block = {kept->first, std::move(kept->second)};
      m_kept.erase(kept);
      m_keptBytes -= block.bytes;
    } else {
      block.memory = fresh(bytes);
    }
    void* data = block.memory.get();
    m_usedBytes += block.bytes;
    m_mostBytes = std::max(m_mostBytes, m_usedBytes);
    m_used.emplace(data, std::move(block));
    return data;
  }

  std::shared_ptr<float[]> fresh(std::size_t bytes) {
    const std::size_t floats = bytes / sizeof(float) + 1;
    try {
      return bigFloats(floats);
    } catch (const std::bad_alloc&) {
      dropKept();
    }
    try {
      return bigFloats(floats);
    } catch (const std::bad_alloc&) {
      TORCH_CHECK(false, "there is not enough memory: a tensor asked for ", bytes, " bytes");
    }
  }

  static void letGo(void* data) {
    if (!instance().keep(data)) {
      c10::GetDefaultCPUAllocator()->raw_deallocate(data);
    }
  }

  /// False where `data` is none of ours.
  bool keep(void* data) {
    const std::lock_guard lock(m_mutex);
    const auto used = m_used.find(data);
    if (used == m_used.end()) {
      return false;
    }
    const std::size_t bytes = used->second.bytes;
    m_usedBytes -= bytes;
    if (m_keptBytes + bytes <= kMostKept) {
      m_kept.emplace(bytes, std::move(used->second.memory));
      m_keptBytes += bytes;
    }
    m_used.erase(used);
    return true;
  }

  void dropKept() {
    m_kept.clear();
    m_keptBytes = 0;
  }

  mutable std::mutex m_mutex;
  std::unordered_map<void*, Block> m_used;
  std::multimap<std::size_t, std::shared_ptr<float[]>> m_kept;  // by size
  std::size_t m_usedBytes = 0;
  std::size_t m_mostBytes = 0;
  std::size_t m_keptBytes = 0;
};

}  // namespace

void keepTensorMemory() {
  static const bool kOnce = [] {
    c10::SetCPUAllocator(&KeptMemory::instance());
    return true;
  }();
  static_cast<void>(kOnce);
}

void giveBackTensorMemory() { KeptMemory::instance().giveBack(); }

TensorMemory tensorMemory() { return KeptMemory::instance().memory(); }

std::size_t markTensorMemory() { return KeptMemory::instance().mark(); }

}  // namespace loom::model

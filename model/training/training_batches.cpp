#include "model/training_batches.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <limits>
#include <map>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <thread>

namespace loom::model {
namespace {

/// SplitMix64 (Steele, Lea & Flood 2014): the standard library's distributions differ between its makers, and an order
/// must not.
class SplitMix {
 public:
  explicit SplitMix(std::uint64_t state) : m_state(state) {}

  std::uint64_t next() {
    m_state += 0x9E3779B97F4A7C15U;
    std::uint64_t mixed = m_state;
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
    return mixed ^ (mixed >> 31U);
  }

  /// In [0, bound), every number as likely as the others (Lemire 2019).
  std::uint32_t below(std::uint32_t bound) {
    std::uint64_t product = (next() >> 32U) * bound;
    const std::uint32_t threshold = (0U - bound) % bound;
    while (static_cast<std::uint32_t>(product) < threshold) {
      product = (next() >> 32U) * bound;
    }
    return static_cast<std::uint32_t>(product >> 32U);
  }

 private:
  std::uint64_t m_state;
};

/// A stream of its own for each (seed, number).
SplitMix stream(std::uint64_t seed, std::uint64_t number) {
  SplitMix ofSeed(seed);
  return SplitMix(ofSeed.next() ^ SplitMix(~number).next());
}

void mirrorRows(std::uint8_t* pixels, std::size_t rows, std::size_t width) {
  for (std::size_t row = 0; row < rows; ++row) {
    std::reverse(pixels + row * width, pixels + (row + 1) * width);
  }
}

}  // namespace

BatchOrder::BatchOrder(std::int64_t count, int batch, std::uint64_t seed, bool mirror)
    : m_count(count), m_batch(batch), m_seed(seed), m_mirror(mirror) {
  if (count < 1) {
    throw std::runtime_error("There are no pictures to train with.");
  }
  if (count > std::numeric_limits<std::uint32_t>::max()) {
    throw std::runtime_error("There are more pictures than can be put in order.");
  }
  if (batch < 1) {
    throw std::runtime_error("A batch takes at least one picture.");
  }
}

void BatchOrder::shuffle(std::int64_t round) {
  if (m_round == round) {
    return;
  }
  m_order.resize(static_cast<std::size_t>(m_count));
  std::iota(m_order.begin(), m_order.end(), 0U);
  SplitMix random = stream(m_seed, static_cast<std::uint64_t>(round));
  for (std::size_t left = m_order.size(); left > 1; --left) {  // Fisher & Yates
    std::swap(m_order[left - 1], m_order[random.below(static_cast<std::uint32_t>(left))]);
  }
  m_round = round;
}

std::vector<BatchOrder::Entry> BatchOrder::batch(std::int64_t number) {
  if (number < 0 || number >= std::numeric_limits<std::int64_t>::max() / m_batch) {
    throw std::runtime_error("There is no batch " + std::to_string(number) + ".");
  }
  std::vector<Entry> entries(static_cast<std::size_t>(m_batch));
  std::int64_t place = number * m_batch;
  for (Entry& entry : entries) {
    shuffle(place / m_count);
    entry.index = m_order[static_cast<std::size_t>(place % m_count)];
    // Its own stream, so that mirroring leaves the order as it is.
    entry.mirrored = m_mirror && (stream(~m_seed, static_cast<std::uint64_t>(place)).next() >> 63U) != 0;
    ++place;
  }
  return entries;
}

struct BatchReader::Parts {
  /// A batch that is waited for, in the making, or there.
  struct Slot {
    std::vector<BatchOrder::Entry> entries;
    bool begun = false;
    bool done = false;
    TrainingBatch batch;
    std::exception_ptr failure;
  };

  std::shared_ptr<const TrainingData> data;
  BatchOptions options;
  BatchOrder order;
  std::mutex mutex;
  std::condition_variable wanted;    ///< a slot waits to be begun, or all ends
  std::condition_variable finished;  ///< a slot is done
  std::map<std::int64_t, std::shared_ptr<Slot>> slots;
  bool ending = false;
  std::vector<std::thread> threads;

  Parts(std::shared_ptr<const TrainingData> pictures, const BatchOptions& wish)
      : data(std::move(pictures)), options(wish), order(data->info().count, wish.batch, wish.seed, wish.mirror) {}

  TrainingBatch fill(std::int64_t number, const std::vector<BatchOrder::Entry>& entries) const {
    const TrainingDataInfo& info = data->info();
    const auto side = static_cast<std::size_t>(info.resolution);
    const std::size_t rows = side * static_cast<std::size_t>(info.channels);
    TrainingBatch batch;
    batch.number = number;
    batch.pixels.resize(entries.size() * rows * side);
    std::uint8_t* pixels = batch.pixels.data();
    for (const BatchOrder::Entry& entry : entries) {
      data->read(entry.index, pixels);
      if (entry.mirrored) {
        mirrorRows(pixels, rows, side);
      }
      pixels += rows * side;
      batch.indices.push_back(entry.index);
      if (!info.classNames.empty()) {
        batch.labels.push_back(data->label(entry.index));
      }
    }
    return batch;
  }

  /// Called with the lock held, which it gives back while it reads.
  void make(std::unique_lock<std::mutex>& lock, std::int64_t number, const std::shared_ptr<Slot>& slot) {
    slot->begun = true;
    lock.unlock();
    TrainingBatch batch;
    std::exception_ptr failure;
    try {
      batch = fill(number, slot->entries);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    slot->batch = std::move(batch);
    slot->failure = failure;
    slot->done = true;
    finished.notify_all();
  }

  void work() {
    std::unique_lock lock(mutex);
    while (!ending) {
      const auto next = std::find_if(slots.begin(), slots.end(), [](const auto& slot) { return !slot.second->begun; });
      if (next == slots.end()) {
        wanted.wait(lock);
        continue;
      }
      make(lock, next->first, std::shared_ptr(next->second));
    }
  }

  /// Slots for `first` and what follows it, and no others. With the lock held.
  void plan(std::int64_t first) {
    const std::int64_t last = first + (threads.empty() ? 0 : options.ahead);
    std::erase_if(slots, [&](const auto& slot) { return slot.first < first || slot.first > last; });
    for (std::int64_t number = first; number <= last; ++number) {
      if (!slots.contains(number)) {
        auto slot = std::make_shared<Slot>();
        slot->entries = order.batch(number);
        slots.emplace(number, std::move(slot));
      }
    }
    wanted.notify_all();
  }
};

BatchReader::BatchReader(std::shared_ptr<const TrainingData> data, const BatchOptions& options) {
  constexpr int kMost = 256;
  if (options.threads < 0 || options.threads > kMost || options.ahead < 0 || options.ahead > kMost) {
    throw std::runtime_error("Data are read ahead by 0 to 256 threads, 0 to 256 batches.");
  }
  m_parts = std::make_unique<Parts>(std::move(data), options);
  for (int i = 0; i < options.threads; ++i) {
    m_parts->threads.emplace_back([parts = m_parts.get()] { parts->work(); });
  }
}

BatchReader::~BatchReader() {
  {
    const std::lock_guard lock(m_parts->mutex);
    m_parts->ending = true;
  }
  m_parts->wanted.notify_all();
  for (std::thread& thread : m_parts->threads) {
    thread.join();
  }
}

TrainingBatch BatchReader::read(std::int64_t number) {
  std::unique_lock lock(m_parts->mutex);
  m_parts->plan(number);
  const std::shared_ptr<Parts::Slot> slot = m_parts->slots.at(number);
  if (!slot->begun) {
    m_parts->make(lock, number, slot);  // sooner than waiting for a thread that reads what comes later
  }
  m_parts->finished.wait(lock, [&] { return slot->done; });
  m_parts->slots.erase(number);
  if (slot->failure) {
    std::rethrow_exception(slot->failure);
  }
  return std::move(slot->batch);
}

const TrainingDataInfo& BatchReader::info() const { return m_parts->data->info(); }

}  // namespace loom::model

// Training data in random order, read ahead by a few threads. Batch k of a seed is a pure function of (data, options,
// k): a training that resumes at step k sees the very pictures that it would have seen uninterrupted.
// Standard C++ alone.
#pragma once

#include "model/training_data.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace loom::model {

/// Pictures [0, count) in random order, all of them once in each round, then in another order.
class BatchOrder {
 public:
  struct Entry {
    std::int64_t index = 0;  ///< of the picture
    bool mirrored = false;
  };

  /// Throws std::runtime_error where `count` is not in [1, 2³²) or `batch` is below 1.
  BatchOrder(std::int64_t count, int batch, std::uint64_t seed, bool mirror);

  /// What batch `number` (0, 1, …) holds: `batch` entries. Where the pictures are not a multiple of `batch`, a batch
  /// ends one round and begins the next. Cheap but for the first batch of a round (some 5 ns a picture).
  std::vector<Entry> batch(std::int64_t number);

 private:
  void shuffle(std::int64_t round);

  std::int64_t m_count;
  int m_batch;
  std::uint64_t m_seed;
  bool m_mirror;
  std::int64_t m_round = -1;  ///< that `m_order` is of
  std::vector<std::uint32_t> m_order;
};

struct TrainingBatch {
  std::int64_t number = -1;
  std::vector<std::int64_t> indices;  ///< of the pictures
  std::vector<std::uint8_t> pixels;  ///< batch × channels × resolution × resolution, 0…255, C order; mirrored already
  std::vector<std::int64_t> labels;  ///< a class for each; empty where the data have none
};

struct BatchOptions {
  int batch = 64;
  std::uint64_t seed = 0;
  bool mirror = false;  ///< each picture left to right by the toss of a coin, anew in each round
  int threads = 1;      ///< that read ahead; 0: `read` does all itself
  int ahead = 3;        ///< batches kept ready
};

/// Batches of `data`. One thread may call `read`; the reader's own threads call the data's.
class BatchReader {
 public:
  /// Throws std::runtime_error where there are no pictures or an option is out of range.
  BatchReader(std::shared_ptr<const TrainingData> data, const BatchOptions& options);
  ~BatchReader();
  BatchReader(const BatchReader&) = delete;
  BatchReader& operator=(const BatchReader&) = delete;

  /// Batch `number` ≥ 0. Those that follow it are read meanwhile, so calls in order do not wait for the disk; any order
  /// works. Throws what the data throws of a picture that cannot be read; the next call tries anew.
  TrainingBatch read(std::int64_t number);

  const TrainingDataInfo& info() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> m_parts;
};

}  // namespace loom::model

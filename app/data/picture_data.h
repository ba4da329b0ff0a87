// Pictures of a source as a TrainingData.
#pragma once

#include "app/data/picture_source.h"
#include "model/training_data.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace loom::app {

/// Decoded pictures, each set once: the first ones of the source, as many as the memory meant for them holds. In random
/// order any are as good as others. Members may be called from several threads at once.
class PixelCache {
 public:
  PixelCache(std::size_t pictures, std::size_t pictureBytes, std::size_t budget);
  ~PixelCache();
  PixelCache(const PixelCache&) = delete;
  PixelCache& operator=(const PixelCache&) = delete;

  /// False where it does not hold picture `place`.
  bool get(std::size_t place, std::uint8_t* pixels) const;
  /// Keeps `pixels` if there is room.
  void put(std::size_t place, const std::uint8_t* pixels);

 private:
  std::size_t m_pictureBytes;
  std::vector<std::atomic<std::uint8_t*>> m_kept;
};

class PictureData : public model::TrainingData {
 public:
  /// `kept`: the places within the source of the pictures that make the data, in their order. `info.count` is set here.
  PictureData(std::shared_ptr<const PictureSource> source, std::vector<std::size_t> kept, model::TrainingDataInfo info,
              std::shared_ptr<PixelCache> cache);

  const model::TrainingDataInfo& info() const override { return m_info; }
  int label(std::int64_t index) const override;
  void read(std::int64_t index, std::uint8_t* pixels) const override;

 private:
  std::shared_ptr<const PictureSource> m_source;
  std::vector<std::size_t> m_kept;
  model::TrainingDataInfo m_info;
  std::shared_ptr<PixelCache> m_cache;
};

/// channels × resolution × resolution bytes of a picture. Throws DataError with a clause.
std::vector<std::uint8_t> decodedPixels(const PictureSource& source, std::size_t place, int resolution, int channels);

}  // namespace loom::app

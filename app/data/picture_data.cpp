#include "app/data/picture_data.h"

#include "app/data/encoded_picture.h"
#include "app/data/square_picture.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace loom::app {

std::vector<std::uint8_t> decodedPixels(const PictureSource& source, std::size_t place, int resolution, int channels) {
  try {
    return squarePixels(decodePicture(source.bytes(place)), resolution, channels);
  } catch (const std::bad_alloc&) {
    throw DataError("there is not enough memory for it");
  }
}

PixelCache::PixelCache(std::size_t pictures, std::size_t pictureBytes, std::size_t budget)
    : m_pictureBytes(pictureBytes), m_kept(std::min(pictures, budget / pictureBytes)) {}

PixelCache::~PixelCache() {
  for (const auto& kept : m_kept) {
    delete[] kept.load();
  }
}

bool PixelCache::get(std::size_t place, std::uint8_t* pixels) const {
  const std::uint8_t* known = place < m_kept.size() ? m_kept[place].load(std::memory_order_acquire) : nullptr;
  if (known) {
    std::memcpy(pixels, known, m_pictureBytes);
  }
  return known != nullptr;
}

void PixelCache::put(std::size_t place, const std::uint8_t* pixels) {
  if (place >= m_kept.size() || m_kept[place].load(std::memory_order_relaxed)) {
    return;
  }
  auto* copy = new (std::nothrow) std::uint8_t[m_pictureBytes];
  if (!copy) {
    return;  // it will be decoded each time
  }
  std::memcpy(copy, pixels, m_pictureBytes);
  std::uint8_t* nobody = nullptr;
  if (!m_kept[place].compare_exchange_strong(nobody, copy, std::memory_order_acq_rel)) {
    delete[] copy;
  }
}

PictureData::PictureData(std::shared_ptr<const PictureSource> source, std::vector<std::size_t> kept,
                         model::TrainingDataInfo info, std::shared_ptr<PixelCache> cache)
    : m_source(std::move(source)), m_kept(std::move(kept)), m_info(std::move(info)), m_cache(std::move(cache)) {
  m_info.count = static_cast<std::int64_t>(m_kept.size());
}

int PictureData::label(std::int64_t index) const {
  return m_info.classNames.empty() ? -1 : m_source->entries[m_kept.at(static_cast<std::size_t>(index))].label;
}

void PictureData::read(std::int64_t index, std::uint8_t* pixels) const {
  const std::size_t place = m_kept.at(static_cast<std::size_t>(index));
  if (m_cache->get(place, pixels)) {
    return;
  }
  try {
    const std::vector<std::uint8_t> bytes = decodedPixels(*m_source, place, m_info.resolution, m_info.channels);
    std::copy(bytes.begin(), bytes.end(), pixels);
    m_cache->put(place, pixels);
  } catch (const DataError& error) {
    throw DataError("The picture " + m_source->entries[place].name + " of " + m_info.path +
                    " can no longer be read: " + error.what() + ".");
  }
}

}  // namespace loom::app

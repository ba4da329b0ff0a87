// What entries are compared by, in memory: 100,000 are some 30 MB and are gone through in some milliseconds.
#pragma once

#include "app/gallery/gallery.h"
#include "app/gallery/picture_look.h"

namespace loom::app {

struct Gallery::Looks {
  std::vector<EntryId> ids;  ///< ascending
  std::vector<qint64> models;
  std::vector<std::uint64_t> hashes;
  std::vector<std::uint8_t> features;     ///< kFeatureCount each
  std::vector<float> sketches;            ///< kSketchLength each
  std::vector<std::int64_t> sketchPlace;  ///< of the entry in `sketches`; −1: none
};

}  // namespace loom::app

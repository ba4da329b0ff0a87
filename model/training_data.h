// What a training learns from: the seam between the readers of data (app/data: Qt decodes the pictures) and the trainer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace loom::model {

struct TrainingDataInfo {
  std::string path;               ///< of the folder or file
  std::int64_t count = 0;         ///< pictures
  int resolution = 0;             ///< pixels a side of what `read` gives
  int channels = 0;               ///< 1 or 3
  std::vector<std::string> classNames;  ///< by class index; empty where there are no labels
  std::string fingerprint;        ///< hex; changes with the names, sizes or bytes of the data and with how it is resized
};

/// Pictures of one size, in a fixed order. Immutable; all members may be called from several threads at once.
class TrainingData {
 public:
  virtual ~TrainingData() = default;
  virtual const TrainingDataInfo& info() const = 0;
  /// The class of picture `index`, in [0, classNames.size()); −1 where there are no labels.
  virtual int label(std::int64_t index) const = 0;
  /// Writes picture `index` to `pixels`: channels × resolution × resolution bytes, 0…255, C order.
  /// Throws std::runtime_error with a sentence that names the picture and the reason.
  virtual void read(std::int64_t index, std::uint8_t* pixels) const = 0;
};

}  // namespace loom::model

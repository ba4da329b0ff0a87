// Data for a training: opened and looked over in one go, so that what is trained with is known to be readable.
#pragma once

#include "app/data/data_error.h"
#include "model/training_data.h"

#include <QImage>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace loom::app {

struct DataOptions {
  int resolution =
      0;  ///< pixels a side, 4 to 2048; 0: the power of two (8 to 1024) not above the median picture's short side
  int channels = 0;                                ///< 1 or 3; 0: 1 where every picture is stored as grey, else 3
  std::size_t cacheBytes = std::size_t{1} << 30U;  ///< decoded pictures kept in memory
  int threads = 0;                                 ///< that decode; 0: one for each core
};

struct DataControl {
  std::function<void(double)> progress;  ///< fraction in [0, 1], on the calling thread; may be empty
  std::stop_token stop;
};

/// What a look over the data finds.
struct DataSurvey {
  struct SizeCount {
    int width = 0;
    int height = 0;
    std::int64_t count = 0;
  };
  struct ClassCount {
    std::string name;
    std::int64_t count = 0;
  };
  struct Unreadable {
    std::string name;
    std::string reason;  ///< a clause: "it is cut short"
  };
  std::string kind;                 ///< "folder of pictures", "zip of pictures", "NVIDIA dataset (zip)", "idx file" …
  std::int64_t pictures = 0;        ///< that can be read
  std::int64_t otherFiles = 0;      ///< that are no pictures
  std::int64_t grey = 0;            ///< stored as grey
  std::int64_t transparent = 0;     ///< with an alpha channel
  std::int64_t smaller = 0;         ///< their short side is below the resolution: they are enlarged
  std::vector<SizeCount> sizes;     ///< most frequent first
  std::vector<ClassCount> classes;  ///< by class index; empty where there are none
  std::vector<Unreadable> unreadable;  ///< left out, in the order of the names
  std::vector<std::string> notes;      ///< sentences that a person should know
  QImage contactSheet;                 ///< up to 8 × 8 pictures as the training sees them, evenly from all
};

struct OpenedData {
  std::shared_ptr<const model::TrainingData> data;
  DataSurvey survey;
};

/// Opens a folder of pictures (classes by subfolder), a zip of them, NVIDIA's dataset with dataset.json, or MNIST's idx
/// (gzipped or not, labels found beside). Reads and decodes every picture once; those that cannot be are left out and
/// told by name. Throws DataError where nothing can be trained with: no picture, or one alone; and DataCancelled.
OpenedData lookOverData(const std::filesystem::path& path, const DataOptions& options = {},
                        const DataControl& control = {});

/// The data of lookOverData.
std::shared_ptr<const model::TrainingData> openTrainingData(const std::filesystem::path& path,
                                                            const DataOptions& options = {},
                                                            const DataControl& control = {});

}  // namespace loom::app

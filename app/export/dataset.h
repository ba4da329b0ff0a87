// Synthetic data sets: many pictures of one model in the layout of NVIDIA's dataset_tool.py, and a page that says what
// they are.
//
//   00000/img00000000.png, …   each with its own provenance
//   dataset.json               {"labels": [["00000/img00000000.png", 3], …]}, or null without classes
//   DATASET.md                 model, hash, seeds, settings, date, and that all of it is synthetic
//
// A zip is made of a folder beside it (OUT.zip.part). What was begun and not finished goes on where it stopped:
// pictures appear whole or not at all, and a hidden file says what the folder is to become.
#pragma once

#include "model/opened_model.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

namespace loom::app {

struct DatasetRequest {
  model::LatentState look;       ///< of every picture, its seed aside
  std::uint32_t firstSeed = 0;   ///< each picture has the next
  std::int64_t count = 0;        ///< pictures, or pictures of each class
  bool perClass = false;         ///< all classes in turn, labelled
  std::filesystem::path target;  ///< a folder that is new, empty, or of the same request; or OUT.zip, not there yet
};

/// How many pictures `request` asks of this model.
std::int64_t picturesOf(const DatasetRequest& request, const model::GeneratorInfo& info);

/// False where it was stopped: what was made stays, and another call goes on. `progress` is told the pictures that are
/// done. Throws ExportError in sentences, ModelError in clauses where the model knows no seeds or no classes.
bool writeDataset(const model::OpenedModel& opened, const DatasetRequest& request, const std::stop_token& stop,
                  const std::function<void(std::int64_t)>& progress);

}  // namespace loom::app

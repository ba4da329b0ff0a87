// What `latent-loom generate` is asked for, checked as far as that goes without opening a file.
#pragma once

#include "app/commands/arguments.h"
#include "app/export/enlarge.h"
#include "app/export/picture.h"
#include "model/opened_model.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace loom::app {

struct GenerateRequest {
  std::filesystem::path checkpoint;
  model::OpenOptions open;
  std::vector<std::uint32_t> seeds;  ///< or:
  std::filesystem::path inputs;      ///< or:
  std::filesystem::path picture;
  int pictureSize = 256;             ///< pixels
  std::optional<GridLayout> grid;
  model::LatentState look;  ///< all but the latents
  int scale = 1;
  Resample resample = Resample::Smooth;
  int jpegQuality = 95;
  bool cpuOnly = false;
  std::string output;         ///< as typed; empty: no pictures
  std::filesystem::path raw;  ///< empty: no tensor
};

CommandSyntax generateSyntax();

/// Throws UsageError.
GenerateRequest generateRequest(const Arguments& arguments);

/// The grid must hold `count` pictures with no row to spare. Throws UsageError.
void checkGrid(const GridLayout& grid, std::size_t count);

}  // namespace loom::app

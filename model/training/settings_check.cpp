#include "model/training/settings_check.h"

#include "model/free_memory.h"
#include "model/training/toy_data.h"
#include "model/training_rehearsal.h"

#include <cstdio>

namespace loom::model {

void checkSettings(const TrainingSettings& settings, const DataShape& shape) {
  if (settings.family == Family::Toy) {
    toyData(settings.toy);
    if (settings.conditioning != Conditioning::None) {
      throw TrainingError("conditioning: the points of a toy have no classes. Set it to none.");
    }
    return;
  }
  const int r = shape.resolution;
  const int least = settings.family == Family::Dcgan ? 8 : 4;
  if (settings.family != Family::Mlp && (r < least || (r & (r - 1)) != 0)) {
    throw TrainingError("resolution: this family makes pictures of " + std::to_string(least) + ", " +
                        std::to_string(2 * least) + ", " + std::to_string(4 * least) + " … pixels, not " +
                        std::to_string(r) + ".");
  }
  if (settings.family == Family::Progressive && settings.conditioning != Conditioning::None) {
    throw TrainingError("conditioning: this Progressive GAN takes no classes. Set it to none.");
  }
  if (settings.family == Family::Stylegan2 && settings.conditioning != Conditioning::None &&
      settings.conditioning != Conditioning::Projection) {
    throw TrainingError("conditioning: StyleGAN2 takes classes by projection. Set it to projection or none.");
  }
  if (settings.conditioning != Conditioning::None && shape.classes < 2) {
    throw TrainingError("conditioning: the data have no classes. Put the pictures of each class into a folder of its own, or "
                        "set conditioning to none.");
  }
  if (settings.family == Family::Mlp && settings.depth > 10) {
    throw TrainingError("depth: at most 10 for an mlp, since each layer is twice as wide as the one before.");
  }
  const TrainingNeeds needs = needsOf(settings, r, shape.channels, shape.classes);
  if (const double free = freeMemory(); free > 0.0 && needs.bytes > free) {
    constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;
    char text[160];
    std::snprintf(text, sizeof text, "These settings ask for about %.1f GiB of memory, and this machine has %.1f GiB free. ",
                  needs.bytes / kGiB, free / kGiB);
    throw TrainingError(std::string(text) + "Lower batch, width or resolution.");
  }
}

}  // namespace loom::model

// How tests follow the GPU's way through a generator on a machine without one, and how checks on a GPU tell what half
// precision does from what the kernels do.
#pragma once

namespace loom::model {

/// While one lives, the generators that its thread runs take the kernels' way (model/device/kernel_ops.h) on the CPU as
/// they do on a GPU: the same bodies in plain loops, slowly.
class KernelTrial {
 public:
  enum class Half {
    AsTheOriginal,  ///< in the layers where the original's GPU code is in half precision
    Never,          ///< float32 throughout, on a GPU too
  };

  enum class Filters {
    InTiles,  ///< filtered_lrelu in one kernel
    InSteps,  ///< as where filters are too long for a tile
  };

  explicit KernelTrial(Half half, Filters filters = Filters::InTiles);
  ~KernelTrial();
  KernelTrial(const KernelTrial&) = delete;
  KernelTrial& operator=(const KernelTrial&) = delete;

 private:
  bool m_kernels;  // as they were before
  bool m_half;
  bool m_tiles;
};

}  // namespace loom::model

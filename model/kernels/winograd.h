// 3×3 convolutions by minimal filtering (Winograd 1980; Lavin & Gray 2016) on the CPU. Tiles of 4×4 inputs are brought
// to places where products of channels are enough, and back:
//   Same   4×4 outputs take 36 products a pair of channels, not 144;
//   Twice  the transposed convolution of stride 2: 8×8 outputs take 81, not 144.
// float32, channels last. What goes in is scaled and what comes out is finished on the way, so that nothing else passes
// over the picture. Raw pointers; no torch.
#pragma once

#include "model/kernels/channel_finish.h"
#include "model/kernels/parallel_jobs.h"

#include <cstdint>
#include <memory>

namespace loom::model {

enum class WinogradKind { Same, Twice };

/// Where weight [out][in][row][column] lies, in floats.
struct WeightStrides {
  std::int64_t out = 0;
  std::int64_t in = 0;
  std::int64_t row = 0;
  std::int64_t column = 0;
};

/// The weights of one convolution as its places take them: four times as many as the nine.
class WinogradWeights {
 public:
  /// Twice: output 2·i + k takes input i times tap k, as conv_transpose2d has it.
  WinogradWeights(WinogradKind kind, const float* weight, const WeightStrides& strides, int out, int in,
                  const ParallelJobs& parallel);

  WinogradKind kind() const { return m_kind; }
  int in() const { return m_in; }
  int out() const { return m_out; }
  std::size_t bytes() const;

  /// What the products of a matrix (0 to 35) with a panel of 32 output channels take, for a chunk of 128 of these:
  /// in (rounded up to 16) rows of 32. Panels follow one another in memory, matrices then, chunks then.
  const float* panel(int chunk, int matrix, int panel) const;

 private:
  void fill(int panel, const float* weight, const WeightStrides& strides);

  WinogradKind m_kind;
  int m_in = 0;
  int m_out = 0;
  int m_rows = 0;    // in, rounded up
  int m_panels = 0;  // of 32 channels
  std::shared_ptr<float[]> m_values;
};

struct WinogradCall {
  const float* input = nullptr;  ///< count × height × width × in
  float* output = nullptr;       ///< count × outHeight() × outWidth() × out
  int count = 1;
  int height = 0;
  int width = 0;
  int pad = 1;                        ///< Same: zeros around the input
  const float* inputScale = nullptr;  ///< count × in; null: 1
  ChannelFinish finish;
};

/// Pixels of the output for `pixels` of the input: pixels + 2·pad − 2, or 2·pixels + 1.
int winogradOutput(WinogradKind kind, int pixels, int pad);

/// Tiles of one picture: below some dozen the weights cost more to read than the products to make.
std::int64_t winogradTiles(WinogradKind kind, int height, int width, int pad);

/// Differs from a direct convolution by about 1e-5 of the largest output.
void winogradConvolution(const WinogradWeights& weights, const WinogradCall& call, const ParallelJobs& parallel);

}  // namespace loom::model

#include "model/training_rehearsal.h"

#include <algorithm>
#include <vector>

namespace loom::model {
namespace {

constexpr double kValue = 4.0;  // bytes

/// Of a pair of networks: parameters, and values that one picture leaves in the layers of both on its way forward.
struct Counts {
  double g = 0.0;
  double d = 0.0;
  double kept = 0.0;
};

Counts ofPerceptrons(const TrainingSettings& settings, double values) {
  Counts counts;
  const bool toy = settings.family == Family::Toy;
  double inG = settings.zDim;
  double inD = values;
  for (int i = 0; i < settings.depth; ++i) {
    const double outG = toy ? settings.width : std::min(1e9, settings.width * static_cast<double>(std::uint64_t{1} << std::min(i, 30)));
    const double outD = toy ? settings.width : std::min(512.0, outG);
    counts.g += inG * outG;
    counts.d += inD * outD;
    counts.kept += 2.0 * (outG + outD);
    inG = outG;
    inD = outD;
  }
  counts.g += inG * values;
  counts.d += inD;
  return counts;
}

/// Filters by resolution: twice as many at each halving.
Counts ofConvolutions(const TrainingSettings& settings, int resolution, int channels) {
  const bool dcgan = settings.family == Family::Dcgan;
  const double kernel = dcgan ? 16.0 : 9.0;
  const double layers = dcgan ? 1.0 : 2.0;  // of a resolution
  Counts counts;
  double width = settings.width;
  double before = channels;
  for (int pixels = resolution; pixels > 4; pixels /= 2) {
    const double w = dcgan ? width : std::min<double>(width, settings.widest);
    const double both = kernel * (before * w + (layers - 1.0) * w * w);
    counts.g += both;
    counts.d += both;
    // A convolution keeps its input and its output; norm and activation theirs. StyleGAN2 scales, blurs and adds noise.
    const double area = static_cast<double>(pixels) * pixels * (dcgan ? 0.25 : 1.0);
    counts.kept += area * w * layers * (settings.family == Family::Stylegan2 ? 20.0 : 6.0);
    before = w;
    width *= 2.0;
  }
  counts.g += 16.0 * before * settings.zDim + (dcgan ? 0.0 : 9.0 * before * before);
  counts.d += 16.0 * before * (dcgan ? 1.0 : before);
  if (settings.family == Family::Stylegan2) {
    counts.g += static_cast<double>(settings.zDim) * settings.zDim * settings.depth;
  }
  return counts;
}

}  // namespace

TrainingNeeds needsOf(const TrainingSettings& settings, int resolution, int channels, int) {
  const double values = settings.family == Family::Toy ? 2.0 : static_cast<double>(resolution) * resolution * channels;
  const Counts counts = settings.family == Family::Toy || settings.family == Family::Mlp
                            ? ofPerceptrons(settings, values)
                            : ofConvolutions(settings, resolution, channels);
  // Weights, gradients, two moments; of G the average, too. A gradient of a gradient keeps as much again.
  const double networks = counts.g * (settings.emaHalfLife > 0.0 ? 5.0 : 4.0) + counts.d * 4.0;
  const bool second = settings.r1 > 0.0 || settings.gradientPenalty > 0.0 || settings.pathLength > 0.0;
  const double step = settings.batch * (counts.kept * (second ? 2.0 : 1.0) + 8.0 * values);
  return {counts.g, counts.d, kValue * (networks + step)};
}

}  // namespace loom::model

// What can be set for one synthesis beside its inputs. Settings that a generator does not have are without effect.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace loom::model {

/// Where the noise inputs of a StyleGAN come from.
enum class NoiseMode {
  Constant,  ///< the noise that the checkpoint stores
  Random,    ///< drawn anew from a seed of its own
  None,      ///< zero
};

/// Which statistics a norm layer uses that stores some.
enum class NormStatistics {
  Original,  ///< as the authors' own program does when it makes pictures
  Stored,    ///< the running statistics of training (PyTorch's eval mode)
  Instance,  ///< those of the picture at hand
};

/// How exactly a network is to be computed.
enum class Precision {
  Exact,  ///< float32 throughout
  Draft,  ///< convolutions in bfloat16, within 2 % of the picture's range; GeneratorInfo::drafts
};

/// Row-major 3×3, the matrix that StyleGAN3's input layer holds: it maps the output's coordinates to the input's.
using Matrix3 = std::array<float, 9>;

struct SynthesisSettings {
  double truncation = 1.0;                   ///< psi, see Truncation
  std::optional<int> truncationCutoff;       ///< only the first so many layers are truncated; none: all
  std::optional<NoiseMode> noise;            ///< none: as the original program does, GeneratorInfo::noiseModes' first
  std::uint32_t noiseSeed = 0;               ///< of NoiseMode::Random
  int resolution = 0;                        ///< pixels, one of GeneratorInfo::resolutions; 0: the highest
  double fade = 0.0;                         ///< share in [0, 1] of the lower resolution while a block fades in
  NormStatistics normStatistics = NormStatistics::Original;
  std::optional<Matrix3> transform;          ///< none: the one that the checkpoint holds

  Precision precision = Precision::Exact;    ///< drafts are made on the CPU; a GPU is exact

  bool operator==(const SynthesisSettings&) const = default;
};

}  // namespace loom::model

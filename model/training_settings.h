// Every setting of a training, as run.json keeps it and --set changes it: plain values with names, ranges and a word each.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loom::model {

/// Which network makes the pictures; D is its counterpart.
enum class Family { Toy, Mlp, Dcgan, Progressive, Stylegan2 };

/// What G and D play for. D's output is a logit; of Wasserstein and Hinge a score.
enum class GanLoss {
  Minimax,        ///< Goodfellow et al. 2014, eq. 1: G minimises log(1 − D(G(z)))
  NonSaturating,  ///< the same paper's remedy: G maximises log D(G(z))
  LeastSquares,   ///< Mao et al. 2017, targets 0 and 1
  Hinge,          ///< Lim & Ye 2017; Miyato et al. 2018
  Wasserstein,    ///< Arjovsky et al. 2017
};

/// How D learns of the class.
enum class Conditioning {
  None,
  Embedding,   ///< an embedding of the class beside the input of G and of D (Mirza & Osindero 2014)
  Projection,  ///< Miyato & Koyama 2018
  Auxiliary,   ///< a classifier beside D's verdict (Odena et al. 2017)
};

/// What D is shown in place of the pictures themselves, so that few of them do not teach it by heart.
enum class Augment {
  None,
  Ada,   ///< Karras et al. 2020, "Training Generative Adversarial Networks with Limited Data": strength by itself
  Diff,  ///< DiffAugment (Zhao et al. 2020): colour, translation, cutout
};

struct TrainingSettings {
  std::string preset = "dcgan";
  Family family = Family::Dcgan;
  GanLoss loss = GanLoss::NonSaturating;
  Conditioning conditioning = Conditioning::None;
  std::uint64_t seed = 0;
  int resolution = 32;  ///< pixels: 16, 32, 64, …
  int channels = 0;     ///< 1 or 3; 0: as the data
  int zDim = 64;
  int width = 32;       ///< filters of the widest-picture layers (DCGAN's ngf and ndf), or units of an MLP's layers
  int widest = 512;     ///< no layer of StyleGAN2 and Progressive GAN has more filters
  int depth = 3;        ///< hidden layers of an MLP, or layers of StyleGAN2's mapping
  int batch = 64;
  double learningRateG = 2e-4;
  double learningRateD = 2e-4;
  bool decay = false;  ///< both rates fall in a line to 0 at the last step
  double beta1 = 0.5;  ///< of Adam
  double beta2 = 0.999;
  int stepsOfD = 1;              ///< for each of G
  double gradientPenalty = 0.0;  ///< λ of WGAN-GP (Gulrajani et al. 2017); 0: none
  double drift = 0.0;            ///< times D's mean squared score of real pictures, so that it stays near 0 (Progressive GAN)
  double r1 = 0.0;               ///< γ of R1 (Mescheder et al. 2018); 0: none
  int r1Every = 1;               ///< steps between two applications (lazy regularisation, Karras et al. 2020)
  double weightClip = 0.0;       ///< D's weights stay within ± this (WGAN); 0: free
  double pathLength = 0.0;       ///< weight of path length regularisation (Karras et al. 2020, StyleGAN2); 0: none
  int pathLengthEvery = 4;       ///< steps between two applications
  double styleMixing = 0.0;      ///< share of StyleGAN2's batches whose later layers take another style
  int growEvery = 0;             ///< steps of each stage of a Progressive GAN: fade in, then steady; 0: whole at once
  Augment augment = Augment::None;
  double adaTarget = 0.6;        ///< of E[sign D(real)], which ADA's strength p follows
  double adaP = 0.0;             ///< its strength at the beginning
  bool spectralNorm = false;     ///< of D's layers (Miyato et al. 2018)
  double emaHalfLife = 500.0;    ///< steps of G after which an old weight counts half in the average; 0: no average
  bool mirror = false;
  bool mixedPrecision = false;  ///< bfloat16 where it is safe
  std::string toy = "ring";     ///< ring (8 Gaussians) or grid (25)
  int steps = 10000;            ///< of G after which the run is done
  int snapshotEvery = 1000;     ///< steps
  int samplesEvery = 200;       ///< steps

  bool operator==(const TrainingSettings&) const = default;
};

/// One row of the table of settings: for --help, `presets`, the dialog and run.json alike.
struct SettingInfo {
  std::string name;  ///< as --set and run.json call it, e.g. "learning-rate-g"
  std::string text;  ///< what it does, with its unit
  bool live = false;  ///< can be changed while the run goes on
};

const std::vector<SettingInfo>& settingTable();

/// The value of a setting as text; throws std::runtime_error on an unknown name.
std::string settingValue(const TrainingSettings& settings, std::string_view name);

/// Sets `name` from text. Throws std::runtime_error with a clause that names the setting, its range or its choices.
void setSetting(TrainingSettings& settings, std::string_view name, std::string_view value);

/// JSON object of every setting, and back. Throws std::runtime_error as setSetting does; unknown names are refused.
std::string settingsToJson(const TrainingSettings& settings);
TrainingSettings settingsFromJson(std::string_view json);

struct Preset {
  std::string name;
  std::string summary;  ///< one line
  TrainingSettings settings;
};

const std::vector<Preset>& trainingPresets();

/// Throws std::runtime_error that names the presets there are.
const Preset& presetNamed(std::string_view name);

}  // namespace loom::model

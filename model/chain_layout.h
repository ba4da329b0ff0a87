// Somebody's own stack of layers, described as data: what a checkpoint's names and shapes tell, and what they do not.
//
// A layout is written beside a checkpoint as NAME.loom.json ("sidecar"), shipped for known programs as a preset
// (resources/layouts), or proposed by the import assistant. docs/layouts.md documents the JSON.
#pragma once

#include "model/generator_info.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace loom::model {

/// An option of a layout, and whether it was guessed: false means that the file, a sidecar or a preset tells it.
template <typename Value>
struct Told {
  Value value{};
  bool guessed = false;
  bool operator==(const Told&) const = default;
};

enum class LayerKind {
  Linear,
  Conv,            ///< Conv2d
  TransposedConv,  ///< ConvTranspose2d
  BatchNorm,       ///< with its running statistics, as PyTorch's eval mode
  InstanceNorm,    ///< with the picture's own statistics
  Upsample,
  Activation,
  Dropout,  ///< nothing is dropped when pictures are made
  Reshape,  ///< a vector to C×H×W
  Flatten,
};

enum class ActivationKind { None, ReLU, LeakyReLU, Elu, Selu, Silu, Gelu, Softplus, Tanh, Sigmoid };

enum class UpsampleMode {
  Nearest,
  Bilinear,         ///< corners of pixels aligned: nn.Upsample(mode="bilinear")
  BilinearCorners,  ///< centres of the corner pixels aligned: nn.UpsamplingBilinear2d
};

/// Where the class enters.
enum class LabelEntry {
  BeforeZ,      ///< cat(label, z)
  AfterZ,       ///< cat(z, label)
  MultipliesZ,  ///< label · z, value by value
};

/// One layer. Options that its kind does not have are without effect.
struct LayoutLayer {
  Told<LayerKind> kind;
  std::string tensors;  ///< what its tensors' names begin with, without the last dot: "main.0"; empty: it has none
  Told<int> stride{1};
  Told<int> padding{0};        ///< pixels of zeros at each side
  Told<int> outputPadding{0};  ///< TransposedConv
  Told<double> eps{1e-5};      ///< of norms
  Told<ActivationKind> activation{ActivationKind::ReLU};
  Told<double> slope{0.2};  ///< LeakyReLU's
  Told<int> scale{2};       ///< Upsample's
  Told<UpsampleMode> mode{UpsampleMode::Nearest};
  Told<std::vector<int>> shape;  ///< Reshape's C, H, W; empty: what the layers around it need, a square

  bool operator==(const LayoutLayer&) const = default;
};

struct LayoutLabels {
  Told<int> classes;      ///< 0: the network knows no classes, or (with an embedding) as many as that has
  std::string embedding;  ///< prefix of the embedding's tensor [classes, length]; empty: the label vector itself enters
  Told<LabelEntry> entry{LabelEntry::AfterZ};
  std::vector<std::string> names;  ///< of the classes, as many as there are; or empty

  bool present() const { return classes.value > 0 || !embedding.empty(); }
  bool operator==(const LayoutLabels&) const = default;
};

struct ChainLayout {
  std::string name;    ///< for people: "PyTorch-GAN, cgan.py"
  std::string origin;  ///< where its program is to be found; may be empty
  std::string group;   ///< the state_dict in its file; empty: whichever fits
  /// What tells a file of this layout from others whose names are the same: tensor → shape, 0 stands for any size.
  std::map<std::string, std::vector<std::int64_t>> matches;
  Told<int> zDim;  ///< 0: what the first layer takes
  Told<ZDistribution> zDistribution{ZDistribution::Normal};
  LayoutLabels labels;
  std::vector<LayoutLayer> layers;
  Told<ValueRange> range;  ///< of the last layer's output

  bool operator==(const ChainLayout&) const = default;
};

/// `what()` is a sentence for people; that of `readChainLayout` names the file.
class LayoutError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The JSON of docs/layouts.md, indented.
std::string chainLayoutToJson(const ChainLayout& layout);

/// The inverse. Throws LayoutError that names the place where the text is no such object, has a key that is not known, a
/// wrong type or a value out of range.
ChainLayout chainLayoutFromJson(std::string_view json);

/// Reads a layout of at most 1 MiB. Throws LayoutError.
ChainLayout readChainLayout(const std::filesystem::path& path);

/// Where the layout of `checkpoint` is written: its name with ".loom.json" behind it.
std::filesystem::path sidecarPath(const std::filesystem::path& checkpoint);

/// The sidecar that lies beside `checkpoint`: NAME.pt.loom.json, else NAME.loom.json; empty where there is none.
std::filesystem::path findSidecar(const std::filesystem::path& checkpoint);

/// Writes `layout` to `path` whole or not at all. Throws LayoutError.
void writeChainLayout(const ChainLayout& layout, const std::filesystem::path& path);

/// How many options of the layout are guesses.
int guessCount(const ChainLayout& layout);

/// "transposed conv", as in the JSON.
const char* nameOf(LayerKind kind);
const char* nameOf(ActivationKind activation);
const char* nameOf(UpsampleMode mode);
const char* nameOf(LabelEntry entry);

enum class LayoutSource {
  Preset,   ///< of a known program: resources/layouts
  Told,     ///< by the options, a sidecar, or a converted file's metadata
  Guessed,  ///< by the import assistant: nothing in the file contradicts it
};

/// How a stack of layers was opened.
struct LayoutReading {
  LayoutSource source = LayoutSource::Told;
  ChainLayout layout;              ///< sizes filled in
  std::vector<std::string> sizes;  ///< behind every layer: "64×14×14", "100 values"
  std::vector<ChainLayout> alternatives;  ///< where guessed: ranked, `layout` first; else empty
};

/// What sets a guessed layout apart, short: "28×28, strides 1 2 2, ReLU, eps 1e-05".
std::string summaryOf(const ChainLayout& layout, const std::string& picture);

/// What was seen in a state_dict that does not read as a chain of layers.
struct ChainFindings {
  std::vector<std::string> found;    ///< "main.0: convolution 64 → 32, 3×3"
  std::vector<std::string> missing;  ///< what stands against reading it as a chain, one clause each
  std::vector<std::string> lookedFor;  ///< "DCGAN: a Sequential of …", of every architecture that is known
};

}  // namespace loom::model

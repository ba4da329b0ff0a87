#include "model/chain/chain_resolver.h"

#include "model/chain/picture_size.h"

#include <cmath>
#include <limits>
#include <set>
#include <unordered_map>

namespace loom::model {
namespace {

using Shape = std::vector<std::int64_t>;

constexpr std::int64_t kMostSide = 4096;             // pixels
constexpr std::int64_t kMostValues = 1 << 28;        // between two layers
constexpr std::int64_t kMostWeights = 1LL << 28;     // of all layers: 1 GiB
constexpr std::int64_t kMostClasses = 1 << 16;

std::string text(const Shape& shape) {
  std::string result;
  for (const auto side : shape) {
    result += (result.empty() ? "" : "×") + std::to_string(side);
  }
  return result.empty() ? "a single number" : result;
}

/// Throws a clause; `resolveChain` catches it.
struct Mismatch {
  std::string reason;
};

class Resolver {
 public:
  Resolver(const ChainLayout& layout, const TensorGroup& group) : m_layout(layout) {
    for (const TensorView& tensor : group.tensors) {
      m_shapes.emplace(tensor.name, &tensor.shape);
    }
    m_chain.layout = layout;
  }

  ResolvedChain run() {
    checkMatches();
    m_chain.layers.reserve(m_layout.layers.size());
    FeatureShape at{readInput(), 0, 0};
    for (m_number = 0; m_number < m_layout.layers.size(); ++m_number) {
      ResolvedLayer resolved{m_layout.layers[m_number], at, at, {}};
      step(resolved);
      at = resolved.out;
      checkSize(at);
      m_chain.layout.layers[m_number] = resolved.layer;
      m_chain.layers.push_back(std::move(resolved));
    }
    if (at.isVector() || (at.c != 1 && at.c != 3)) {
      throw Mismatch{"the layers end in " + textOf(at) + ", a picture has 1 or 3 channels, height and width"};
    }
    m_chain.picture = at;
    checkAllUsed();
    return std::move(m_chain);
  }

 private:
  [[noreturn]] void fail(const std::string& reason) const {
    const LayoutLayer& layer = m_layout.layers[m_number];
    throw Mismatch{"layer " + std::to_string(m_number + 1) + " (" + nameOf(layer.kind.value) +
                   (layer.tensors.empty() ? "" : " " + layer.tensors) + ") " + reason};
  }

  const Shape* find(const std::string& name) const {
    const auto it = m_shapes.find(name);
    return it == m_shapes.end() ? nullptr : it->second;
  }

  void checkMatches() const {
    for (const auto& [name, wanted] : m_layout.matches) {
      const Shape* shape = find(name);
      bool same = shape && shape->size() == wanted.size();
      for (std::size_t i = 0; same && i < wanted.size(); ++i) {
        same = wanted[i] == 0 || wanted[i] == (*shape)[i];
      }
      if (!same) {
        throw Mismatch{shape ? name + " is " + text(*shape) + ", this layout has another size there"
                             : "there is no " + name};
      }
    }
  }

  void checkSize(const FeatureShape& at) const {
    if (at.c < 1 || at.c > kMostValues || at.h < 0 || at.h > kMostSide || at.w < 0 || at.w > kMostSide ||
        (!at.isVector() && at.c > kMostValues / (at.h * at.w))) {
      fail("gives " + textOf(at) + ": a picture cannot be made of it");
    }
  }

  /// The length of what the first layer takes; sets z and labels.
  std::int64_t readInput() {
    const std::int64_t width = inputWidth();
    if (width < 1 || width > (1 << 20)) {
      throw Mismatch{"its first layer tells no length of z"};
    }
    std::int64_t z = width;
    if (m_layout.labels.present()) {
      readLabels();
      if (m_layout.labels.entry.value != LabelEntry::MultipliesZ) {
        z = width - m_chain.labelLength;
      } else if (m_chain.labelLength != width) {
        throw Mismatch{"the label has " + std::to_string(m_chain.labelLength) + " values and z " +
                       std::to_string(width) + ", so that it cannot multiply z"};
      }
    }
    if (z < 1 || (m_layout.zDim.value > 0 && z != m_layout.zDim.value)) {
      throw Mismatch{"the first layer takes " + std::to_string(width) + " values, which leaves " + std::to_string(z) +
                     " for z" + (m_layout.zDim.value > 0 ? ", not " + std::to_string(m_layout.zDim.value) : "")};
    }
    m_chain.zDim = static_cast<int>(z);
    m_chain.layout.zDim.value = m_chain.zDim;
    return width;
  }

  void readLabels() {
    const LayoutLabels& labels = m_layout.labels;
    std::int64_t classes = labels.classes.value;
    std::int64_t length = classes;
    if (!labels.embedding.empty()) {
      const std::string name = labels.embedding + ".weight";
      const Shape* shape = find(name);
      if (!shape || shape->size() != 2 || (classes > 0 && (*shape)[0] != classes)) {
        throw Mismatch{shape ? name + " (" + text(*shape) + ") is no embedding of the classes" : "there is no " + name};
      }
      use(name, *shape);
      classes = (*shape)[0];
      length = (*shape)[1];
    }
    if (classes < 1 || classes > kMostClasses || length < 1 || length > kMostValues) {
      throw Mismatch{"the number of its classes is not plausible"};
    }
    if (!labels.names.empty() && labels.names.size() != static_cast<std::size_t>(classes)) {
      throw Mismatch{"there are " + std::to_string(classes) + " classes and " + std::to_string(labels.names.size()) +
                     " names"};
    }
    m_chain.classes = static_cast<int>(classes);
    m_chain.labelLength = static_cast<int>(length);
    m_chain.layout.labels.classes.value = m_chain.classes;
  }

  std::int64_t inputWidth() const {
    for (std::size_t i = 0; i < m_layout.layers.size(); ++i) {
      const LayoutLayer& layer = m_layout.layers[i];
      const Shape* weight = find(layer.tensors + ".weight");
      switch (layer.kind.value) {
        case LayerKind::Linear: return weight && weight->size() == 2 ? (*weight)[1] : 0;
        case LayerKind::BatchNorm: return weight && weight->size() == 1 ? (*weight)[0] : 0;
        case LayerKind::Reshape: return firstReshape(i);
        case LayerKind::Activation:
        case LayerKind::Dropout: continue;
        default: return 0;
      }
    }
    return 0;
  }

  std::int64_t firstReshape(std::size_t index) const {
    const auto& shape = m_layout.layers[index].shape.value;
    if (shape.size() == 3) {
      const std::int64_t plane = static_cast<std::int64_t>(shape[1]) * shape[2];
      return plane > kMostSide * kMostSide ? 0 : plane * shape[0];
    }
    return channelsNeeded(index + 1);
  }

  /// The channels that the layers from `index` on take; 0 where none of them tells.
  std::int64_t channelsNeeded(std::size_t index) const {
    for (; index < m_layout.layers.size(); ++index) {
      const LayoutLayer& layer = m_layout.layers[index];
      const Shape* weight = find(layer.tensors + ".weight");
      switch (layer.kind.value) {
        case LayerKind::Conv: return weight && weight->size() == 4 ? (*weight)[1] : 0;
        case LayerKind::TransposedConv: return weight && weight->size() == 4 ? (*weight)[0] : 0;
        case LayerKind::BatchNorm:
        case LayerKind::InstanceNorm:
          if (weight && weight->size() == 1) {
            return (*weight)[0];
          }
          break;
        case LayerKind::Linear:
        case LayerKind::Flatten:
        case LayerKind::Reshape: return 0;
        default: break;
      }
    }
    return 0;
  }

  void step(ResolvedLayer& layer) {
    switch (layer.layer.kind.value) {
      case LayerKind::Linear: return linear(layer);
      case LayerKind::Conv:
      case LayerKind::TransposedConv: return convolution(layer);
      case LayerKind::BatchNorm:
      case LayerKind::InstanceNorm: return norm(layer);
      case LayerKind::Upsample: return upsample(layer);
      case LayerKind::Reshape: return reshape(layer);
      case LayerKind::Flatten: layer.out = {layer.in.count(), 0, 0}; return;
      case LayerKind::Activation:
      case LayerKind::Dropout: return;
    }
  }

  const Shape& weightOf(ResolvedLayer& layer, std::size_t rank) {
    const std::string name = layer.layer.tensors + ".weight";
    const Shape* shape = find(name);
    if (!shape) {
      fail("needs the tensor " + name + ", which the file does not hold");
    }
    if (shape->size() != rank) {
      fail("cannot take " + name + " (" + text(*shape) + ")");
    }
    for (const auto side : *shape) {
      if (side < 1 || side > kMostValues) {
        fail("cannot take " + name + " (" + text(*shape) + ")");
      }
    }
    take(layer, "weight", *shape);
    return *shape;
  }

  /// A vector of `count` values that may be missing.
  bool takeVector(ResolvedLayer& layer, const char* leaf, std::int64_t count) {
    const std::string name = layer.layer.tensors + "." + leaf;
    const Shape* shape = find(name);
    if (!shape) {
      return false;
    }
    if (*shape != Shape{count}) {
      fail("cannot take " + name + " (" + text(*shape) + "): it has " + std::to_string(count) + " channels");
    }
    take(layer, leaf, *shape);
    return true;
  }

  void take(ResolvedLayer& layer, const std::string& leaf, const Shape& shape) {
    layer.tensors.emplace_back(leaf, shape);
    use(layer.layer.tensors + "." + leaf, shape);
  }

  void use(const std::string& name, const Shape& shape) {
    double count = 1.0;
    for (const auto side : shape) {
      count *= static_cast<double>(side);
    }
    m_weights += m_used.insert(name).second ? count : 0.0;
    if (m_weights > static_cast<double>(kMostWeights)) {
      throw Mismatch{"it has more weights than a stack of layers has"};
    }
  }

  void linear(ResolvedLayer& layer) {
    const Shape& weight = weightOf(layer, 2);
    if (!layer.in.isVector() || weight[1] != layer.in.c) {
      fail("takes " + std::to_string(weight[1]) + " values, the layer before it gives " + textOf(layer.in));
    }
    layer.out = {weight[0], 0, 0};
    takeVector(layer, "bias", weight[0]);
    m_chain.multiplications += static_cast<double>(weight[0]) * static_cast<double>(weight[1]);
  }

  void convolution(ResolvedLayer& layer) {
    const bool transposed = layer.layer.kind.value == LayerKind::TransposedConv;
    const Shape& weight = weightOf(layer, 4);
    const std::int64_t in = weight[transposed ? 0 : 1];
    const std::int64_t out = weight[transposed ? 1 : 0];
    if (layer.in.isVector() || in != layer.in.c) {
      fail("takes " + std::to_string(in) + " channels, the layer before it gives " + textOf(layer.in));
    }
    takeVector(layer, "bias", out);
    const std::int64_t stride = layer.layer.stride.value;
    const std::int64_t padding = layer.layer.padding.value;
    const std::int64_t extra = layer.layer.outputPadding.value;
    if (transposed && extra >= stride) {
      fail("has an output padding of " + std::to_string(extra) + ", it must be less than the stride");
    }
    const auto side = [&](std::int64_t from, std::int64_t kernel) {
      return transposed ? (from - 1) * stride - 2 * padding + kernel + extra
                        : from + 2 * padding < kernel ? 0 : (from + 2 * padding - kernel) / stride + 1;
    };
    layer.out = {out, side(layer.in.h, weight[2]), side(layer.in.w, weight[3])};
    if (layer.out.h < 1 || layer.out.w < 1) {
      fail("makes nothing of " + textOf(layer.in));
    }
    const FeatureShape& plane = transposed ? layer.in : layer.out;
    m_chain.multiplications += static_cast<double>(in) * static_cast<double>(out) * static_cast<double>(weight[2]) *
                               static_cast<double>(weight[3]) * static_cast<double>(plane.h) *
                               static_cast<double>(plane.w);
  }

  void norm(ResolvedLayer& layer) {
    const std::int64_t channels = layer.in.c;
    const bool weighted = takeVector(layer, "weight", channels);
    takeVector(layer, "bias", channels);
    const bool mean = takeVector(layer, "running_mean", channels);
    const bool variance = takeVector(layer, "running_var", channels);
    if (layer.layer.kind.value == LayerKind::BatchNorm && !(mean && variance)) {
      fail("needs running statistics, which the file does not hold");
    }
    if (!layer.layer.tensors.empty() && !weighted && !mean) {
      fail("has no tensor in the file");
    }
    if (layer.layer.kind.value == LayerKind::InstanceNorm && layer.in.isVector()) {
      fail("needs a picture, the layer before it gives " + textOf(layer.in));
    }
  }

  void upsample(ResolvedLayer& layer) {
    if (layer.in.isVector()) {
      fail("needs a picture, the layer before it gives " + textOf(layer.in));
    }
    layer.out.h *= layer.layer.scale.value;
    layer.out.w *= layer.layer.scale.value;
  }

  void reshape(ResolvedLayer& layer) {
    const std::int64_t count = layer.in.count();
    auto& shape = layer.layer.shape.value;
    if (shape.empty()) {
      shape = squareFor(count);
    }
    layer.out = {shape[0], shape[1], shape[2]};
    checkSize(layer.out);
    if (layer.out.count() != count) {
      fail("makes " + textOf(layer.out) + " of " + std::to_string(count) + " values");
    }
  }

  std::vector<int> squareFor(std::int64_t count) const {
    std::int64_t channels = m_number == 0 ? count : channelsNeeded(m_number + 1);
    if (channels == 0) {
      const auto picture = squarePicture(count);
      if (!picture) {
        fail("cannot make a square picture of " + std::to_string(count) + " values, grey or RGB");
      }
      channels = picture->channels;
    }
    const std::int64_t side = count % channels == 0 ? squareRoot(count / channels) : 0;
    if (side < 1 || side > kMostSide || channels > kMostValues) {
      fail("cannot make a square of " + std::to_string(count) + " values in " + std::to_string(channels) + " channels");
    }
    return {static_cast<int>(channels), static_cast<int>(side), static_cast<int>(side)};
  }

  void checkAllUsed() const {
    for (const auto& [name, shape] : m_shapes) {
      if (!m_used.contains(name) && !isCounter(name)) {
        throw Mismatch{"no layer takes the tensor " + name + " (" + text(*shape) + ")"};
      }
    }
  }

  const ChainLayout& m_layout;
  ResolvedChain m_chain;
  std::unordered_map<std::string, const Shape*> m_shapes;
  std::set<std::string> m_used;
  double m_weights = 0.0;
  std::size_t m_number = 0;
};

}  // namespace

std::optional<ResolvedChain> resolveChain(const ChainLayout& layout, const TensorGroup& group, std::string& mismatch) {
  if (!layout.group.empty() && layout.group != group.name) {
    mismatch = "the layout is for " + layout.group;
    return std::nullopt;
  }
  try {
    return Resolver(layout, group).run();
  } catch (const Mismatch& problem) {
    mismatch = problem.reason;
    return std::nullopt;
  }
}

std::vector<std::string> ResolvedChain::sizes() const {
  std::vector<std::string> texts;
  for (const ResolvedLayer& layer : layers) {
    texts.push_back(textOf(layer.out));
  }
  return texts;
}

bool isCounter(const std::string& tensorName) { return tensorName.ends_with("num_batches_tracked"); }

std::string textOf(const FeatureShape& shape) {
  return shape.isVector() ? std::to_string(shape.c) + " values" : text({shape.c, shape.h, shape.w});
}

}  // namespace loom::model

#include "model/chain/chain_inference.h"

#include "model/chain/chain_resolver.h"
#include "model/chain/chain_units.h"
#include "model/chain/conv_options.h"
#include "model/chain/picture_size.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace loom::model {
namespace {

using Kind = ChainUnit::Kind;

constexpr std::size_t kMostUnits = 128;
constexpr std::size_t kMostProposals = 16;
constexpr std::size_t kKeptPerShape = 6;
constexpr std::size_t kKept = 400;
constexpr std::int64_t kMostSide = 4096;
constexpr std::int64_t kLeastConvInput = 8;  // fewer channels are a picture's: the network is a discriminator
constexpr std::size_t kMostWork = 1'000'000;  // partial chains, over all orders
constexpr std::size_t kMostContainers = 5;  // whose orders are all tried: 120

/// The first layers of a chain, and what has to be supposed for them.
struct Partial {
  std::vector<LayoutLayer> layers;
  FeatureShape at;
  double cost = 0.0;
};

LayoutLayer activationGuess(ActivationKind kind, bool guessed = true) {
  LayoutLayer layer;
  layer.kind = {LayerKind::Activation, false};
  layer.activation = {kind, guessed};
  layer.slope.guessed = guessed;
  return layer;
}

LayoutLayer reshapeTo(const FeatureShape& shape, bool guessed) {
  LayoutLayer layer;
  layer.kind.value = LayerKind::Reshape;
  layer.shape = {{static_cast<int>(shape.c), static_cast<int>(shape.h), static_cast<int>(shape.w)}, guessed};
  return layer;
}

LayoutLayer upsampleGuess() {
  LayoutLayer layer;
  layer.kind = {LayerKind::Upsample, true};
  layer.scale = {2, true};
  layer.mode = {UpsampleMode::Nearest, true};
  return layer;
}

/// `values` as C×side×side of that many channels; none where it is no square.
std::optional<FeatureShape> squareOf(std::int64_t values, std::int64_t channels) {
  const std::int64_t side = channels > 0 && values % channels == 0 ? squareRoot(values / channels) : 0;
  return side > 0 && side <= kMostSide ? std::optional<FeatureShape>({channels, side, side}) : std::nullopt;
}

/// Searches one order of the modules. All paddings as torch has them by default (0), or any.
class ChainSearch {
 public:
  ChainSearch(const std::vector<ChainUnit>& units, const ModuleFacts& facts, bool defaultPaddings)
      : m_units(units), m_facts(facts), m_defaults(defaultPaddings) {
    const bool transposed = std::any_of(units.begin(), units.end(), [](const ChainUnit& unit) {
      return unit.kind == Kind::Convolution && unit.shape()[2] % 2 == 0;
    });
    m_activation = transposed ? ActivationKind::ReLU : ActivationKind::LeakyReLU;
  }

  std::vector<Partial> run() {
    std::vector<Partial> partials = start();
    for (m_reached = 0; m_reached < m_units.size(); ++m_reached) {
      std::vector<Partial> next;
      for (const Partial& partial : partials) {
        for (Partial& before : m_reached == 0 ? std::vector{partial} : between(partial)) {
          apply(std::move(before), m_units[m_reached], next);
        }
      }
      m_work += next.size();
      if (next.empty()) {
        m_stuckAt = partials.empty() ? FeatureShape{} : partials.front().at;
        return {};
      }
      partials = thinned(std::move(next));
    }
    return finished(partials);
  }

  std::size_t reached() const { return m_reached; }
  std::size_t work() const { return m_work; }
  FeatureShape stuckAt() const { return m_stuckAt; }

 private:
  std::vector<Partial> start() const {
    const auto& shape = m_units.front().shape();
    std::vector<Partial> partials;
    if (m_units.front().kind != Kind::Convolution) {
      const std::int64_t width = m_units.front().kind == Kind::Linear ? shape[1] : shape[0];
      partials.push_back({{}, {width, 0, 0}, 0.0});
      return partials;
    }
    for (const bool transposed : {true, false}) {
      const FeatureShape at{shape[transposed ? 0 : 1], 1, 1};
      const bool sameAgain = !transposed && shape[0] == shape[1];
      const bool tooShort = !transposed && shape[1] < kLeastConvInput;
      if (!sameAgain && !tooShort) {
        partials.push_back({{reshapeTo(at, false)}, at, transposed ? 0.0 : 3.0});
      }
    }
    return partials;
  }

  bool needsReshape(const Partial& partial, const ChainUnit& unit) const {
    return partial.at.isVector() && (unit.kind == Kind::Convolution ||
                                     (unit.kind == Kind::Norm && unit.shape()[0] != partial.at.c));
  }

  /// What may stand between the module before and the next one: activation, upsampling.
  std::vector<Partial> between(const Partial& partial) const {
    const ChainUnit& last = m_units[m_reached - 1];
    const ChainUnit& unit = m_units[m_reached];
    const ChainGap gap = m_facts.between(last.prefix, unit.prefix);
    if (gap.told) {
      return {withTold(partial, *gap.told)};
    }
    std::vector<Partial> results;
    for (const auto& [active, cost] : activations(partial, gap)) {
      Partial with = partial;
      with.cost += cost;
      if (active) {
        with.layers.push_back(activationGuess(m_activation));
      }
      const int known = gap.count.value_or(0);
      const bool spare = gap.count && known > (active ? 1 : 0);
      Partial enlarged = with;
      with.cost += spare && unit.kind == Kind::Convolution ? 0.8 : 0.0;
      if (unit.kind == Kind::Convolution) {
        enlarged.layers.push_back(upsampleGuess());
        enlarged.cost += spare ? 0.0 : gap.count ? (active ? 1.5 : 3.0) : 0.5;
        results.push_back(std::move(enlarged));
      }
      results.push_back(std::move(with));
    }
    return results;
  }

  /// Whether an activation stands there, and how unusual that is.
  std::vector<std::pair<bool, double>> activations(const Partial& partial, const ChainGap& gap) const {
    const ChainUnit& last = m_units[m_reached - 1];
    const ChainUnit& unit = m_units[m_reached];
    if (gap.count) {
      if (*gap.count == 0) {
        return {{false, 0.0}};
      }
      if (unit.kind == Kind::Norm) {
        return {{true, 0.0}};
      }
      const bool entrance = last.kind == Kind::Norm && !partial.at.isVector() && m_reached >= 2 &&
                            m_units[m_reached - 2].kind == Kind::Linear;  // reshape, norm, upsample
      return {{true, 0.0}, {false, entrance ? 0.2 : 0.9}};
    }
    if (unit.kind == Kind::Norm) {
      return {{false, 0.0}};
    }
    if (needsReshape(partial, unit)) {
      return {{true, 0.0}, {false, 0.5}};
    }
    return {{true, 0.0}};
  }

  static Partial withTold(Partial partial, const std::vector<LayoutLayer>& told) {
    for (const LayoutLayer& layer : told) {
      if (layer.kind.value == LayerKind::Dropout) {
        continue;
      }
      const auto& shape = layer.shape.value;
      if (layer.kind.value == LayerKind::Reshape && shape.size() == 3) {
        partial.at = {shape[0], shape[1], shape[2]};
      } else if (layer.kind.value == LayerKind::Flatten) {
        partial.at = {partial.at.count(), 0, 0};
      } else if (layer.kind.value == LayerKind::Upsample) {
        partial.at.h *= layer.scale.value;
        partial.at.w *= layer.scale.value;
      }
      partial.layers.push_back(layer);
    }
    return partial;
  }

  void apply(Partial partial, const ChainUnit& unit, std::vector<Partial>& next) const {
    // A guessed upsampling stands last and is not in `at` yet: it belongs to a convolution, behind the reshape.
    const bool enlarge = !partial.layers.empty() && partial.layers.back().kind.value == LayerKind::Upsample &&
                         partial.layers.back().kind.guessed;
    if (enlarge) {
      partial.layers.pop_back();
    }
    switch (unit.kind) {
      case Kind::Linear: return linear(std::move(partial), unit, next);
      case Kind::Norm: return norm(std::move(partial), unit, next);
      case Kind::Convolution:
        for (const bool transposed : {true, false}) {
          if (!(enlarge && transposed)) {
            convolution(partial, unit, transposed, enlarge, next);
          }
        }
        return;
      default: return;
    }
  }

  void linear(Partial partial, const ChainUnit& unit, std::vector<Partial>& next) const {
    const auto& shape = unit.shape();
    if (!partial.at.isVector() && partial.at.count() == shape[1]) {
      LayoutLayer flatten;
      flatten.kind = {LayerKind::Flatten, true};
      partial.layers.push_back(flatten);
      partial.at = {shape[1], 0, 0};
      partial.cost += 1.0;
    }
    if (!partial.at.isVector() || partial.at.c != shape[1]) {
      return;
    }
    LayoutLayer layer;
    layer.tensors = unit.prefix;
    layer.kind.value = LayerKind::Linear;
    partial.layers.push_back(layer);
    partial.at = {shape[0], 0, 0};
    next.push_back(std::move(partial));
  }

  void norm(Partial partial, const ChainUnit& unit, std::vector<Partial>& next) const {
    const std::int64_t channels = unit.shape()[0];
    if (needsReshape(partial, unit)) {
      const auto square = squareOf(partial.at.c, channels);
      if (!square) {
        return;
      }
      partial.layers.push_back(reshapeTo(*square, false));
      partial.at = *square;
    }
    if (partial.at.c != channels) {
      return;
    }
    LayoutLayer layer;
    if (!m_facts.tell(unit.prefix, layer)) {
      layer.kind = {unit.hasStatistics() ? LayerKind::BatchNorm : LayerKind::InstanceNorm, !unit.hasStatistics()};
      layer.eps.guessed = true;
    }
    layer.tensors = unit.prefix;
    partial.cost += unit.hasStatistics() ? 0.0 : 1.0;
    partial.layers.push_back(layer);
    next.push_back(std::move(partial));
  }

  void convolution(Partial partial, const ChainUnit& unit, bool transposed, bool enlarge,
                   std::vector<Partial>& next) const {
    const auto& shape = unit.shape();
    const std::int64_t in = shape[transposed ? 0 : 1];
    const std::int64_t out = shape[transposed ? 1 : 0];
    LayoutLayer layer;
    const bool told = m_facts.tell(unit.prefix, layer);
    layer.tensors = unit.prefix;
    if (told && (layer.kind.value == LayerKind::TransposedConv) != transposed) {
      return;
    }
    layer.kind = {transposed ? LayerKind::TransposedConv : LayerKind::Conv, !told && shape[0] == shape[1]};
    if (partial.at.isVector()) {
      const auto square = squareOf(partial.at.c, in);
      if (!square) {
        return;
      }
      partial.layers.push_back(reshapeTo(*square, false));
      partial.at = *square;
    }
    if (partial.at.c != in || partial.at.h != partial.at.w) {
      return;
    }
    if (enlarge) {
      partial.layers.push_back(upsampleGuess());
      partial.at.h = partial.at.w = partial.at.h * 2;
    }
    // An even kernel is a transposed convolution's: a plain one could not keep the size.
    partial.cost += layer.kind.guessed && transposed == (shape[2] % 2 == 1) ? 1.5 : 0.0;
    for (const ConvOption& option : optionsFor(layer, told, shape[2], partial.at.h)) {
      Partial with = partial;
      layer.stride = {option.stride, !told};
      layer.padding = {option.padding, !told};
      layer.outputPadding = {option.outputPadding, !told && transposed};
      const std::int64_t from = with.at.h;
      const std::int64_t side =
          transposed ? (from - 1) * option.stride - 2 * option.padding + shape[2] + option.outputPadding
                     : (from + 2 * option.padding - shape[2]) / option.stride + 1;
      if (side < 1 || side > kMostSide || (!transposed && from + 2 * option.padding < shape[2])) {
        continue;
      }
      with.at = {out, side, side};
      with.cost += option.cost;
      with.layers.push_back(layer);
      next.push_back(std::move(with));
    }
  }

  std::vector<ConvOption> optionsFor(const LayoutLayer& layer, bool told, std::int64_t kernel, std::int64_t side) const {
    if (told) {
      return {{layer.stride.value, layer.padding.value, layer.outputPadding.value, 0.0}};
    }
    auto options =
        layer.kind.value == LayerKind::TransposedConv ? transposedOptions(kernel, side) : convOptions(kernel);
    if (m_defaults) {
      std::erase_if(options, [](const ConvOption& o) { return o.padding != 0 || o.outputPadding != 0 || o.stride > 2; });
      for (ConvOption& option : options) {
        option.cost = std::min(option.cost, 0.3);
      }
    }
    return options;
  }

  /// The best of every shape.
  static std::vector<Partial> thinned(std::vector<Partial> partials) {
    std::stable_sort(partials.begin(), partials.end(), [](auto& a, auto& b) { return a.cost < b.cost; });
    std::map<std::tuple<std::int64_t, std::int64_t>, std::size_t> counts;
    std::vector<Partial> kept;
    for (Partial& partial : partials) {
      if (kept.size() < kKept && counts[{partial.at.c, partial.at.h}]++ < kKeptPerShape) {
        kept.push_back(std::move(partial));
      }
    }
    return kept;
  }

  std::vector<Partial> finished(const std::vector<Partial>& partials) const {
    std::vector<Partial> results;
    const ChainGap gap = m_facts.behind(m_units.back().prefix);
    for (Partial partial : partials) {
      if (gap.told) {
        partial = withTold(std::move(partial), *gap.told);
      } else {
        partial.layers.push_back(activationGuess(ActivationKind::Tanh));
      }
      if (partial.at.isVector()) {
        const auto picture = squarePicture(partial.at.c);
        if (!picture) {
          continue;
        }
        partial.at = {picture->channels, picture->side, picture->side};
        partial.layers.push_back(reshapeTo(partial.at, true));
      }
      if ((partial.at.c != 1 && partial.at.c != 3) || partial.at.h < 4) {
        continue;
      }
      partial.cost += pictureCost(partial.at.c, partial.at.h) + (m_defaults ? 1.0 : 0.0);
      results.push_back(std::move(partial));
    }
    return results;
  }

  const std::vector<ChainUnit>& m_units;
  const ModuleFacts& m_facts;
  bool m_defaults;
  ActivationKind m_activation = ActivationKind::ReLU;
  std::size_t m_reached = 0;
  std::size_t m_work = 0;
  FeatureShape m_stuckAt;
};

/// Top-level names in the order of their first module, each with its modules.
std::vector<std::vector<ChainUnit>> containersOf(const std::vector<ChainUnit>& units) {
  std::vector<std::vector<ChainUnit>> containers;
  std::map<std::string, std::size_t> places;
  for (const ChainUnit& unit : units) {
    const auto [it, isNew] = places.emplace(unit.prefix.substr(0, unit.prefix.find('.')), containers.size());
    if (isNew) {
      containers.emplace_back();
    }
    containers[it->second].push_back(unit);
  }
  return containers;
}

/// The orders in which the modules may run: the file's, by their numbers, and the containers in any order.
std::vector<std::vector<ChainUnit>> ordersOf(const std::vector<ChainUnit>& units) {
  std::vector<std::vector<ChainUnit>> orders{units, inNaturalOrder(units)};
  const auto containers = containersOf(orders.back());
  if (containers.size() < 2 || containers.size() > kMostContainers) {
    return orders;
  }
  std::vector<std::size_t> places(containers.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    places[i] = i;
  }
  while (std::next_permutation(places.begin(), places.end())) {
    std::vector<ChainUnit> order;
    for (const std::size_t place : places) {
      order.insert(order.end(), containers[place].begin(), containers[place].end());
    }
    orders.push_back(std::move(order));
  }
  return orders;
}

void setLabels(ChainLayout& layout, const ChainUnit& embedding, std::int64_t width) {
  layout.labels.embedding = embedding.prefix;
  const bool product = embedding.shape()[1] == width;
  layout.labels.entry = {product ? LabelEntry::MultipliesZ : LabelEntry::AfterZ, true};
}

class ChainReader {
 public:
  explicit ChainReader(const TensorGroup& group) : m_group(group), m_facts(group) {}

  ChainReading read() {
    std::vector<ChainUnit> units = collectUnits(m_group);
    for (const ChainUnit& unit : units) {
      m_reading.findings.found.push_back(describe(unit));
    }
    if (accept(units)) {
      search(units);
    }
    return std::move(m_reading);
  }

 private:
  void miss(const std::string& what) { m_reading.findings.missing.push_back(what); }

  /// Sorts the embedding out of `units`; false where they cannot be a chain.
  bool accept(std::vector<ChainUnit>& units) {
    if (units.size() > kMostUnits) {
      miss("it has " + std::to_string(units.size()) + " modules, more than a plain stack of layers has");
      return false;
    }
    for (const ChainUnit& unit : units) {
      if (unit.kind == Kind::Unknown) {
        miss("no layer that is known here has these tensors: " + describe(unit) + reasonFor(unit));
      }
    }
    for (const std::string& module : m_facts.unknownModules()) {
      miss("no layer that is known here: " + module);
    }
    std::vector<ChainUnit> layers;
    for (const ChainUnit& unit : units) {
      if (unit.kind != Kind::Embedding) {
        layers.push_back(unit);
      } else if (!m_embedding) {
        m_embedding = unit;
      } else {
        miss("a second embedding: " + describe(unit));
      }
    }
    for (const ChainUnit& unit : layers) {
      for (const std::int64_t side : unit.shape()) {
        if (side < 1 || side > (1 << 24)) {
          miss("a size that cannot be: " + describe(unit));
        }
      }
    }
    units = std::move(layers);
    if (units.empty()) {
      miss("it holds no layers");
    }
    return m_reading.findings.missing.empty();
  }

  static std::string reasonFor(const ChainUnit& unit) {
    if (unit.leaves.contains("weight_orig") || unit.leaves.contains("weight_u")) {
      return " (spectral norm)";
    }
    return unit.leaves.contains("weight_g") ? " (weight norm)" : "";
  }

  void search(const std::vector<ChainUnit>& units) {
    std::size_t furthest = 0;
    std::size_t work = 0;
    std::string stuck = "its layers do not end in a square picture of 1 or 3 channels";
    for (const auto& order : ordersOf(units)) {
      for (const bool defaults : {false, true}) {
        ChainSearch search(order, m_facts, defaults);
        const auto found = search.run();
        collect(found, order);
        work += search.work();
        if (found.empty() && search.reached() > furthest && search.reached() < order.size()) {
          furthest = search.reached();
          stuck = describe(order[furthest]) + " does not follow on " + order[furthest - 1].prefix + ", which gives " +
                  textOf(search.stuckAt()) + ": there may be a branch, a sum or a concatenation";
        }
      }
      if (!m_reading.proposals.empty() || work > kMostWork) {
        break;
      }
    }
    auto& proposals = m_reading.proposals;
    std::stable_sort(proposals.begin(), proposals.end(), [](auto& a, auto& b) { return a.cost < b.cost; });
    if (proposals.size() > kMostProposals) {
      proposals.resize(kMostProposals);
    }
    if (proposals.empty()) {
      miss(stuck);
    }
  }

  void collect(const std::vector<Partial>& found, const std::vector<ChainUnit>& order) {
    const auto& first = order.front().shape();
    const std::int64_t width = order.front().kind == Kind::Linear ? first[1] : first[0];
    for (const Partial& partial : found) {
      ChainProposal proposal{{}, partial.cost};
      ChainLayout& layout = proposal.layout;
      layout.group = m_group.name;
      layout.layers = partial.layers;
      layout.zDistribution.guessed = true;
      layout.range.guessed = true;
      const LayoutLayer& last = layout.layers.back().kind.value == LayerKind::Reshape && layout.layers.size() > 1
                                    ? layout.layers[layout.layers.size() - 2]
                                    : layout.layers.back();
      if (last.kind.value == LayerKind::Activation) {
        layout.range.guessed = last.activation.guessed;
        if (last.activation.value == ActivationKind::Sigmoid) {
          layout.range.value = {0.0F, 1.0F};
        }
      }
      if (m_embedding) {
        setLabels(layout, *m_embedding, width);
      }
      std::string mismatch;
      if (auto chain = resolveChain(layout, m_group, mismatch)) {
        layout = std::move(chain->layout);
        m_reading.proposals.push_back(std::move(proposal));
      }
    }
  }

  const TensorGroup& m_group;
  ModuleFacts m_facts;
  std::optional<ChainUnit> m_embedding;
  ChainReading m_reading;
};

/// `change` on a copy; nothing where it changes nothing.
template <typename Change>
void addChanged(std::vector<ChainLayout>& layouts, const ChainLayout& layout, const Change& change) {
  ChainLayout other = layout;
  change(other);
  if (other != layout) {
    layouts.push_back(std::move(other));
  }
}

}  // namespace

ChainReading readAsChain(const TensorGroup& group) { return ChainReader(group).read(); }

std::vector<ChainLayout> otherActivations(const ChainLayout& layout) {
  std::vector<ChainLayout> layouts;
  for (const auto kind : {ActivationKind::ReLU, ActivationKind::LeakyReLU}) {
    addChanged(layouts, layout, [&](ChainLayout& other) {
      for (LayoutLayer& layer : other.layers) {
        const auto now = layer.activation.value;
        if (layer.kind.value == LayerKind::Activation && layer.activation.guessed &&
            (now == ActivationKind::ReLU || now == ActivationKind::LeakyReLU)) {
          layer.activation.value = kind;
        }
      }
    });
  }
  return layouts;
}

std::vector<ChainLayout> otherEps(const ChainLayout& layout) {
  std::vector<ChainLayout> layouts;
  const auto set = [&](double eps, bool first) {
    addChanged(layouts, layout, [&](ChainLayout& other) {
      for (LayoutLayer& layer : other.layers) {
        if (layer.kind.value == LayerKind::BatchNorm && layer.eps.guessed) {
          layer.eps.value = first ? eps : 1e-5;
          first = true;
        }
      }
    });
  };
  set(0.8, true);
  set(0.8, false);  // PyTorch-GAN's first norm has the usual one, the others 0.8
  set(1e-5, true);
  return layouts;
}

std::vector<ChainLayout> otherInputs(const ChainLayout& layout) {
  std::vector<ChainLayout> layouts;
  for (const auto distribution : {ZDistribution::Normal, ZDistribution::Uniform}) {
    addChanged(layouts, layout, [&](ChainLayout& other) {
      if (other.zDistribution.guessed) {
        other.zDistribution.value = distribution;
      }
    });
  }
  for (const auto entry : {LabelEntry::BeforeZ, LabelEntry::AfterZ}) {
    addChanged(layouts, layout, [&](ChainLayout& other) {
      if (other.labels.present() && other.labels.entry.guessed && other.labels.entry.value != LabelEntry::MultipliesZ) {
        other.labels.entry.value = entry;
      }
    });
  }
  return layouts;
}

}  // namespace loom::model

#include "model/generators/chain_trial.h"

#include "model/generators/chain_generator.h"
#include "model/generators/skip_init.h"
#include "model/generators/state_dict.h"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>

namespace loom::model {
namespace {

constexpr std::uint64_t kSeed = 42;
constexpr double kTrialWork = 2e9;    // multiplications of one trial
constexpr double kWholeWork = 6e10;   // of all: seconds on a laptop
constexpr std::int64_t kLeastPictures = 4;
constexpr std::int64_t kMostPictures = 64;
constexpr std::size_t kStructures = 8;
constexpr std::size_t kMostRanked = 12;
constexpr double kSaturated = 0.98;
constexpr double kMisfitWeight = 4.0;

/// How far what a norm is fed with is from what it remembers: 0 is the same; a few tenths are usual.
double normMisfit(const torch::Tensor& fed, const torch::Tensor& mean, const torch::Tensor& variance) {
  const auto values = fed.to(torch::kFloat64);
  const std::vector<std::int64_t> over = fed.dim() == 4 ? std::vector<std::int64_t>{0, 2, 3} : std::vector<std::int64_t>{0};
  const auto now = values.mean(over);
  const auto spread = values.var(over);
  const auto then = mean.to(torch::kFloat64);
  const auto thenSpread = variance.to(torch::kFloat64);
  const double floor = 1e-3 * thenSpread.mean().item<double>() + 1e-12;
  const auto shift = ((now - then).square() / (thenSpread + floor)).clamp_max(4.0).mean();
  const auto scale = ((spread + floor) / (thenSpread + floor)).log().abs().clamp_max(3.0).mean();
  return (shift + scale).item<double>();
}

double pictureMisfit(const torch::Tensor& picture, const ValueRange& range) {
  if (!picture.isfinite().all().item<bool>()) {
    return 100.0;
  }
  const double middle = (range.low + range.high) / 2.0;
  const double reach = (range.high - range.low) / 2.0;
  const auto scaled = (picture - middle) / reach;
  double cost = 0.0;
  cost += scaled.abs().gt(0.99).to(torch::kFloat32).mean().item<double>() > kSaturated ? 3.0 : 0.0;
  cost += scaled.std().item<double>() < 1e-2 ? 5.0 : 0.0;
  cost += scaled.std(/*dim=*/0).mean().item<double>() < 1e-3 ? 3.0 : 0.0;  // the same whatever z is
  return cost;
}

torch::Tensor drawZ(const ResolvedChain& chain, std::int64_t count) {
  auto generator = at::detail::createCPUGenerator(kSeed);
  const std::vector<std::int64_t> shape{count, chain.zDim};
  return chain.layout.zDistribution.value == ZDistribution::Normal
             ? torch::randn(shape, generator)
             : torch::rand(shape, generator).mul(2.0).sub(1.0);
}

torch::Tensor classesInTurn(const ResolvedChain& chain, std::int64_t count) {
  return chain.classes == 0 ? torch::Tensor()
                            : torch::one_hot(torch::arange(count).remainder(chain.classes), chain.classes)
                                  .to(torch::kFloat32);
}

class Trials {
 public:
  Trials(const TensorGroup& group, const Checkpoint& checkpoint, const ReadControl& control)
      : m_group(group), m_checkpoint(checkpoint), m_control(control) {}

  std::vector<RankedLayout> ranked;

  /// Adds `layout` with what is found; nothing where the work of all trials is done. `cost`: what is unusual about it.
  void add(const ChainLayout& layout, double cost) {
    std::string mismatch;
    const auto chain = resolveChain(layout, m_group, mismatch);
    const bool known = std::any_of(ranked.begin(), ranked.end(), [&](auto& each) { return each.layout == layout; });
    if (!chain || known) {
      return;
    }
    const double work = chain->multiplications * static_cast<double>(countFor(*chain));
    if (m_work + work > kWholeWork && !ranked.empty()) {
      return;
    }
    m_work += work;
    if (m_control.stop.stop_requested()) {
      throw Interrupted();
    }
    ranked.push_back({layout, cost + misfit(*chain), cost});
    std::stable_sort(ranked.begin(), ranked.end(), [](auto& a, auto& b) { return a.cost < b.cost; });
  }

 private:
  static std::int64_t countFor(const ResolvedChain& chain) {
    return std::clamp(static_cast<std::int64_t>(kTrialWork / std::max(1.0, chain.multiplications)), kLeastPictures,
                      kMostPictures);
  }

  double misfit(const ResolvedChain& chain) const {
    ChainGenerator generator = [&] {
      const SkipInit weightsComeFromTheFile;
      return ChainGenerator(chain);
    }();
    loadStateDict(generator, m_group, m_checkpoint, {});
    const c10::InferenceMode inference;
    const Interrupt interrupt = [this] { return m_control.stop.stop_requested(); };
    const SynthesisControl control{interrupt, {}, {}};
    double sum = 0.0;
    int norms = 0;
    const auto watcher = [&](std::size_t layer, const torch::Tensor& x) {
      const auto mean = generator.tensor(layer, "running_mean");
      if (chain.layers[layer].layer.kind.value == LayerKind::BatchNorm && mean.defined()) {
        sum += normMisfit(x, mean, generator.tensor(layer, "running_var"));
        ++norms;
      }
    };
    const std::int64_t count = countFor(chain);
    const auto w = generator.map(drawZ(chain, count), classesInTurn(chain, count), control);
    const auto picture = generator.watch(w, control, watcher);
    return pictureMisfit(picture, chain.layout.range.value) + (norms > 0 ? kMisfitWeight * sum / norms : 0.0);
  }

  const TensorGroup& m_group;
  const Checkpoint& m_checkpoint;
  const ReadControl& m_control;
  double m_work = 0.0;
};

}  // namespace

std::vector<RankedLayout> rankByTrial(const std::vector<ChainProposal>& proposals, const TensorGroup& group,
                                      const Checkpoint& checkpoint, const ReadControl& control) {
  constexpr double kUnusual = 0.2;  // of another activation, eps, or z
  Trials trials(group, checkpoint, control);
  try {
    for (std::size_t i = 0; i < std::min(kStructures, proposals.size()); ++i) {
      trials.add(proposals[i].layout, proposals[i].cost);
      for (const ChainLayout& other : otherActivations(proposals[i].layout)) {
        trials.add(other, proposals[i].cost + kUnusual);
      }
    }
    if (trials.ranked.empty()) {
      return {};
    }
    // One guess at a time, twice over: eps and activation hide one another.
    for (const auto& others : {otherEps, otherActivations, otherInputs, otherEps}) {
      const RankedLayout best = trials.ranked.front();
      for (const ChainLayout& other : others(best.layout)) {
        trials.add(other, best.prior + kUnusual);
      }
    }
  } catch (const Interrupted&) {
    throw CheckpointError(CheckpointError::Kind::Cancelled, "opening was cancelled");
  }
  if (trials.ranked.size() > kMostRanked) {
    trials.ranked.resize(kMostRanked);
  }
  return std::move(trials.ranked);
}

}  // namespace loom::model

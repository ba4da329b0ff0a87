#include "model/opened_model.h"

#include "model/generators/chain_generator.h"
#include "model/generators/script_program.h"
#include "model/generators/torch_threads.h"
#include "model/input_check.h"
#include "model/worker/kept_memory.h"
#include "model/worker/opened_parts.h"
#include "model/worker/pack_frame.h"
#include "model/worker/style_mix.h"
#include "model/worker/tensor_array.h"

#include <array>
#include <atomic>
#include <chrono>

namespace loom::model {
namespace {

using Clock = std::chrono::steady_clock;

double millisecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

}  // namespace

OpenedModel::OpenedModel(std::unique_ptr<Parts> parts) : m_parts(std::move(parts)) {}
OpenedModel::~OpenedModel() {
  m_parts.reset();
  giveBackTensorMemory();  // the next model's activations are of other sizes
}

std::shared_ptr<OpenedModel> OpenedModel::open(const std::filesystem::path& path, const ReadControl& control,
                                               const OpenOptions& options) {
  keepTensorMemory();
  auto checkpoint = std::make_shared<const Checkpoint>(readCheckpoint(path, control));
  ModelChoice choice = chooseModel(*checkpoint, options, control);
  auto parts = std::make_unique<Parts>(std::move(checkpoint), std::move(choice));
  parts->build();
  if (parts->info.runsProgram) {
    parts->notes.emplace_back("The file's own program makes the pictures.");
  } else if (parts->container == kTorchScript) {
    parts->notes.push_back("The picture is what a " + parts->info.architecture +
                           " makes of the file's weights; its own program was not run (--trust runs it).");
  }
  return std::shared_ptr<OpenedModel>(new OpenedModel(std::move(parts)));
}

std::uint64_t OpenedModel::id() const { return m_parts->id; }
const std::filesystem::path& OpenedModel::path() const { return m_parts->path; }
const GeneratorInfo& OpenedModel::info() const { return m_parts->info; }
const std::string& OpenedModel::container() const { return m_parts->container; }
const std::string& OpenedModel::group() const { return m_parts->group; }
const std::vector<std::string>& OpenedModel::groups() const { return m_parts->choice.others; }
const std::vector<std::string>& OpenedModel::companions() const { return m_parts->choice.recognition.companions; }
const std::vector<std::pair<std::string, std::string>>& OpenedModel::metadata() const { return m_parts->metadata; }
const std::vector<std::string>& OpenedModel::notes() const { return m_parts->notes; }
const LayoutReading* OpenedModel::layout() const { return m_parts->layout ? &*m_parts->layout : nullptr; }
std::string OpenedModel::whyNot(const ChainLayout& layout, std::vector<std::string>* sizes) const {
  TensorGroup group{m_parts->group, {}};
  for (const auto& [name, shape] : m_parts->tensors) {
    group.tensors.push_back({name, DType::F32, shape, {}, {}});
  }
  std::string mismatch;
  const auto chain = resolveChain(layout, group, mismatch);
  if (chain && sizes) {
    *sizes = chain->sizes();
  }
  return mismatch;
}
std::vector<std::pair<std::string, std::vector<std::int64_t>>> OpenedModel::tensors() const { return m_parts->tensors; }

namespace {

/// The frame with `image`'s pixels.
Frame packed(Frame frame, const torch::Tensor& image, ValueRange range) {
  frame.width = static_cast<int>(image.size(3));
  frame.height = static_cast<int>(image.size(2));
  frame.pixels = packFrame(image, range);
  return frame;
}

/// A coarse picture at the size of the one that it stands for, so that nothing jumps when that comes.
torch::Tensor enlarged(const torch::Tensor& coarse, const SynthesisSettings& settings, const GeneratorInfo& info) {
  const std::int64_t side = settings.resolution != 0 ? settings.resolution : info.width;
  const std::array<std::int64_t, 2> size{side, side};
  return torch::upsample_bilinear2d(coarse.contiguous(), at::IntArrayRef(size), /*align_corners=*/false);
}

/// One call of the network, its inputs checked by InputCheck.
class Synthesis {
 public:
  Synthesis(Generator& generator, torch::Device device, const SynthesisSettings& settings, const Interrupt& interrupt)
      : control{interrupt, settings, {}}, m_generator(generator), m_device(device) {}

  SynthesisControl control;

  /// ws where there is a mapping network; else undefined.
  torch::Tensor ws;

  /// Where the work may be recorded; null: nowhere.
  SynthesisGraph* graph = nullptr;

  torch::Tensor run(const GeneratorInputs& inputs) {
    if (inputs.wMean) {
      control.wMean = onDevice(*inputs.wMean, m_device);
    }
    torch::Tensor w;
    if (inputs.ws) {
      w = onDevice(*inputs.ws, m_device);
    } else {
      w = m_generator.map(onDevice(inputs.x ? *inputs.x : *inputs.z, m_device), labels(inputs), control);
    }
    if (m_generator.info().styleLayers > 0) {
      ws = w;
    }
    if (graph && asksForTheSameEachTime()) {
      return graph->run(w, control.settings, [&](const torch::Tensor& at) {
        static const Interrupt kNever;
        return m_generator.synthesize(at, SynthesisControl{kNever, control.settings, {}});
      });
    }
    return m_generator.synthesize(w, control);
  }

 private:
  /// As a recording needs it: the host takes no part on the way.
  bool asksForTheSameEachTime() const {
    const GeneratorInfo& info = m_generator.info();
    const NoiseMode usual = info.noiseModes.empty() ? NoiseMode::None : info.noiseModes.front();
    return info.styleLayers > 0 && !info.runsProgram && control.settings.noise.value_or(usual) != NoiseMode::Random &&
           !control.settings.transform && !control.wMean.defined() && !control.coarse;
  }

  torch::Tensor labels(const GeneratorInputs& inputs) const {
    const int count = m_generator.info().classCount;
    if (m_generator.info().labels == LabelKind::None) {
      return {};
    }
    if (inputs.c) {
      return onDevice(*inputs.c, m_device);
    }
    const auto y = torch::tensor(inputs.y, torch::kInt64).to(m_device);
    return torch::one_hot(y, count).to(torch::kFloat32);
  }

  Generator& m_generator;
  torch::Device m_device;
};

/// A frame without its pixels, and what the network is to be given for them.
struct AskedFor {
  Frame frame;
  GeneratorInputs inputs;
  SynthesisSettings settings;
};

/// As `OpenedModel::render` is asked. Throws ModelError.
AskedFor askedFor(const OpenedModel& model, const LatentState& state, const FloatTensor* picture, Precision precision,
                  const Interrupt& interrupt) {
  const GeneratorInfo& info = model.info();
  AskedFor asked;
  const auto start = Clock::now();
  asked.inputs = model.inputsFor(state, picture, interrupt);
  asked.settings = resolveSettings(state, info);
  asked.settings.precision = info.hasDrafts ? precision : Precision::Exact;
  checkInputs(asked.inputs, asked.settings, info);
  asked.frame.model = model.id();
  asked.frame.latent = state;
  asked.frame.quality = asked.settings.precision == Precision::Draft ? Quality::Draft : Quality::Exact;
  asked.frame.timings.resolve = millisecondsSince(start);
  return asked;
}

/// `frame` with the picture that `synthesis` makes of `inputs`, and how long that took by `clock`, which has just begun.
Frame finished(Synthesis& synthesis, const GeneratorInputs& inputs, Frame frame, StageClock& clock,
               const GeneratorInfo& info) {
  torch::Tensor image = synthesis.run(inputs).contiguous();
  const std::size_t made = clock.mark();
  if (image.dim() != 4) {
    image = image.reshape({image.size(0), info.channels, info.height, info.width});
  }
  frame = packed(std::move(frame), image, info.range);
  const std::size_t done = clock.mark();
  clock.wait();
  frame.timings.synthesis = clock.between(0, made);
  frame.timings.pack = clock.between(made, done);
  return frame;
}

}  // namespace

GeneratorOutputs OpenedModel::generate(const GeneratorInputs& inputs, const SynthesisSettings& settings,
                                       const Interrupt& interrupt) const {
  checkInputs(inputs, settings, m_parts->info);
  return m_parts->run([&] {
    Synthesis synthesis(*m_parts->generator, m_parts->device, settings, interrupt);
    GeneratorOutputs outputs;
    outputs.image = onHost(synthesis.run(inputs));
    if (synthesis.ws.defined()) {
      outputs.ws = onHost(synthesis.ws);
    }
    return outputs;
  });
}

GeneratorInputs OpenedModel::inputsFor(const LatentState& state, const FloatTensor* picture,
                                       const Interrupt& interrupt) const {
  const auto& info = m_parts->info;
  GeneratorInputs inputs;
  if (info.labels != LabelKind::None) {
    inputs.c = FloatTensor{{1, info.classCount}, resolveLabels(state, info)};
  }
  if (info.input == InputKind::Picture) {
    if (!picture) {
      throw ModelError("this generator changes pictures: give it one to begin with");
    }
    inputs.x = *picture;
    return inputs;
  }
  inputs.z = FloatTensor{{1, info.zDim}, resolveZ(state, info)};
  if (mixesStyles(state, info)) {
    inputs.ws = m_parts->run([&] {
      const SynthesisControl control{interrupt, resolveSettings(state, info), {}};
      return onHost(mixStyles(*m_parts->generator, m_parts->device, state, control));
    });
    inputs.z.reset();
  }
  return inputs;
}

FloatTensor OpenedModel::mapLatents(const FloatTensor& z) const {
  const auto& info = m_parts->info;
  if (info.wDim == 0) {
    throw ModelError("this " + info.architecture + " has no mapping network");
  }
  return m_parts->run([&] {
    static const Interrupt kNever;
    const SynthesisControl control{kNever, {}, {}};
    torch::Tensor c;
    if (info.labels != LabelKind::None) {
      c = torch::zeros({z.shape.at(0), info.classCount});
      c.select(1, 0).fill_(1.0);
      c = c.to(m_parts->device);
    }
    return onHost(m_parts->generator->map(onDevice(z, m_parts->device), c, control).select(1, 0));
  });
}

std::vector<FloatTensor> OpenedModel::latentWeights() const {
  return m_parts->run([&] {
    std::vector<FloatTensor> weights;
    for (const torch::Tensor& weight : m_parts->generator->latentWeights()) {
      weights.push_back(onHost(weight));
    }
    return weights;
  });
}

Frame OpenedModel::render(const LatentState& state, std::uint64_t generation, const Interrupt& interrupt,
                          const FloatTensor* picture, const RenderOptions& options) const {
  const auto& info = m_parts->info;
  AskedFor asked = askedFor(*this, state, picture, options.precision, interrupt);
  asked.frame.generation = generation;
  return m_parts->run([&] {
    StageClock clock(m_parts->device);
    Synthesis synthesis(*m_parts->generator, m_parts->device, asked.settings, interrupt);
    synthesis.control.keepActivations = options.keepActivations;
    synthesis.control.coarseResolution = options.coarseResolution;
    synthesis.graph = m_parts->device.is_cuda() ? &m_parts->graph : nullptr;
    if (options.coarse) {
      synthesis.control.coarse = [&](const torch::Tensor& coarse) {
        Frame early = asked.frame;
        early.quality = Quality::Coarse;
        const std::size_t made = clock.mark();
        early = packed(std::move(early), enlarged(coarse, asked.settings, info), info.range);
        const std::size_t done = clock.mark();
        clock.wait();
        early.timings.synthesis = clock.between(0, made);
        early.timings.pack = clock.between(made, done);
        options.coarse(std::move(early));
      };
    }
    return finished(synthesis, asked.inputs, asked.frame, clock, info);
  });
}

int OpenedModel::sideBySide() const {
  const auto& info = m_parts->info;
  // Of a larger picture, all threads together make the layers almost as many times as fast.
  constexpr std::int64_t kSmall = 128 * 128;
  constexpr int kTurns = 4;  // of each thread: one that was held up is made up for by the others
  const int threads = torchJobs().threads;
  const bool small = info.input == InputKind::Latent && static_cast<std::int64_t>(info.width) * info.height <= kSmall;
  return small && threads > 1 && !info.runsProgram && m_parts->onCpu() ? kTurns * threads : 1;
}

std::vector<Frame> OpenedModel::renderEach(const std::vector<LatentState>& states, const Interrupt& interrupt,
                                           const FloatTensor* picture) const {
  const auto& info = m_parts->info;
  std::vector<Frame> frames;
  if (sideBySide() == 1) {
    for (const LatentState& state : states) {
      frames.push_back(render(state, 0, interrupt, picture));
    }
    return frames;
  }
  std::vector<AskedFor> asked;
  for (const LatentState& state : states) {
    asked.push_back(askedFor(*this, state, nullptr, Precision::Exact, interrupt));
  }
  frames.resize(states.size());
  const auto make = [&](std::size_t i) {
    const c10::InferenceMode inference;
    StageClock clock(m_parts->device);
    Synthesis synthesis(*m_parts->generator, m_parts->device, asked[i].settings, interrupt);
    frames[i] = finished(synthesis, asked[i].inputs, asked[i].frame, clock, info);
  };
  m_parts->runBatches(states.size(), [&](std::size_t first, std::size_t size) {
    const std::size_t end = first + size;
    while (first < end) {
      // What layers make once of their weights is made by a picture alone.
      const bool known = m_parts->hasMade(asked[first].settings);
      std::size_t same = first + 1;
      while (known && same < end && m_parts->hasMade(asked[same].settings)) {
        ++same;
      }
      std::atomic<std::size_t> next = first;
      const ParallelJobs threads = torchJobs();
      threads.run(threads.threads, [&](std::int64_t) {
        for (std::size_t i = next++; i < same; i = next++) {
          make(i);
        }
      });
      m_parts->noteMade(asked[first].settings);
      first = same;
    }
  });
  return frames;
}

namespace {

/// The inputs one below the other; each has one row.
GeneratorInputs together(const std::vector<GeneratorInputs>& all) {
  GeneratorInputs result;
  const auto gather = [&](std::optional<FloatTensor> GeneratorInputs::*part) {
    if (!(all.front().*part)) {
      return;
    }
    FloatTensor joined = *(all.front().*part);
    for (std::size_t i = 1; i < all.size(); ++i) {
      const auto& values = (all[i].*part)->values;
      joined.values.insert(joined.values.end(), values.begin(), values.end());
    }
    joined.shape[0] = static_cast<std::int64_t>(all.size());
    result.*part = std::move(joined);
  };
  gather(&GeneratorInputs::z);
  gather(&GeneratorInputs::ws);
  gather(&GeneratorInputs::c);
  return result;
}

/// The settings of a small picture: a generator with several outputs need not make the largest.
SynthesisSettings smallSettings(const LatentState& state, const GeneratorInfo& info, int side) {
  SynthesisSettings settings = resolveSettings(state, info);
  if (side > 0 && settings.resolution == 0) {
    for (const int pixels : info.resolutions) {
      if (pixels >= side && pixels < info.resolutions.back()) {
        settings.resolution = pixels;
        break;
      }
    }
  }
  return settings;
}

torch::Tensor scaledDown(const torch::Tensor& image, int side) {
  const std::int64_t longest = std::max(image.size(2), image.size(3));
  if (side <= 0 || longest <= side) {
    return image;
  }
  const auto scaled = [&](std::int64_t size) { return std::max<std::int64_t>(1, size * side / longest); };
  return torch::adaptive_avg_pool2d(image, {scaled(image.size(2)), scaled(image.size(3))});
}

}  // namespace

std::vector<Frame> OpenedModel::renderSmall(const std::vector<LatentState>& states, int side,
                                            const Interrupt& interrupt) const {
  const auto& info = m_parts->info;
  std::vector<Frame> frames;
  while (frames.size() < states.size()) {
    const SynthesisSettings settings = smallSettings(states[frames.size()], info, side);
    std::vector<GeneratorInputs> inputs;
    for (std::size_t i = frames.size(); i < states.size() && smallSettings(states[i], info, side) == settings; ++i) {
      GeneratorInputs next = inputsFor(states[i], nullptr, interrupt);
      if (!inputs.empty() && inputs.front().ws.has_value() != next.ws.has_value()) {
        break;
      }
      inputs.push_back(std::move(next));
    }
    m_parts->runBatches(inputs.size(), [&](std::size_t first, std::size_t size) {
      const auto from = inputs.begin() + static_cast<std::ptrdiff_t>(first);
      const GeneratorInputs joined = together({from, from + static_cast<std::ptrdiff_t>(size)});
      checkInputs(joined, settings, info);
      StageClock clock(m_parts->device);
      const auto made = Synthesis(*m_parts->generator, m_parts->device, settings, interrupt).run(joined);
      const auto pictures =
          made.dim() == 4 ? made : made.reshape({made.size(0), info.channels, info.height, info.width});
      const auto images = scaledDown(pictures, side).to(torch::kCPU, torch::kFloat32).contiguous();
      const std::size_t done = clock.mark();
      clock.wait();
      for (std::size_t i = 0; i < size; ++i) {
        Frame frame;
        frame.model = m_parts->id;
        frame.latent = states[frames.size()];
        frame.width = static_cast<int>(images.size(3));
        frame.height = static_cast<int>(images.size(2));
        frame.timings.synthesis = clock.between(0, done) / static_cast<double>(size);
        frame.pixels =
            packFrame(images.slice(0, static_cast<std::int64_t>(i), static_cast<std::int64_t>(i) + 1), info.range);
        frames.push_back(std::move(frame));
      }
    });
  }
  return frames;
}

}  // namespace loom::model

#include "model/opened_model.h"

#include "model/checkpoint/mapped_file.h"
#include "model/compute_device.h"
#include "model/generators/architecture.h"
#include "model/generators/chain_choice.h"
#include "model/generators/chain_generator.h"
#include "model/generators/layer_chain.h"
#include "model/generators/script_program.h"
#include "model/generators/skip_init.h"
#include "model/generators/state_dict.h"
#include "model/input_check.h"
#include "model/worker/kept_memory.h"
#include "model/worker/pack_frame.h"
#include "model/worker/style_mix.h"
#include "model/worker/tensor_array.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>

namespace loom::model {
namespace {

using Clock = std::chrono::steady_clock;

double millisecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

torch::Device torchDevice() { return computeDevice().cuda ? torch::Device(torch::kCUDA) : torch::Device(torch::kCPU); }

/// Averaged weights make the better pictures; then what is called a generator; then the rest.
int preference(const TensorGroup& group) {
  const auto has = [&](const char* word) { return group.name.find(word) != std::string::npos; };
  if (has("ema") || has("avg") || has("running")) {
    return 2;
  }
  if (has("netD") || has("discriminator") || has("critic") || group.name == "D" || group.name == "d") {
    return -1;
  }
  return has("netG") || has("generator") || group.name == "G" || group.name == "g" ? 1 : 0;
}

struct Choice {
  const TensorGroup* group = nullptr;
  Recognition recognition;
  std::vector<std::string> others;  // names of all groups that are recognised, this one first
  LayoutSource source = LayoutSource::Preset;  // of a stack of layers
  std::vector<ChainLayout> alternatives;

  void take(ChainChoice&& chain) {
    group = chain.group;
    recognition = std::move(chain.recognition);
    source = chain.source;
    alternatives = std::move(chain.alternatives);
    std::erase(others, group->name);
    others.insert(others.begin(), group->name);
  }
};

/// A program is the network's own word, so it comes before what its weights look like; but it has to be trusted.
std::optional<Choice> chooseProgram(const Checkpoint& checkpoint, const TensorGroup& group, bool trust) {
  if (checkpoint.container != kTorchScript || !trust) {
    return std::nullopt;
  }
  Choice choice;
  choice.group = &group;
  choice.recognition = recogniseScript(group, checkpoint);
  choice.others = {group.name};
  return choice;
}

Choice choose(const Checkpoint& checkpoint, const OpenOptions& options, const ReadControl& control) {
  const std::string& wanted = options.group;
  std::vector<const TensorGroup*> groups;
  for (const TensorGroup& group : checkpoint.groups) {
    if (wanted.empty() || group.name == wanted) {
      groups.push_back(&group);
    }
  }
  if (groups.empty() && !wanted.empty()) {
    std::string names;
    for (const TensorGroup& group : checkpoint.groups) {
      names += (names.empty() ? "" : ", ") + (group.name.empty() ? std::string("(unnamed)") : group.name);
    }
    throw ModelError(checkpoint.path.filename().string() + " has no group named " + wanted + ". It has: " + names + ".");
  }
  std::stable_sort(groups.begin(), groups.end(), [](auto* a, auto* b) { return preference(*a) > preference(*b); });
  if (!groups.empty()) {
    if (auto program = chooseProgram(checkpoint, *groups.front(), options.trust)) {
      return std::move(*program);
    }
  }
  Choice choice;
  std::vector<std::string> near;
  for (const TensorGroup* group : groups) {
    for (const Architecture& architecture : architectures()) {
      Recognition recognition = architecture.recognise(*group, checkpoint);
      if (recognition.near && !recognition) {
        near.push_back(architecture.name + ": " + recognition.mismatch);
      }
      if (recognition) {
        choice.others.push_back(group->name);
        if (!choice.group) {
          choice.group = group;
          choice.recognition = std::move(recognition);
        }
        break;
      }
    }
  }
  if (auto told = chooseByLayout(checkpoint, groups, options)) {
    choice.take(std::move(*told));
    return choice;
  }
  if (options.asChain || (!choice.group && checkpoint.container != kTorchScript)) {
    if (auto guess = chooseByGuess(checkpoint, groups, control)) {
      choice.take(std::move(*guess));
      return choice;
    }
    if (options.asChain) {
      throw unknownNetwork(checkpoint, groups, near);
    }
  }
  if (!choice.group && checkpoint.container == kTorchScript) {
    throw TrustNeeded(checkpoint.path.filename().string() +
                      " holds a program (TorchScript), and the picture can only be had by running it. It could do "
                      "anything that you can do on this machine: run it only where you trust its origin (--trust).");
  }
  if (!choice.group) {
    throw unknownNetwork(checkpoint, groups, near);
  }
  return choice;
}

std::uint64_t nextId() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

struct OpenedModel::Parts {
  std::uint64_t id = nextId();
  std::filesystem::path path;
  std::string container;
  std::string group;
  std::vector<std::string> groups;
  std::vector<std::string> companions;
  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<std::string> notes;
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> tensors;
  GeneratorInfo info;
  torch::Device device = torch::kCPU;
  std::shared_ptr<Generator> generator;
  std::optional<LayoutReading> layout;
  std::mutex atWork;  // the generator: the window's worker, an export and a search for directions may all ask

  void noteLayout(const Choice& choice) {
    const auto* chain = dynamic_cast<const ChainGenerator*>(generator.get());
    if (!chain) {
      return;
    }
    layout = LayoutReading{choice.source, chain->chain().layout, chain->chain().sizes(), choice.alternatives};
    if (choice.source == LayoutSource::Guessed) {
      notes.push_back("The layers were read from names and shapes, and " + std::to_string(guessCount(layout->layout)) +
                      " of their options are guesses: the picture may not be the one that the original makes. " +
                      "A layout (--layout, or " + sidecarPath(path).filename().string() + " beside it) tells them.");
    }
  }
};

OpenedModel::OpenedModel(std::unique_ptr<Parts> parts) : m_parts(std::move(parts)) {}
OpenedModel::~OpenedModel() {
  m_parts.reset();
  giveBackTensorMemory();  // the next model's activations are of other sizes
}

std::shared_ptr<OpenedModel> OpenedModel::open(const std::filesystem::path& path, const ReadControl& control,
                                               const OpenOptions& options) {
  keepTensorMemory();
  const Checkpoint checkpoint = readCheckpoint(path, control);
  const Choice choice = choose(checkpoint, options, control);
  auto parts = std::make_unique<Parts>();
  parts->path = path;
  parts->container = checkpoint.container;
  parts->group = choice.group->name;
  parts->groups = choice.others;
  parts->companions = choice.recognition.companions;
  parts->metadata = checkpoint.metadata;
  parts->notes = checkpoint.notes;
  for (const TensorView& tensor : choice.group->tensors) {
    parts->tensors.emplace_back(tensor.name, tensor.shape);
  }
  std::int64_t parameters = 0;
  try {
    {
      const SkipInit weightsComeFromTheFile;
      parts->generator = choice.recognition.make();
    }
    loadStateDict(*parts->generator, *choice.group, checkpoint, choice.recognition);
    if (checkpoint.file->changed()) {
      throw ModelError("the file changed while it was read. Is another program still writing it? Open it again");
    }
    parts->generator->eval();
    parts->device = torchDevice();
    parts->generator->to(parts->device);
    parameters = parameterCount(*parts->generator);  // before they take another form
    {
      const torch::NoGradGuard noGrad;
      parts->generator->finishLoading();
    }
    parts->generator->to(parts->device);  // what it registered beside the weights
  } catch (const ModelError& error) {
    throw ModelError(path.filename().string() + " cannot be used: " + error.what() + ".");
  } catch (const c10::Error& error) {
    throw ModelError(path.filename().string() + " cannot be used: " + error.what_without_backtrace());
  }
  parts->info = parts->generator->info();
  if (!parts->info.runsProgram) {
    parts->info.parameterCount = parameters;
  }
  parts->noteLayout(choice);
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
const std::vector<std::string>& OpenedModel::groups() const { return m_parts->groups; }
const std::vector<std::string>& OpenedModel::companions() const { return m_parts->companions; }
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
  const auto start = Clock::now();
  frame.width = static_cast<int>(image.size(3));
  frame.height = static_cast<int>(image.size(2));
  frame.pixels = packFrame(image, range);
  frame.timings.pack = millisecondsSince(start);
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
    return m_generator.synthesize(w, control);
  }

 private:
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

/// One caller at a time; LibTorch's errors come out as ModelError.
template <typename Work>
auto guarded(std::mutex& mutex, const Work& work) {
  const std::lock_guard lock(mutex);
  const c10::InferenceMode inference;
  try {
    return work();
  } catch (const c10::Error& error) {
    throw ModelError(std::string("the picture could not be made: ") + error.what_without_backtrace());
  }
}

}  // namespace

GeneratorOutputs OpenedModel::generate(const GeneratorInputs& inputs, const SynthesisSettings& settings,
                                       const Interrupt& interrupt) const {
  checkInputs(inputs, settings, m_parts->info);
  return guarded(m_parts->atWork, [&] {
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
    inputs.ws = guarded(m_parts->atWork, [&] {
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
  return guarded(m_parts->atWork, [&] {
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
  return guarded(m_parts->atWork, [&] {
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
  Frame frame;
  frame.model = m_parts->id;
  frame.generation = generation;
  frame.latent = state;
  auto start = Clock::now();
  const GeneratorInputs inputs = inputsFor(state, picture, interrupt);
  SynthesisSettings settings = resolveSettings(state, info);
  settings.precision = info.hasDrafts ? options.precision : Precision::Exact;
  checkInputs(inputs, settings, info);
  frame.quality = settings.precision == Precision::Draft ? Quality::Draft : Quality::Exact;
  frame.timings.resolve = millisecondsSince(start);
  start = Clock::now();
  const auto image = guarded(m_parts->atWork, [&] {
    Synthesis synthesis(*m_parts->generator, m_parts->device, settings, interrupt);
    synthesis.control.keepActivations = options.keepActivations;
    synthesis.control.coarseResolution = options.coarseResolution;
    if (options.coarse) {
      synthesis.control.coarse = [&](const torch::Tensor& coarse) {
        Frame early = frame;
        early.quality = Quality::Coarse;
        early.timings.synthesis = millisecondsSince(start);
        options.coarse(packed(std::move(early), enlarged(coarse, settings, info), info.range));
      };
    }
    const auto made = synthesis.run(inputs).contiguous();
    return made.dim() == 4 ? made : made.reshape({made.size(0), info.channels, info.height, info.width});
  });
  frame.timings.synthesis = millisecondsSince(start);
  return packed(std::move(frame), image, info.range);
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
    const GeneratorInputs joined = together(inputs);
    checkInputs(joined, settings, info);
    const auto start = Clock::now();
    const auto images = guarded(m_parts->atWork, [&] {
      const auto made = Synthesis(*m_parts->generator, m_parts->device, settings, interrupt).run(joined);
      const auto pictures = made.dim() == 4 ? made : made.reshape({made.size(0), info.channels, info.height, info.width});
      return scaledDown(pictures, side).to(torch::kCPU, torch::kFloat32).contiguous();
    });
    const double each = millisecondsSince(start) / static_cast<double>(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      Frame frame;
      frame.model = m_parts->id;
      frame.latent = states[frames.size()];
      frame.width = static_cast<int>(images.size(3));
      frame.height = static_cast<int>(images.size(2));
      frame.timings.synthesis = each;
      frame.pixels = packFrame(images.slice(0, static_cast<std::int64_t>(i), static_cast<std::int64_t>(i) + 1), info.range);
      frames.push_back(std::move(frame));
    }
  }
  return frames;
}

}  // namespace loom::model

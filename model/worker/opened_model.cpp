#include "model/opened_model.h"

#include "model/checkpoint/mapped_file.h"
#include "model/compute_device.h"
#include "model/generators/architecture.h"
#include "model/generators/layer_chain.h"
#include "model/generators/state_dict.h"
#include "model/worker/pack_frame.h"

#include <algorithm>
#include <atomic>
#include <chrono>

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
  return has("netG") || has("generator") || group.name == "G" || group.name == "g" ? 1 : 0;
}

std::string tensorList(const TensorGroup& group) {
  constexpr std::size_t kShown = 6;
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, group.tensors.size()); ++i) {
    text += (i ? ", " : "") + group.tensors[i].name + " (" + shapeText(group.tensors[i].shape) + ")";
  }
  if (group.tensors.size() > kShown) {
    text += " and " + std::to_string(group.tensors.size() - kShown) + " more";
  }
  return text;
}

std::string nobodyKnows(const Checkpoint& checkpoint, const std::string& wanted) {
  const std::string file = checkpoint.path.filename().string();
  if (checkpoint.groups.empty()) {
    return file + " was read, but it holds no tensors.";
  }
  std::string text = file + " was read, but no generator that is known here fits it.";
  for (const TensorGroup& group : checkpoint.groups) {
    if (!wanted.empty() && group.name != wanted) {
      continue;
    }
    text += "\nFound" + (group.name.empty() ? std::string() : " in " + group.name) + ": " + tensorList(group) + ".";
    for (const Architecture& architecture : architectures()) {
      text += "\nNot a " + architecture.name + ": " + architecture.recognise(group, checkpoint).mismatch +
              ". Looked for " + architecture.looksFor + ".";
    }
  }
  return text;
}

struct Choice {
  const TensorGroup* group = nullptr;
  Recognition recognition;
};

Choice choose(const Checkpoint& checkpoint, const std::string& wanted) {
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
  for (const TensorGroup* group : groups) {
    for (const Architecture& architecture : architectures()) {
      if (Recognition recognition = architecture.recognise(*group, checkpoint)) {
        return {group, std::move(recognition)};
      }
    }
  }
  throw ModelError(nobodyKnows(checkpoint, wanted));
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
  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<std::string> notes;
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> tensors;
  GeneratorInfo info;
  torch::Device device = torch::kCPU;
  std::shared_ptr<Generator> generator;
};

OpenedModel::OpenedModel(std::unique_ptr<Parts> parts) : m_parts(std::move(parts)) {}
OpenedModel::~OpenedModel() = default;

std::shared_ptr<OpenedModel> OpenedModel::open(const std::filesystem::path& path, const ReadControl& control,
                                               const std::string& group) {
  const Checkpoint checkpoint = readCheckpoint(path, control);
  const Choice choice = choose(checkpoint, group);
  auto parts = std::make_unique<Parts>();
  parts->path = path;
  parts->container = checkpoint.container;
  parts->group = choice.group->name;
  parts->metadata = checkpoint.metadata;
  parts->notes = checkpoint.notes;
  for (const TensorView& tensor : choice.group->tensors) {
    parts->tensors.emplace_back(tensor.name, tensor.shape);
  }
  try {
    parts->generator = choice.recognition.make();
    loadStateDict(*parts->generator, *choice.group, choice.recognition);
    if (checkpoint.file->changed()) {
      throw ModelError("the file changed while it was read. Is another program still writing it? Open it again");
    }
    parts->generator->eval();
    parts->device = torchDevice();
    parts->generator->to(parts->device);
  } catch (const ModelError& error) {
    throw ModelError(path.filename().string() + " cannot be used: " + error.what() + ".");
  } catch (const c10::Error& error) {
    throw ModelError(path.filename().string() + " cannot be used: " + error.what_without_backtrace());
  }
  parts->info = parts->generator->info();
  parts->info.parameterCount = parameterCount(*parts->generator);
  return std::shared_ptr<OpenedModel>(new OpenedModel(std::move(parts)));
}

std::uint64_t OpenedModel::id() const { return m_parts->id; }
const std::filesystem::path& OpenedModel::path() const { return m_parts->path; }
const GeneratorInfo& OpenedModel::info() const { return m_parts->info; }
const std::string& OpenedModel::container() const { return m_parts->container; }
const std::string& OpenedModel::group() const { return m_parts->group; }
const std::vector<std::pair<std::string, std::string>>& OpenedModel::metadata() const { return m_parts->metadata; }
const std::vector<std::string>& OpenedModel::notes() const { return m_parts->notes; }
std::vector<std::pair<std::string, std::vector<std::int64_t>>> OpenedModel::tensors() const { return m_parts->tensors; }

namespace {

/// Maps and synthesises under inference mode; LibTorch's errors come out as ModelError.
torch::Tensor run(Generator& generator, torch::Device device, const FloatTensor& z, const Interrupt& interrupt) {
  const c10::InferenceMode inference;
  const SynthesisControl control{interrupt};
  try {
    // from_blob wants a mutable pointer; the copy that `to` makes is what the network sees.
    auto* data = const_cast<float*>(z.values.data());
    const auto latents = torch::from_blob(data, z.shape, torch::kFloat32).to(device, torch::kFloat32, false, true);
    return generator.synthesize(generator.map(latents, control), control);
  } catch (const c10::Error& error) {
    throw ModelError(std::string("the picture could not be made: ") + error.what_without_backtrace());
  }
}

}  // namespace

FloatTensor OpenedModel::generate(const FloatTensor& z, const Interrupt& interrupt) const {
  const auto& info = m_parts->info;
  if (z.shape.size() != 2 || z.shape[1] != info.zDim || z.elementCount() != static_cast<std::int64_t>(z.values.size())) {
    throw ModelError("z is " + shapeText(z.shape) + ", this generator takes N×" + std::to_string(info.zDim));
  }
  const auto image = run(*m_parts->generator, m_parts->device, z, interrupt).to(torch::kCPU).contiguous();
  FloatTensor result{{image.sizes().begin(), image.sizes().end()}, {}};
  result.values.assign(image.data_ptr<float>(), image.data_ptr<float>() + image.numel());
  return result;
}

Frame OpenedModel::render(const LatentState& state, std::uint64_t generation, const Interrupt& interrupt) const {
  const auto& info = m_parts->info;
  Frame frame;
  frame.model = m_parts->id;
  frame.generation = generation;
  frame.width = info.width;
  frame.height = info.height;
  frame.latent = state;
  auto start = Clock::now();
  const FloatTensor z{{1, info.zDim}, resolveZ(state, info)};
  frame.timings.resolve = millisecondsSince(start);
  start = Clock::now();
  const auto image = run(*m_parts->generator, m_parts->device, z, interrupt).contiguous();
  frame.timings.synthesis = millisecondsSince(start);
  start = Clock::now();
  frame.pixels = packFrame(image, info.range);
  frame.timings.pack = millisecondsSince(start);
  return frame;
}

}  // namespace loom::model

#include "model/worker/opened_parts.h"

#include "model/checkpoint/mapped_file.h"
#include "model/compute_device.h"
#include "model/free_memory.h"
#include "model/generators/chain_generator.h"
#include "model/generators/skip_init.h"
#include "model/generators/state_dict.h"
#include "model/worker/kept_memory.h"

#include <ATen/DeviceAccelerator.h>

#include <algorithm>
#include <atomic>

namespace loom::model {
namespace {

std::uint64_t nextId() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

torch::Device torchDevice() {
  return computeDevice().cuda ? torch::Device(torch::kCUDA, 0) : torch::Device(torch::kCPU);
}

/// True where the GPU had not the memory. Its libraries tell it in their own words.
bool isMemoryFull(const c10::Error& error) {
  constexpr int kCudaOutOfMemory = 2;
  if (dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr) {
    return true;
  }
  if (const auto* failed = dynamic_cast<const c10::AcceleratorError*>(&error)) {
    return failed->get_error_code() == kCudaOutOfMemory;
  }
  const std::string text = error.what_without_backtrace();
  return text.find("CUBLAS_STATUS_ALLOC_FAILED") != std::string::npos ||
         text.find("DEVICE_ALLOCATION_FAILED") != std::string::npos ||
         text.find("CUDNN_STATUS_ALLOC_FAILED") != std::string::npos;
}

/// The settings that decide over what the layers are given: all but the transform and the seed of noise.
SynthesisSettings shapesOf(SynthesisSettings settings) {
  settings.transform.reset();
  settings.noiseSeed = 0;
  settings.truncation = 1.0;
  return settings;
}

void dropCache() { at::accelerator::emptyCache(); }

}  // namespace

OpenedModel::Parts::Parts(std::shared_ptr<const Checkpoint> file, ModelChoice chosen)
    : id(nextId()),
      path(file->path),
      notes(file->notes),
      device(torchDevice()),
      checkpoint(std::move(file)),
      choice(std::move(chosen)),
      container(checkpoint->container),
      group(choice.group->name),
      metadata(checkpoint->metadata) {
  for (const TensorView& tensor : choice.group->tensors) {
    tensors.emplace_back(tensor.name, tensor.shape);
  }
}

void OpenedModel::Parts::build() {
  workInMemory(1, m_most, [&](std::size_t, std::size_t) { buildOn(device); },
               {dropCache, [&] {
                  device = torch::kCPU;
                  notes.emplace_back("The GPU has not the memory for this network: the CPU makes the pictures.");
                }});
  info = generator->info();
  if (!info.runsProgram) {
    info.parameterCount = m_parameters;
  }
  noteLayout();
  if (device.is_cpu()) {
    checkpoint.reset();
    choice.group = nullptr;
  }
}

/// Throws DeviceMemoryFull, where `where` is a GPU, and ModelError.
void OpenedModel::Parts::buildOn(torch::Device where) {
  const std::string name = path.filename().string();
  const GenerationStream stream(where);
  generator.reset();
  m_made.reset();
  try {
    std::shared_ptr<Generator> made;
    {
      const SkipInit weightsComeFromTheFile;
      made = choice.recognition.make();
    }
    loadStateDict(*made, *choice.group, *checkpoint, choice.recognition);
    if (checkpoint->file->changed()) {
      throw ModelError("the file changed while it was read. Is another program still writing it? Open it again");
    }
    made->eval();
    made->to(where);
    m_parameters = parameterCount(*made);  // before they take another form
    {
      const torch::NoGradGuard noGrad;
      made->finishLoading();
    }
    made->to(where);  // what it registered beside the weights
    generator = std::move(made);
  } catch (const ModelError& error) {
    throw ModelError(name + " cannot be used: " + error.what() + ".");
  } catch (const c10::Error& error) {
    if (where.is_cuda() && isMemoryFull(error)) {
      throw DeviceMemoryFull();
    }
    throw ModelError(name + " cannot be used: " + error.what_without_backtrace());
  }
}

void OpenedModel::Parts::noteLayout() {
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

bool OpenedModel::Parts::onCpu() const {
  const std::lock_guard lock(m_atWork);
  return device.is_cpu();
}

bool OpenedModel::Parts::hasMade(const SynthesisSettings& settings) const { return m_made == shapesOf(settings); }

void OpenedModel::Parts::noteMade(const SynthesisSettings& settings) { m_made = shapesOf(settings); }

void OpenedModel::Parts::moveToCpu() {
  const std::lock_guard lock(m_atWork);
  if (device.is_cpu()) {
    return;  // another caller was here first
  }
  graph.drop();
  buildOn(torch::kCPU);
  device = torch::kCPU;
  m_most = std::numeric_limits<std::size_t>::max();
  checkpoint.reset();
  choice.group = nullptr;
  tellDeviceNews("The GPU's memory is full: from now on the CPU makes the pictures of " + path.filename().string() +
                 ". Open it again to try the GPU again.");
}

void OpenedModel::Parts::runBatches(std::size_t count,
                                    const std::function<void(std::size_t first, std::size_t size)>& work) {
  std::size_t most = 0;
  {
    const std::lock_guard lock(m_atWork);
    most = device.is_cpu() && count > 1 ? std::min(m_most, mostInMemory(freeMemory(), m_bytesEach)) : m_most;
  }
  const auto guarded = [&](std::size_t first, std::size_t size) {
    const std::lock_guard lock(m_atWork);
    const c10::InferenceMode inference;
    const GenerationStream stream(device);
    try {
      const std::size_t before = markTensorMemory();
      work(first, size);
      m_bytesEach = std::max(m_bytesEach, (tensorMemory().most - before) / size);
    } catch (const c10::Error& error) {
      if (device.is_cuda() && isMemoryFull(error)) {
        throw DeviceMemoryFull();
      }
      throw ModelError(std::string("the picture could not be made: ") + error.what_without_backtrace());
    }
  };
  const auto dropAll = [this] {
    {
      const std::lock_guard lock(m_atWork);
      graph.drop();
    }
    dropCache();
  };
  workInMemory(count, most, guarded, {dropAll, [this] { moveToCpu(); }});
  const std::lock_guard lock(m_atWork);
  if (!device.is_cpu()) {
    m_most = std::min(m_most, most);
  }
}

}  // namespace loom::model

#include "model/generators/script_program.h"

#include "model/checkpoint/mapped_file.h"
#include "model/generators/generator.h"

#include <torch/script.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

namespace loom::model {
namespace {

using Shape = std::vector<std::int64_t>;

/// The mapped bytes as LibTorch reads archives: what runs is what was looked at, whatever lies on the disk by then.
class MappedArchive : public caffe2::serialize::ReadAdapterInterface {
 public:
  explicit MappedArchive(std::shared_ptr<const MappedFile> file) : m_file(std::move(file)) {}

  std::size_t size() const override { return m_file->bytes().size(); }

  std::size_t read(std::uint64_t position, void* target, std::size_t count, const char*) const override {
    const auto bytes = m_file->bytes();
    if (position >= bytes.size()) {
      return 0;
    }
    const std::size_t taken = std::min<std::size_t>(count, bytes.size() - position);
    std::memcpy(target, bytes.data() + position, taken);
    return taken;
  }

 private:
  std::shared_ptr<const MappedFile> m_file;
};

/// One guess at what forward takes.
struct Trial {
  Shape item;  // of one input, without N
  bool isPicture() const { return item.size() == 3 && item[1] > 1; }
};

/// What the weights suggest, then what is usual. The first layer comes first.
std::vector<Trial> trialsFor(const torch::jit::Module& module) {
  constexpr std::size_t kMost = 40;
  constexpr std::int64_t kSide = 256;
  std::vector<Trial> trials;
  const auto add = [&](Shape item) {
    const bool isNew = std::none_of(trials.begin(), trials.end(), [&](const Trial& t) { return t.item == item; });
    if (isNew && trials.size() < kMost) {
      trials.push_back({std::move(item)});
    }
  };
  for (const torch::Tensor& weight : module.parameters()) {
    if (weight.dim() == 2) {
      add({weight.size(1)});
    } else if (weight.dim() == 4) {
      add({weight.size(0), 1, 1});
      if (weight.size(1) == 1 || weight.size(1) == 3) {
        add({weight.size(1), kSide, kSide});
      }
    }
  }
  for (const std::int64_t usual : {512, 256, 128, 100, 64}) {
    add({usual});
    add({usual, 1, 1});
  }
  return trials;
}

std::string oneLine(const std::string& text) {
  const std::string line = text.substr(0, text.find('\n'));
  return line.size() > 200 ? line.substr(0, 200) + "…" : line;
}

class ScriptGenerator : public Generator {
 public:
  ScriptGenerator() : Generator(GeneratorInfo{}) {}

  void load(const Checkpoint& checkpoint) {
    try {
      m_module = torch::jit::load(std::make_shared<MappedArchive>(checkpoint.file), torch::kCPU);
      m_module.eval();
      probe();
    } catch (const ModelError&) {
      throw;
    } catch (const std::exception& error) {
      throw ModelError("LibTorch cannot load its program: " + oneLine(error.what()));
    }
  }

  /// In the network's own shape: a program that gives N×784 is not made to give pictures here.
  torch::Tensor synthesize(const torch::Tensor& w, const SynthesisControl& control) override {
    if (!m_oneByOne || w.size(0) == 1) {
      return run(w);
    }
    std::vector<torch::Tensor> images;
    for (std::int64_t i = 0; i < w.size(0); ++i) {
      control.checkpoint();
      images.push_back(run(w.slice(0, i, i + 1)));
    }
    return torch::cat(images);
  }

  void to(torch::Device device, bool nonBlocking = false) override {
    Generator::to(device, nonBlocking);
    m_module.to(device, nonBlocking);
  }

 private:
  /// forward(x) as float32; a tuple's first tensor counts.
  torch::Tensor run(const torch::Tensor& x) {
    Shape shape{x.size(0)};
    shape.insert(shape.end(), m_item.begin(), m_item.end());
    torch::jit::IValue result;
    try {
      result = m_module.forward({info().input == InputKind::Picture ? x : x.reshape(shape)});
    } catch (const std::exception& error) {
      throw ModelError("the file's program failed: " + oneLine(error.what()));
    }
    if (result.isTuple() && !result.toTuple()->elements().empty()) {
      result = result.toTuple()->elements()[0];
    }
    if (!result.isTensor()) {
      throw ModelError("the file's program gives no tensor");
    }
    return result.toTensor().to(torch::kFloat32);
  }

  void probe() {
    const auto parameters = m_module.get_method("forward").function().getSchema().arguments();
    const auto needed = std::count_if(parameters.begin() + 1, parameters.end(),
                                      [](const auto& argument) { return !argument.default_value(); });
    if (parameters.size() < 2 || needed > 1) {
      throw ModelError("its program's forward takes " + std::to_string(needed) +
                       " inputs, and only programs of one can be run: z or a picture");
    }
    const torch::NoGradGuard noGradients;
    std::string lastProblem = "nothing fitted";
    for (const Trial& trial : trialsFor(m_module)) {
      for (const std::int64_t count : {2, 1}) {
        try {
          if (adopt(trial, count)) {
            return;
          }
          lastProblem = "it gave no pictures";
        } catch (const ModelError& error) {
          lastProblem = error.what();
        }
      }
    }
    throw ModelError("its program was given latent vectors and pictures of the sizes that its weights suggest, and made "
                     "no pictures of them (" + lastProblem + ")");
  }

  /// Whether forward makes pictures of `trial`; then info() tells of them.
  bool adopt(const Trial& trial, std::int64_t count) {
    GeneratorInfo& info = editableInfo();
    info = {};
    info.architecture = kTorchScript;
    info.runsProgram = true;
    m_item = trial.item;
    if (trial.isPicture()) {
      info.input = InputKind::Picture;
      info.inputChannels = static_cast<int>(trial.item[0]);
      info.inputMultiple = 4;  // nobody tells: what most networks of this kind need at least
    } else {
      info.zDim = static_cast<int>(trial.item[0]);
    }
    m_oneByOne = count == 1;
    const auto generator = at::detail::createCPUGenerator(42);
    Shape shape{count};
    shape.insert(shape.end(), trial.item.begin(), trial.item.end());
    const torch::Tensor input = trial.isPicture() ? torch::rand(shape, generator) * 2 - 1 : torch::randn(shape, generator);
    const torch::Tensor image = run(input);
    if (!describeOutput(image, count)) {
      return false;
    }
    if (trial.isPicture() && (info.height == trial.item[1] && info.width == trial.item[2])) {
      info.height = info.width = 0;  // as the input
    }
    const bool neverNegative = image.min().item<float>() >= 0.0F;
    info.range = neverNegative ? ValueRange{0.0F, 1.0F} : ValueRange{-1.0F, 1.0F};
    info.options.emplace_back("Input", trial.isPicture() ? "a picture, found by trying" : "z, found by trying");
    info.options.emplace_back("Range", neverNegative ? "0 to 1, as seen in a picture" : "-1 to 1, as seen in a picture");
    for (const torch::Tensor& parameter : m_module.parameters()) {
      info.parameterCount += parameter.numel();
    }
    return true;
  }

  bool describeOutput(const torch::Tensor& image, std::int64_t count) {
    constexpr std::int64_t kLargest = 8192;
    GeneratorInfo& info = editableInfo();
    if (image.dim() < 2 || image.size(0) != count || !torch::isfinite(image).all().item<bool>()) {
      return false;
    }
    Shape picture;
    if (image.dim() == 4) {
      picture = {image.size(1), image.size(2), image.size(3)};
    } else if (image.dim() == 3) {
      picture = {1, image.size(1), image.size(2)};
    } else if (image.dim() == 2) {
      for (const std::int64_t channels : {1, 3}) {
        const auto side = std::llround(std::sqrt(static_cast<double>(image.size(1)) / static_cast<double>(channels)));
        if (side * side * channels == image.size(1)) {
          picture = {channels, side, side};
          break;
        }
      }
    }
    if (picture.empty() || (picture[0] != 1 && picture[0] != 3) || std::min(picture[1], picture[2]) < 4 ||
        std::max(picture[1], picture[2]) > kLargest) {
      return false;
    }
    info.channels = static_cast<int>(picture[0]);
    info.height = static_cast<int>(picture[1]);
    info.width = static_cast<int>(picture[2]);
    return true;
  }

  torch::jit::Module m_module;
  Shape m_item;             // of one input
  bool m_oneByOne = false;  // the program was traced for N = 1
};

}  // namespace

Recognition recogniseScript(const TensorGroup&, const Checkpoint& checkpoint) {
  Recognition recognition;
  if (checkpoint.container != kTorchScript) {
    recognition.mismatch = "the file holds no program";
    return recognition;
  }
  recognition.make = [] { return std::make_shared<ScriptGenerator>(); };
  recognition.load = [](Generator& generator, const TensorGroup&, const Checkpoint& from) {
    static_cast<ScriptGenerator&>(generator).load(from);
  };
  return recognition;
}

}  // namespace loom::model

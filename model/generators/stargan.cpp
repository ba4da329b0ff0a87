#include "model/generators/stargan.h"

namespace loom::model {
namespace {

using Options = StarganOptions;

constexpr int kMostHalvings = 6;
constexpr int kMostBlocks = 64;

/// Reads the layers in the order of their numbers. Throws Mismatch.
class Reader {
 public:
  explicit Reader(TensorNames& names) : m_names(names) {}

  Options read() {
    m_options.first = stage("0", "1", 7, 0);
    int number = 3;  // of the next layer: convolution, norm, ReLU
    int channels = m_options.first.conv.out;
    for (; m_names.find(std::to_string(number) + ".weight"); number += 3) {
      if (m_options.downs.size() == kMostHalvings) {
        throw Mismatch("it has more than " + std::to_string(kMostHalvings) + " convolutions before the first block");
      }
      m_options.downs.push_back(stage(std::to_string(number), std::to_string(number + 1), 4, channels));
      channels = m_options.downs.back().conv.out;
    }
    number = readBlocks(number, channels);
    for (std::size_t i = 0; i < m_options.downs.size(); ++i, number += 3) {
      m_options.ups.push_back(stage(std::to_string(number), std::to_string(number + 1), 4, channels, true));
      channels = m_options.ups.back().conv.out;
    }
    m_options.last = m_names.takeConvolution(std::to_string(number), 7, channels);
    m_names.requireAllTaken();
    if (m_options.labelCount() < 0) {
      throw Mismatch("it takes fewer channels than it gives, so no picture and its labels");
    }
    return m_options;
  }

 private:
  Options::Stage stage(const std::string& conv, const std::string& norm, int kernel, int in, bool transposed = false) {
    Options::Stage result;
    result.conv = m_names.takeConvolution(conv, kernel, in, transposed);
    result.norm = m_names.takeNorm(norm, result.conv.out);
    return result;
  }

  int readBlocks(int number, int channels) {
    for (;; ++number) {
      const std::string block = std::to_string(number) + ".main.";
      if (!m_names.find(block + "0.weight")) {
        break;
      }
      if (m_options.blocks.size() == 2 * kMostBlocks) {
        throw Mismatch("it has more than " + std::to_string(kMostBlocks) + " residual blocks");
      }
      for (const int part : {0, 3}) {
        m_options.blocks.push_back(stage(block + std::to_string(part), block + std::to_string(part + 1), 3, channels));
        if (m_options.blocks.back().conv.out != channels) {
          throw Mismatch("its residual blocks change the number of channels");
        }
      }
    }
    if (m_options.blocks.empty()) {
      throw Mismatch("it has no residual block " + m_names.prefix() + std::to_string(number) + ".main.0.weight");
    }
    return number;
  }

  TensorNames& m_names;
  Options m_options;
};

GeneratorInfo describe(const Options& options) {
  auto info =
      describePictureGenerator("StarGAN", options.last.out, options.last.out, static_cast<int>(options.downs.size()));
  info.classCount = options.labelCount();
  info.labels = info.classCount > 0 ? LabelKind::Attributes : LabelKind::None;
  info.hasNormStatistics = options.first.norm.statistics;
  info.options.emplace_back("Width", std::to_string(options.first.conv.out));
  info.options.emplace_back("Halvings", std::to_string(options.downs.size()));
  info.options.emplace_back("Residual blocks", std::to_string(options.blocks.size() / 2));
  return info;
}

Recognition recogniseStargan(const TensorGroup& group, const Checkpoint&) {
  Recognition recognition;
  const auto prefix = prefixBefore("main.0.weight", group);
  if (!prefix) {
    recognition.mismatch = "it has no tensor main.0.weight";
    return recognition;
  }
  const std::string main = *prefix + "main.";
  try {
    TensorNames names(group, main);
    const Options options = Reader(names).read();
    describe(options);  // refuses what is no picture
    recognition.fileName = replacePrefix("main.", main);
    recognition.make = [options] { return std::make_shared<StarganGenerator>(options); };
  } catch (const Mismatch& mismatch) {
    recognition.mismatch = mismatch.what();
  }
  return recognition;
}

torch::Tensor relu(const torch::Tensor& x) { return x.relu_(); }

void add(PictureChain& chain, int number, const Options::Stage& stage, ConvOptions conv) {
  conv.shape = stage.conv;
  chain.add(number, std::make_shared<ConvLayer>(conv));
  // The author's solver.py never leaves the training mode: the picture's own statistics, though others are stored.
  chain.add(number + 1, std::make_shared<NormLayer>(stage.conv.out, stage.norm, NormStatistics::Instance));
}

}  // namespace

StarganGenerator::StarganGenerator(const StarganOptions& options)
    : Generator(describe(options)), m_main(std::make_shared<PictureChain>()) {
  const ConvOptions halve{.kernel = 4, .stride = 2, .padding = 1};
  const ConvOptions twice{.kernel = 4, .stride = 2, .padding = 1, .transposed = true};
  const ConvOptions edge{.kernel = 7, .padding = 3};
  add(*m_main, 0, options.first, edge);
  m_main->add(relu);
  int number = 3;
  for (const auto& down : options.downs) {
    add(*m_main, number, down, halve);
    m_main->add(relu);
    number += 3;
  }
  for (std::size_t i = 0; i + 1 < options.blocks.size(); i += 2) {
    auto chain = std::make_shared<PictureChain>();
    add(*chain, 0, options.blocks[i], {.padding = 1});
    chain->add(relu);
    add(*chain, 3, options.blocks[i + 1], {.padding = 1});
    m_main->add(number++, std::make_shared<ResidualLayer>("main", std::move(chain)));
  }
  for (const auto& up : options.ups) {
    add(*m_main, number, up, twice);
    m_main->add(relu);
    number += 3;
  }
  ConvOptions last = edge;
  last.shape = options.last;
  m_main->add(number, std::make_shared<ConvLayer>(last));
  m_main->add([](const torch::Tensor& x) { return torch::tanh(x); });
  register_module("main", m_main);
}

torch::Tensor StarganGenerator::map(const torch::Tensor& z, const torch::Tensor& c, const SynthesisControl&) {
  if (!c.defined()) {
    return z;
  }
  return torch::cat({z, c.view({c.size(0), c.size(1), 1, 1}).expand({-1, -1, z.size(2), z.size(3)})}, 1);
}

torch::Tensor StarganGenerator::synthesize(const torch::Tensor& w, const SynthesisControl& control) {
  return m_main->forward(w, control);
}

Architecture starganArchitecture() {
  return {"StarGAN",
          "residual blocks (main.9.main.0.weight, …) between convolutions that begin and end with 7×7 (main.0.weight), "
          "whose first takes the labels beside the picture",
          recogniseStargan};
}

}  // namespace loom::model

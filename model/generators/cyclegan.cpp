#include "model/generators/cyclegan.h"

namespace loom::model {
namespace {

using Options = CycleganOptions;

constexpr int kMostHalvings = 6;
constexpr int kMostBlocks = 64;

/// Where the second convolution of a block stands: after padding (unless zeros), convolution, norm, ReLU, dropout.
int secondConvolution(const Options& options) { return (options.reflectBlocks ? 5 : 3) + (options.dropout ? 1 : 0); }

/// Reads the layers in the order of their numbers. Throws Mismatch.
class Reader {
 public:
  explicit Reader(TensorNames& names) : m_names(names) {}

  Options read() {
    const TensorView* one = m_names.find("1.weight");  // after zeros it is the first norm's, a vector
    m_options.reflectEdges = one && one->shape.size() == 4;
    m_number = m_options.reflectEdges ? 1 : 0;
    m_options.first = stage(m_number, 7, 0);
    m_number += 3;
    // With instance norm, which has no tensors, the authors give convolutions a bias; without any norm they give none.
    m_options.normed = m_options.first.conv.bias || m_options.first.norm.affine;
    int channels = m_options.first.conv.out;
    while (has(m_number, ".weight")) {
      if (m_options.downs.size() == kMostHalvings) {
        throw Mismatch("it has more than " + std::to_string(kMostHalvings) + " convolutions before the first block");
      }
      m_options.downs.push_back(stage(m_number, 3, channels));
      channels = m_options.downs.back().conv.out;
      m_number += 3;
    }
    readBlocks(channels);
    for (std::size_t i = 0; i < m_options.downs.size(); ++i) {
      channels = readUp(channels);
    }
    m_options.last = m_names.takeConvolution(std::to_string(m_number + (m_options.reflectEdges ? 1 : 0)), 7, channels);
    m_names.requireAllTaken();
    return m_options;
  }

 private:
  bool has(int number, const std::string& rest) const { return m_names.find(std::to_string(number) + rest) != nullptr; }

  Options::Stage stage(const std::string& conv, const std::string& norm, int kernel, int in, bool transposed = false) {
    Options::Stage result;
    result.conv = m_names.takeConvolution(conv, kernel, in, transposed);
    result.norm = m_names.takeNorm(norm, result.conv.out);
    // Files of PyTorch before 0.4 carry statistics of instance norms, which nothing ever used: the authors drop them.
    result.norm.statistics = result.norm.statistics && result.norm.affine;
    return result;
  }

  Options::Stage stage(int number, int kernel, int in) {
    return stage(std::to_string(number), std::to_string(number + 1), kernel, in);
  }

  void readBlocks(int channels) {
    m_options.reflectBlocks = !has(m_number, ".conv_block.0.weight");
    const int first = m_options.reflectBlocks ? 1 : 0;
    m_options.dropout = false;
    m_options.dropout = !has(m_number, ".conv_block." + std::to_string(secondConvolution(m_options)) + ".weight");
    const int second = secondConvolution(m_options);
    while (has(m_number, ".conv_block." + std::to_string(first) + ".weight")) {
      if (m_options.blocks.size() == kMostBlocks) {
        throw Mismatch("it has more than " + std::to_string(kMostBlocks) + " residual blocks");
      }
      const std::string block = std::to_string(m_number) + ".conv_block.";
      const auto part = [&](int number) {
        return stage(block + std::to_string(number), block + std::to_string(number + 1), 3, channels);
      };
      m_options.blocks.push_back({part(first), part(second)});
      if (m_options.blocks.back().first.conv.out != channels || m_options.blocks.back().second.conv.out != channels) {
        throw Mismatch("its residual blocks change the number of channels");
      }
      ++m_number;
    }
    if (m_options.blocks.empty()) {
      throw Mismatch("it has no residual block " + m_names.prefix() + std::to_string(m_number) +
                     ".conv_block.1.weight");
    }
  }

  int readUp(int channels) {
    Options::Up up;
    up.resized = !has(m_number, ".weight");
    if (up.resized) {
      m_number += 2;  // Upsample, ReflectionPad2d
    }
    up.stage = stage(std::to_string(m_number), std::to_string(m_number + 1), 3, channels, !up.resized);
    m_number += 3;
    m_options.ups.push_back(up);
    return up.stage.conv.out;
  }

  TensorNames& m_names;
  Options m_options;
  int m_number = 0;  // of the next layer
};

bool statisticsOf(const Options& options) { return options.first.norm.statistics; }

std::string normName(const Options& options) {
  if (!options.normed) {
    return "none";
  }
  return statisticsOf(options) ? "batch" : "instance";
}

GeneratorInfo describe(const Options& options) {
  auto info = describePictureGenerator("CycleGAN", options.first.conv.in, options.last.out,
                                       static_cast<int>(options.downs.size()));
  info.hasNormStatistics = statisticsOf(options);
  info.options.emplace_back("Width", std::to_string(options.first.conv.out));
  info.options.emplace_back("Halvings", std::to_string(options.downs.size()));
  info.options.emplace_back("Residual blocks", std::to_string(options.blocks.size()));
  info.options.emplace_back("Norm", normName(options));
  info.options.emplace_back("Padding in blocks", options.reflectBlocks ? "mirrored" : "zeros");
  info.options.emplace_back("Doubling",
                            !options.ups.empty() && options.ups.front().resized ? "resized" : "transposed convolution");
  return info;
}

Recognition recogniseCyclegan(const TensorGroup& group, const Checkpoint&) {
  Recognition recognition;
  auto prefix = prefixBefore("model.1.weight", group);
  prefix = prefix ? prefix : prefixBefore("model.0.weight", group);
  if (!prefix) {
    recognition.mismatch = "it has no tensor model.1.weight";
    return recognition;
  }
  const std::string model = *prefix + "model.";
  try {
    TensorNames names(group, model);
    const Options options = Reader(names).read();
    describe(options);  // refuses what is no picture
    recognition.fileName = replacePrefix("model.", model);
    recognition.make = [options] { return std::make_shared<CycleganGenerator>(options); };
  } catch (const Mismatch& mismatch) {
    recognition.mismatch = mismatch.what();
  }
  return recognition;
}

/// Adds a stage's layers under their numbers in `chain`.
class Builder {
 public:
  explicit Builder(const Options& options) : m_normed(options.normed) {}

  void add(PictureChain& chain, int number, const Options::Stage& stage, ConvOptions conv, bool relu = true) const {
    conv.shape = stage.conv;
    chain.add(number, std::make_shared<ConvLayer>(conv));
    if (m_normed) {
      // The stored statistics, as in PyTorch's eval mode: the authors' test.py --eval. Without it theirs takes the
      // picture's own and leaves dropout on.
      chain.add(number + 1, std::make_shared<NormLayer>(stage.conv.out, stage.norm, NormStatistics::Stored));
    }
    if (relu) {
      chain.add([](const torch::Tensor& x) { return x.relu_(); });
    }
  }

 private:
  bool m_normed;
};

/// The bilinear enlargement that the authors put in place of transposed convolutions.
torch::Tensor doubled(const torch::Tensor& x) {
  namespace F = torch::nn::functional;
  const std::vector<std::int64_t> size{2 * x.size(2), 2 * x.size(3)};
  return F::interpolate(x, F::InterpolateFuncOptions().size(size).mode(torch::kBilinear).align_corners(true));
}

}  // namespace

CycleganGenerator::CycleganGenerator(const CycleganOptions& options)
    : Generator(describe(options)), m_model(std::make_shared<PictureChain>()) {
  const Builder build(options);
  const ConvOptions edge{.kernel = 7, .padding = 3, .reflect = options.reflectEdges};
  int number = options.reflectEdges ? 1 : 0;
  build.add(*m_model, number, options.first, edge);
  for (const auto& down : options.downs) {
    build.add(*m_model, number += 3, down, {.stride = 2, .padding = 1});
  }
  number += 3;
  const ConvOptions inner{.padding = 1, .reflect = options.reflectBlocks};
  for (const auto& block : options.blocks) {
    auto chain = std::make_shared<PictureChain>();
    build.add(*chain, options.reflectBlocks ? 1 : 0, block.first, inner);
    build.add(*chain, secondConvolution(options), block.second, inner, false);
    m_model->add(number++, std::make_shared<ResidualLayer>("conv_block", std::move(chain)));
  }
  for (const auto& up : options.ups) {
    if (up.resized) {
      m_model->add(doubled);
      build.add(*m_model, number + 2, up.stage, {.padding = 1, .reflect = true});
      number += 5;
    } else {
      build.add(*m_model, number, up.stage, {.stride = 2, .padding = 1, .transposed = true, .outputPadding = 1});
      number += 3;
    }
  }
  ConvOptions last = edge;
  last.shape = options.last;
  m_model->add(number + (options.reflectEdges ? 1 : 0), std::make_shared<ConvLayer>(last));
  m_model->add([](const torch::Tensor& x) { return torch::tanh(x); });
  register_module("model", m_model);
}

torch::Tensor CycleganGenerator::synthesize(const torch::Tensor& w, const SynthesisControl& control) {
  return m_model->forward(w, control);
}

Architecture cycleganArchitecture() {
  return {"CycleGAN",
          "residual blocks (model.10.conv_block.1.weight, …) between convolutions that begin and end with 7×7 "
          "(model.1.weight), from a picture of 1 or 3 channels to another",
          recogniseCyclegan};
}

}  // namespace loom::model

#include "model/generators/pix2pix.h"

namespace loom::model {
namespace {

using Options = Pix2pixOptions;

constexpr int kKernel = 4;
constexpr int kFewestBlocks = 2;
constexpr int kMostBlocks = 12;  // 4096 pixels at least: beyond it no picture is large enough

torch::Tensor relu(const torch::Tensor& x) { return x.relu_(); }
torch::Tensor leakyRelu(torch::Tensor x) { return torch::leaky_relu_(x, 0.2); }

/// Reads the blocks from the outermost inwards. Throws Mismatch.
class Reader {
 public:
  explicit Reader(TensorNames& names) : m_names(names) {}

  Options read() {
    readBlock("");
    m_names.requireAllTaken();
    // With instance norm, which has no tensors, the authors give convolutions a bias; without any norm they give none.
    const auto& inner = m_options.blocks[1];
    m_options.normed = inner.down.bias || inner.upNorm.affine;
    return m_options;
  }

 private:
  /// Returns the channels that the block hands to the one around it. The numbers within a block follow from the layers
  /// without weights: ReLUs, the block within, dropout.
  int readBlock(const std::string& path) {
    if (m_options.blocks.size() == kMostBlocks) {
      throw Mismatch("it has more than " + std::to_string(kMostBlocks) + " blocks within one another");
    }
    const std::size_t place = m_options.blocks.size();
    const bool outermost = place == 0;
    const bool innermost = !outermost && !m_names.find(path + "5.weight");
    Options::Block block;
    const int in = outermost ? 0 : m_options.blocks.back().down.out;
    block.down = m_names.takeConvolution(path + (outermost ? "0" : "1"), kKernel, in);
    if (!outermost && !innermost) {
      block.downNorm = takeNorm(path + "2", block.down.out);
    }
    m_options.blocks.push_back(block);
    const int upIn =
        innermost ? block.down.out : block.down.out + readBlock(path + (outermost ? "1.model." : "3.model."));
    const std::string up = path + (innermost || outermost ? "3" : "5");
    block.up = m_names.takeConvolution(up, kKernel, upIn, true);
    if (!outermost) {
      block.upNorm = takeNorm(path + (innermost ? "4" : "6"), block.up.out);
    }
    m_options.blocks[place] = block;
    return block.up.out;
  }

  NormShape takeNorm(const std::string& name, int channels) {
    NormShape norm = m_names.takeNorm(name, channels);
    norm.statistics = norm.statistics && norm.affine;  // old instance norms carry some that nothing ever used
    return norm;
  }

  TensorNames& m_names;
  Options m_options;
};

GeneratorInfo describe(const Options& options) {
  const auto& outermost = options.blocks.front();
  const bool batch = options.blocks.back().upNorm.statistics;
  auto info =
      describePictureGenerator("pix2pix", outermost.down.in, outermost.up.out, static_cast<int>(options.blocks.size()));
  info.hasNormStatistics = batch;
  info.options.emplace_back("Width", std::to_string(outermost.down.out));
  info.options.emplace_back("Halvings", std::to_string(options.blocks.size()));
  info.options.emplace_back("Norm", !options.normed ? "none" : batch ? "batch" : "instance");
  return info;
}

Recognition recognisePix2pix(const TensorGroup& group, const Checkpoint&) {
  Recognition recognition;
  const auto prefix = prefixBefore("model.model.0.weight", group);
  if (!prefix) {
    recognition.mismatch = "it has no tensor model.model.0.weight";
    return recognition;
  }
  const std::string outermost = *prefix + "model.model.";
  try {
    TensorNames names(group, outermost);
    const Options options = Reader(names).read();
    if (options.blocks.size() < kFewestBlocks) {
      throw Mismatch("it has no block within the outermost");
    }
    describe(options);  // refuses what is no picture
    recognition.fileName = replacePrefix("model.model.", outermost);
    recognition.make = [options] { return std::make_shared<Pix2pixGenerator>(options); };
  } catch (const Mismatch& mismatch) {
    recognition.mismatch = mismatch.what();
  }
  return recognition;
}

/// One block of the U-Net: `model` as the original's, its output beside its input unless it is the outermost.
class UnetBlock : public PictureLayer {
 public:
  UnetBlock(const Options& options, std::size_t place) : m_outermost(place == 0) {
    const auto& block = options.blocks[place];
    const bool innermost = place + 1 == options.blocks.size();
    int number = m_outermost ? 0 : 1;  // a ReLU goes before
    if (!m_outermost) {
      m_model->add(leakyRelu);
    }
    addConvolution(number++, block.down, false);
    if (!m_outermost && !innermost) {
      addNorm(options, number++, block.down.out, block.downNorm);
    }
    if (!innermost) {
      m_model->add(number++, std::make_shared<UnetBlock>(options, place + 1));
    }
    m_model->add(relu);
    addConvolution(++number, block.up, true);
    if (m_outermost) {
      m_model->add([](const torch::Tensor& x) { return torch::tanh(x); });
    } else {
      addNorm(options, number + 1, block.up.out, block.upNorm);
    }
    register_module("model", m_model);
  }

  torch::Tensor forward(const torch::Tensor& x, const SynthesisControl& control) override {
    const auto y = m_model->forward(x, control);
    // The first ReLU works in place, as the original's does: what is laid beside is already cut.
    return m_outermost ? y : torch::cat({x, y}, 1);
  }

 private:
  void addConvolution(int number, const ConvShape& shape, bool transposed) {
    m_model->add(number, std::make_shared<ConvLayer>(ConvOptions{
                             .shape = shape, .kernel = kKernel, .stride = 2, .padding = 1, .transposed = transposed}));
  }

  void addNorm(const Options& options, int number, int channels, const NormShape& shape) {
    if (options.normed) {
      // The stored statistics, as in PyTorch's eval mode: the authors' test.py --eval. Without it theirs takes the
      // picture's own and leaves dropout on.
      m_model->add(number, std::make_shared<NormLayer>(channels, shape, NormStatistics::Stored));
    }
  }

  bool m_outermost;
  std::shared_ptr<PictureChain> m_model = std::make_shared<PictureChain>();
};

}  // namespace

Pix2pixGenerator::Pix2pixGenerator(const Pix2pixOptions& options)
    : Generator(describe(options)), m_model(std::make_shared<UnetBlock>(options, 0)) {
  register_module("model", m_model);
}

torch::Tensor Pix2pixGenerator::synthesize(const torch::Tensor& w, const SynthesisControl& control) {
  return m_model->forward(w, control);
}

Architecture pix2pixArchitecture() {
  return {
      "pix2pix",
      "a U-Net of 4×4 convolutions in blocks within blocks (model.model.0.weight, model.model.1.model.1.weight, …), "
      "from a picture of 1 or 3 channels to another",
      recognisePix2pix};
}

}  // namespace loom::model

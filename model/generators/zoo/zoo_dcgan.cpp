#include "model/generators/zoo/zoo_dcgan.h"

#include "model/generators/group_shapes.h"
#include "model/generators/zoo/zoo_config.h"

namespace loom::model {
namespace {

constexpr std::size_t kMostScales = 10;  // 4096 pixels

GeneratorInfo describe(const ZooDcganOptions& options) {
  GeneratorInfo info;
  info.architecture = "DCGAN";
  info.zDim = options.zDim;
  info.classCount = options.labelCount;
  info.labels = options.labelCount > 0 ? LabelKind::Classes : LabelKind::None;
  info.channels = options.pictureChannels;
  info.height = info.width = options.resolution();
  std::string widths;
  for (const int width : options.channels) {
    widths += (widths.empty() ? "" : ", ") + std::to_string(width);
  }
  info.options = {{"Layout", "pytorch_GAN_zoo"}, {"Channels", widths}};
  return info;
}

void expectNorm(GroupShapes& shapes, const std::string& name, std::int64_t channels) {
  for (const char* leaf : {".weight", ".bias", ".running_mean", ".running_var"}) {
    shapes.expect(name + leaf, {channels});
  }
}

Recognition recognise(const TensorGroup& group, const Checkpoint& checkpoint) {
  const std::string first = "formatLayer.weight";
  GroupShapes shapes(group, dataParallelPrefix(group, first));
  ZooDcganOptions options;
  options.channels.push_back(static_cast<int>(shapes.size(first, 1)));
  options.labelCount = zooLabelCount(checkpoint);
  options.zDim = static_cast<int>(shapes.size(first, 0)) - options.labelCount;
  shapes.expect(first, {options.zDim + options.labelCount, options.channels[0], 4, 4});
  shapes.require(options.zDim > 0, "its configuration tells more labels than " + first + " takes");
  expectNorm(shapes, "main.batchNorm0", options.channels[0]);
  for (std::size_t i = 1; shapes.fits() && shapes.has("main.convTranspose" + std::to_string(i) + ".weight"); ++i) {
    const std::string name = "main.convTranspose" + std::to_string(i) + ".weight";
    const int next = static_cast<int>(shapes.size(name, 1));
    shapes.require(i < kMostScales, "it has more than " + std::to_string(kMostScales) + " scales");
    shapes.expect(name, {options.channels.back(), next, 4, 4});
    expectNorm(shapes, "main.batchNorm" + std::to_string(i), next);
    options.channels.push_back(next);
  }
  options.pictureChannels = static_cast<int>(shapes.size("main.outlayer.weight", 1));
  shapes.expect("main.outlayer.weight", {options.channels.back(), options.pictureChannels, 4, 4});
  shapes.require(options.pictureChannels == 1 || options.pictureChannels == 3,
                 "it gives " + std::to_string(options.pictureChannels) + " channels, a picture has 1 or 3");
  options.tanh = zooEndsInTanh(checkpoint, true);
  Recognition recognition;
  recognition.mismatch = shapes.mismatch();
  if (shapes.fits()) {
    recognition.make = [options] { return std::make_shared<ZooDcganGenerator>(options); };
    recognition.fileName = replacePrefix("", shapes.prefix());
  }
  return recognition;
}

}  // namespace

ZooDcganGenerator::ZooDcganGenerator(const ZooDcganOptions& options) : Generator(describe(options)), m_tanh(options.tanh) {
  using namespace torch::nn;
  const auto grow = [](std::int64_t in, std::int64_t out) {
    return ConvTranspose2d(ConvTranspose2dOptions(in, out, 4).stride(2).padding(1).bias(false));
  };
  m_formatLayer = register_module(
      "formatLayer",
      ConvTranspose2d(ConvTranspose2dOptions(options.zDim + options.labelCount, options.channels[0], 4).bias(false)));
  m_main->push_back("batchNorm0", BatchNorm2d(options.channels[0]));
  m_main->push_back("relu0", ReLU(ReLUOptions(true)));
  for (std::size_t i = 1; i < options.channels.size(); ++i) {
    const std::string number = std::to_string(i);
    m_main->push_back("convTranspose" + number, grow(options.channels[i - 1], options.channels[i]));
    m_main->push_back("batchNorm" + number, BatchNorm2d(options.channels[i]));
    m_main->push_back("relu" + number, ReLU(ReLUOptions(true)));
  }
  m_main->push_back("outlayer", grow(options.channels.back(), options.pictureChannels));
  register_module("main", m_main);
}

torch::Tensor ZooDcganGenerator::map(const torch::Tensor& z, const torch::Tensor& c, const SynthesisControl&) {
  return c.defined() ? torch::cat({z, c}, 1) : z;
}

void ZooDcganGenerator::finishLoading() {
  torch::nn::Sequential format(m_formatLayer);
  m_fixed.add(format);
  m_fixed.add(m_main);
  if (m_tanh) {
    m_fixed.activate(Then::Tanh);
  }
  unregister_module("formatLayer");
  unregister_module("main");
  m_formatLayer = nullptr;
  m_main = nullptr;
}

torch::Tensor ZooDcganGenerator::synthesize(const torch::Tensor& w, const SynthesisControl& control) {
  return m_fixed.forward(w.reshape({w.size(0), w.size(1), 1, 1}), control);
}

Architecture zooDcganArchitecture() {
  return {"DCGAN (pytorch_GAN_zoo)",
          "formatLayer.weight, main.convTranspose1.weight, …, main.outlayer.weight, 4×4 each, with main.batchNorm0, … "
          "between",
          recognise};
}

}  // namespace loom::model

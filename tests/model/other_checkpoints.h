// Generators that are no StyleGAN2 or 3, with random weights, at the sizes that people have: for timings. Names and
// shapes are those of the programs that model/generators knows; amplitudes keep what goes through a network near one.
#pragma once

#include "tests/model/style_checkpoints.h"

namespace loom::test {

/// Draws the layers of one network.
class LayerWriter {
 public:
  using Shape = RandomNetwork::Shape;

  /// Amplitude by the numbers that each output sums up.
  void weight(const std::string& name, const Shape& shape, std::int64_t fanIn) {
    net.normal(name, shape, 1.0F / std::sqrt(static_cast<float>(fanIn)));
  }
  void linear(const std::string& name, std::int64_t out, std::int64_t in, bool bias = true) {
    weight(name + ".weight", {out, in}, in);
    if (bias) {
      net.normal(name + ".bias", {out}, 0.1F);
    }
  }
  void convolution(const std::string& name, std::int64_t out, std::int64_t in, std::int64_t kernel, bool bias = true) {
    weight(name + ".weight", {out, in, kernel, kernel}, in * kernel * kernel);
    if (bias) {
      net.normal(name + ".bias", {out}, 0.1F);
    }
  }
  void transposed(const std::string& name, std::int64_t in, std::int64_t out, std::int64_t kernel, bool bias = false) {
    weight(name + ".weight", {in, out, kernel, kernel}, in * kernel * kernel / 4);
    if (bias) {
      net.normal(name + ".bias", {out}, 0.1F);
    }
  }
  void norm(const std::string& name, std::int64_t channels) {
    net.normal(name + ".bias", {channels}, 0.2F);
    net.filled(name + ".weight", {channels}, 1.2F);
    statistics(name + ".running_mean", name + ".running_var", {channels});
  }
  void statistics(const std::string& mean, const std::string& variance, const Shape& shape) {
    net.normal(mean, shape, 0.1F);
    net.filled(variance, shape, 0.8F);
  }

  RandomNetwork net;
};

/// PyTorch's DCGAN example, 64 pixels, ngf 64.
inline RandomNetwork randomDcgan() {
  LayerWriter to;
  std::int64_t in = 100;
  int number = 0;
  for (const std::int64_t out : {512, 256, 128, 64}) {
    to.transposed("main." + std::to_string(number), in, out, 4);
    to.norm("main." + std::to_string(number + 1), out);
    number += 3;
    in = out;
  }
  to.transposed("main." + std::to_string(number), in, 3, 4);
  return to.net;
}

/// pytorch_GAN_zoo's.
inline RandomNetwork randomProgressiveGan(int resolution) {
  LayerWriter to;
  to.linear("formatLayer.module", 16 * 512, 512);
  to.convolution("groupScale0.0.module", 512, 512, 3);
  to.convolution("toRGBLayers.0.module", 3, 512, 1);
  std::int64_t in = 512;
  for (int pixels = 8, scale = 0; pixels <= resolution; pixels *= 2, ++scale) {
    const std::int64_t out = std::min(512, 16384 / pixels);
    const std::string name = "scaleLayers." + std::to_string(scale);
    to.convolution(name + ".0.module", out, in, 3);
    to.convolution(name + ".1.module", out, out, 3);
    to.convolution("toRGBLayers." + std::to_string(scale + 1) + ".module", 3, out, 1);
    in = out;
  }
  return to.net;
}

/// rosinality's StyleGAN: resized below 128 pixels, transposed convolutions from there on.
inline RandomNetwork randomStylegan1(int resolution) {
  constexpr std::int64_t kLatent = RandomNetwork::kLatent;
  constexpr int kFusedFrom = 128;
  LayerWriter to;
  // Weights are multiplied by √(2 / fan-in) when they act.
  const auto equal = [&](const std::string& name, const LayerWriter::Shape& shape) {
    to.net.normal(name + ".weight_orig", shape);
    to.net.filled(name + ".bias", {shape[0]}, 0.1F);
  };
  for (int layer = 0; layer < 8; ++layer) {
    equal("style." + std::to_string(2 * layer + 1) + ".linear", {kLatent, kLatent});
  }
  std::int64_t in = 0;
  int block = 0;
  for (int pixels = 4; pixels <= resolution; pixels *= 2, ++block) {
    const std::int64_t out = std::min(512, 16384 / pixels);
    const std::string name = "generator.progression." + std::to_string(block) + ".";
    if (in == 0) {
      to.net.normal(name + "conv1.input", {1, out, 4, 4});
    } else if (pixels >= kFusedFrom) {
      to.net.normal(name + "conv1.0.weight", {in, out, 3, 3});
      to.net.filled(name + "conv1.0.bias", {out}, 0.1F);
    } else {
      equal(name + "conv1.1.conv", {out, in, 3, 3});
    }
    if (in != 0) {
      std::vector<float> blur;
      for (std::int64_t channel = 0; channel < out; ++channel) {
        for (const float tap : {1.0F, 2.0F, 1.0F, 2.0F, 4.0F, 2.0F, 1.0F, 2.0F, 1.0F}) {
          blur.push_back(tap / 16.0F);
        }
      }
      to.net.values(name + (pixels >= kFusedFrom ? "conv1.1.weight" : "conv1.2.weight"), {out, 1, 3, 3}, blur);
    }
    equal(name + "conv2.conv", {out, out, 3, 3});
    for (const char* half : {"1", "2"}) {
      equal(name + "adain" + half + ".style.linear", {2 * out, kLatent});
      to.net.normal(name + "noise" + half + ".weight_orig", {1, out, 1, 1}, 0.1F);
    }
    equal("generator.to_rgb." + std::to_string(block) + ".conv", {3, out, 1, 1});
    in = out;
  }
  return to.net;
}

/// BigGAN-PyTorch's, 128 pixels: shared embedding, hierarchical z.
inline RandomNetwork randomBigGan(std::int64_t width, std::int64_t classes = 1000) {
  constexpr std::int64_t kShared = 128;
  constexpr std::int64_t kChunk = 20;
  LayerWriter to;
  const auto layer = [&](const std::string& name, const LayerWriter::Shape& shape, bool bias = true) {
    std::int64_t fanIn = 1;
    for (std::size_t i = 1; i < shape.size(); ++i) {
      fanIn *= shape[i];
    }
    to.weight(name + ".weight", shape, fanIn);
    to.net.normal(name + ".u0", {1, shape[0]});
    if (bias) {
      to.net.normal(name + ".bias", {shape[0]}, 0.1F);
    }
  };
  to.net.normal("shared.weight", {classes, kShared});
  layer("linear", {16 * width * 16, kChunk});
  std::int64_t in = 16 * width;
  const std::vector<std::int64_t> widths{16 * width, 8 * width, 4 * width, 2 * width, width};
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const std::int64_t out = widths[i];
    const std::string name = "blocks." + std::to_string(i) + ".0.";
    layer(name + "conv1", {out, in, 3, 3});
    layer(name + "conv2", {out, out, 3, 3});
    layer(name + "conv_sc", {out, in, 1, 1});
    for (const auto& [norm, channels] : {std::pair{"bn1.", in}, {"bn2.", out}}) {
      layer(name + norm + "gain", {channels, kShared + kChunk}, false);
      layer(name + norm + "bias", {channels, kShared + kChunk}, false);
      to.statistics(name + norm + "stored_mean", name + norm + "stored_var", {channels});
    }
    if (i == 3) {  // 64 pixels
      const std::string attention = "blocks.3.1.";
      layer(attention + "theta", {out / 8, out, 1, 1}, false);
      layer(attention + "phi", {out / 8, out, 1, 1}, false);
      layer(attention + "g", {out / 2, out, 1, 1}, false);
      layer(attention + "o", {out, out / 2, 1, 1}, false);
      to.net.filled(attention + "gamma", {}, 0.5F);
    }
    in = out;
  }
  to.net.normal("output_layer.0.bias", {in}, 0.2F);
  to.net.filled("output_layer.0.gain", {in}, 1.0F);
  to.statistics("output_layer.0.stored_mean", "output_layer.0.stored_var", {in});
  layer("output_layer.2", {3, in, 3, 3});
  return to.net;
}

/// DeepMind's BigGAN-deep 128 in the layout of pytorch-pretrained-BigGAN.
inline RandomNetwork randomBigGanDeep() {
  constexpr std::int64_t kLatent = 128;
  constexpr std::int64_t kWidth = 128;
  constexpr std::int64_t kSets = 51;
  LayerWriter to;
  const auto layer = [&](const std::string& name, const LayerWriter::Shape& shape, bool bias = true) {
    std::int64_t fanIn = 1;
    for (std::size_t i = 1; i < shape.size(); ++i) {
      fanIn *= shape[i];
    }
    to.weight(name + ".weight_orig", shape, fanIn);
    // σ = u·Wv is to be near one: v follows u through the weight.
    const auto& weights = to.net.tensors.back().second.values;
    std::vector<float> u(static_cast<std::size_t>(shape[0]), 0.0F);
    u[0] = 1.0F;
    std::vector<float> v(weights.begin(), weights.begin() + fanIn);
    float length = 0.0F;
    for (const float value : v) {
      length += value * value;
    }
    for (float& value : v) {
      value /= std::sqrt(length);
    }
    to.net.values(name + ".weight_u", {shape[0]}, u);
    to.net.values(name + ".weight_v", {fanIn}, v);
    if (bias) {
      to.net.normal(name + ".bias", {shape[0]}, 0.1F);
    }
  };
  const auto norm = [&](const std::string& name, std::int64_t channels, bool conditional) {
    to.statistics(name + ".running_means", name + ".running_vars", {kSets, channels});
    if (conditional) {
      layer(name + ".scale", {channels, 2 * kLatent}, false);
      layer(name + ".offset", {channels, 2 * kLatent}, false);
    } else {
      to.net.filled(name + ".weight", {channels}, 1.0F);
      to.net.normal(name + ".bias", {channels}, 0.2F);
    }
  };
  to.net.normal("embeddings.weight", {kLatent, 1000});
  layer("generator.gen_z", {16 * 16 * kWidth, 2 * kLatent});
  const std::vector<std::int64_t> widths{16, 16, 16, 16, 8, 8, 4, 4, 2, 2, 1};
  int number = 0;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    const std::int64_t in = widths[i] * kWidth;
    const std::int64_t out = widths[i + 1] * kWidth;
    if (i == 8) {  // 64 pixels
      const std::string name = "generator.layers." + std::to_string(number++) + ".";
      layer(name + "snconv1x1_theta", {in / 8, in, 1, 1}, false);
      layer(name + "snconv1x1_phi", {in / 8, in, 1, 1}, false);
      layer(name + "snconv1x1_g", {in / 2, in, 1, 1}, false);
      layer(name + "snconv1x1_o_conv", {in, in / 2, 1, 1}, false);
      to.net.filled(name + "gamma", {1}, 0.5F);
    }
    const std::string name = "generator.layers." + std::to_string(number++) + ".";
    const std::int64_t hidden = in / 4;
    const std::vector<LayerWriter::Shape> shapes{
        {hidden, in, 1, 1}, {hidden, hidden, 3, 3}, {hidden, hidden, 3, 3}, {out, hidden, 1, 1}};
    for (std::size_t part = 0; part < shapes.size(); ++part) {
      norm(name + "bn_" + std::to_string(part), shapes[part][1], true);
      layer(name + "conv_" + std::to_string(part), shapes[part]);
    }
  }
  norm("generator.bn", kWidth, false);
  layer("generator.conv_to_rgb", {kWidth, kWidth, 3, 3});
  return to.net;
}

/// CycleGAN's ResNet generator, ngf 64, instance norms.
inline RandomNetwork randomCyclegan(int blocks) {
  LayerWriter to;
  to.convolution("model.1", 64, 3, 7);
  to.convolution("model.4", 128, 64, 3);
  to.convolution("model.7", 256, 128, 3);
  int number = 10;
  for (int block = 0; block < blocks; ++block, ++number) {
    const std::string name = "model." + std::to_string(number) + ".conv_block.";
    to.convolution(name + "1", 256, 256, 3);
    to.convolution(name + "5", 256, 256, 3);
  }
  to.transposed("model." + std::to_string(number), 256, 128, 3, true);
  to.transposed("model." + std::to_string(number + 3), 128, 64, 3, true);
  to.convolution("model." + std::to_string(number + 7), 3, 64, 7);
  return to.net;
}

/// pix2pix's U-Net of eight halvings, ngf 64, batch norms.
inline RandomNetwork randomPix2pix() {
  LayerWriter to;
  const std::vector<std::int64_t> widths{64, 128, 256, 512, 512, 512, 512, 512};
  std::string path = "model.model.";
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const bool outermost = i == 0;
    const bool innermost = i + 1 == widths.size();
    const std::int64_t in = outermost ? 3 : widths[i - 1];
    to.convolution(path + (outermost ? "0" : "1"), widths[i], in, 4, false);
    if (!outermost && !innermost) {
      to.norm(path + "2", widths[i]);
    }
    const std::string up = path + (outermost || innermost ? "3" : "5");
    to.transposed(up, innermost ? widths[i] : 2 * widths[i], in, 4, outermost);
    if (!outermost) {
      to.norm(path + (innermost ? "4" : "6"), in);
    }
    path += outermost ? "1.model." : "3.model.";
  }
  return to.net;
}

/// StarGAN of conv_dim 64, six blocks, five attributes.
inline RandomNetwork randomStargan() {
  LayerWriter to;
  const auto stage = [&](const std::string& prefix, int number, std::int64_t out, std::int64_t in,
                         std::int64_t kernel) {
    to.convolution(prefix + std::to_string(number), out, in, kernel, false);
    to.norm(prefix + std::to_string(number + 1), out);
  };
  stage("main.", 0, 64, 3 + 5, 7);
  stage("main.", 3, 128, 64, 4);
  stage("main.", 6, 256, 128, 4);
  int number = 9;
  for (int block = 0; block < 6; ++block, ++number) {
    const std::string name = "main." + std::to_string(number) + ".main.";
    stage(name, 0, 256, 256, 3);
    stage(name, 3, 256, 256, 3);
  }
  for (const auto& [in, out] : {std::pair{256, 128}, {128, 64}}) {
    to.transposed("main." + std::to_string(number), in, out, 4);
    to.norm("main." + std::to_string(number + 1), out);
    number += 3;
  }
  to.convolution("main." + std::to_string(number), 3, 64, 7, false);
  return to.net;
}

}  // namespace loom::test

#include "model/generators/stylegan2/stylegan2_options.h"

#include <algorithm>

namespace loom::model {
namespace {

constexpr int kWidest = 16384;       // units of a layer
constexpr int kMostClasses = 65536;  // ImageNet's long list has 21 843
constexpr std::size_t kMostMappingLayers = 64;
constexpr std::size_t kMostBlocks = 11;  // 4096 pixels
constexpr std::int64_t kLongestFilter = 64;
constexpr int kLargestKernel = 11;

class TensorList {
 public:
  explicit TensorList(const Stylegan2Options& options) : m_options(options) {}

  void add(const std::string& name, std::vector<std::int64_t> shape) { list.emplace_back(name, std::move(shape)); }

  void linear(const std::string& name, std::int64_t in, std::int64_t out) {
    add(name + ".weight", {out, in});
    add(name + ".bias", {out});
  }

  void convolution(const std::string& name, std::int64_t in, std::int64_t out, std::int64_t pixels, bool up) {
    add(name + ".weight", {out, in, m_options.kernel, m_options.kernel});
    if (m_options.noise) {
      add(name + ".noise_strength", {});
    }
    add(name + ".bias", {out});
    add(name + ".resample_filter", up ? m_options.filterShape : m_options.idleFilterShape);
    if (m_options.noise && m_options.storedNoise) {
      add(name + ".noise_const", {pixels, pixels});
    }
    linear(name + ".affine", m_options.wDim(), in);
  }

  void toRgb(const std::string& name, std::int64_t in) {
    add(name + ".weight", {m_options.channels, in, 1, 1});
    add(name + ".bias", {m_options.channels});
    linear(name + ".affine", m_options.wDim(), in);
  }

  std::vector<NamedShape> list;

 private:
  const Stylegan2Options& m_options;
};

}  // namespace

std::vector<NamedShape> stylegan2Tensors(const Stylegan2Options& options) {
  using Blocks = Stylegan2Options::Blocks;
  TensorList tensors(options);
  if (options.cDim > 0) {
    tensors.linear("mapping.embed", options.cDim, options.embedWidth);
  }
  int in = options.zDim + options.embedWidth;
  for (std::size_t i = 0; i < options.mapping.size(); ++i) {
    tensors.linear("mapping.fc" + std::to_string(i), in, options.mapping[i]);
    in = options.mapping[i];
  }
  if (options.storedMean) {
    tensors.add("mapping.w_avg", {options.wDim()});
  }
  for (std::size_t i = 0; i < options.blockWidths.size(); ++i) {
    const std::int64_t pixels = std::int64_t{4} << i;
    const std::int64_t out = options.blockWidths[i];
    const std::string block = "synthesis.b" + std::to_string(pixels);
    tensors.add(block + ".resample_filter", options.pictureFilterShape);
    if (i == 0) {
      tensors.add(block + ".const", {out, pixels, pixels});
    } else {
      tensors.convolution(block + ".conv0", options.blockWidths[i - 1], out, pixels, true);
    }
    tensors.convolution(block + ".conv1", out, out, pixels, false);
    if (options.blocks == Blocks::Skip || i + 1 == options.blockWidths.size()) {
      tensors.toRgb(block + ".torgb", out);
    }
    if (options.blocks == Blocks::Resnet && i > 0) {
      tensors.add(block + ".skip.weight", {out, options.blockWidths[i - 1], 1, 1});
      tensors.add(block + ".skip.resample_filter", options.filterShape);
    }
  }
  return std::move(tensors.list);
}

std::string checkBounds(const Stylegan2Options& options) {
  const auto fits = [](int width) { return width >= 1 && width <= kWidest; };
  if (options.blockWidths.empty() || options.blockWidths.size() > kMostBlocks) {
    return "it has " + std::to_string(options.blockWidths.size()) + " blocks, a StyleGAN2 has 1 to " +
           std::to_string(kMostBlocks);
  }
  if (options.mapping.empty() || options.mapping.size() > kMostMappingLayers) {
    return "it has " + std::to_string(options.mapping.size()) + " mapping layers, a StyleGAN2 has 1 to " +
           std::to_string(kMostMappingLayers);
  }
  if (!fits(options.zDim) || !std::all_of(options.mapping.begin(), options.mapping.end(), fits) ||
      !std::all_of(options.blockWidths.begin(), options.blockWidths.end(), fits)) {
    return "a layer is empty or wider than " + std::to_string(kWidest);
  }
  if (options.cDim < 0 || options.cDim > kMostClasses || (options.cDim > 0) != (options.embedWidth > 0) ||
      options.embedWidth > kWidest) {
    return "its class embedding is empty or too large";
  }
  if (options.channels != 1 && options.channels != 3) {
    return "it gives " + std::to_string(options.channels) + " channels, a picture has 1 or 3";
  }
  if (options.kernel < 1 || options.kernel > kLargestKernel || options.kernel % 2 == 0) {
    return "its kernels are " + std::to_string(options.kernel) + " wide, a StyleGAN2's are odd and at most " +
           std::to_string(kLargestKernel);
  }
  const auto square = [](const std::vector<std::int64_t>& filter) {
    return (filter.size() == 1 || filter.size() == 2) && filter.front() >= 1 && filter.front() <= kLongestFilter &&
           filter.back() == filter.front();
  };
  if (!square(options.filterShape) || !square(options.pictureFilterShape) || !square(options.idleFilterShape)) {
    return "its resample_filter is not square, or longer than " + std::to_string(kLongestFilter);
  }
  return {};
}

}  // namespace loom::model

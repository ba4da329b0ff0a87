#include "model/chain/layout_names.h"
#include "model/chain_layout.h"

#include <fstream>
#include <sstream>
#include <system_error>

namespace loom::model {
namespace {

constexpr std::uintmax_t kMostBytes = 1 << 20;
constexpr const char* kSuffix = ".loom.json";

}  // namespace

const char* nameOf(LayerKind kind) { return enumName(kind); }
const char* nameOf(ActivationKind activation) { return enumName(activation); }
const char* nameOf(UpsampleMode mode) { return enumName(mode); }
const char* nameOf(LabelEntry entry) { return enumName(entry); }

std::string summaryOf(const ChainLayout& layout, const std::string& picture) {
  std::string strides;
  std::string activation;
  std::string eps;
  int enlarged = 0;
  for (const LayoutLayer& layer : layout.layers) {
    const LayerKind kind = layer.kind.value;
    if (kind == LayerKind::Conv || kind == LayerKind::TransposedConv) {
      strides += ' ' + std::to_string(layer.stride.value) + '/' + std::to_string(layer.padding.value);
    } else if (kind == LayerKind::Activation && activation.empty()) {
      activation = std::string(", ") + nameOf(layer.activation.value);
    } else if (kind == LayerKind::BatchNorm) {  // the last: the first may be the odd one
      std::ostringstream text;
      text << ", eps " << layer.eps.value;
      eps = text.str();
    }
    enlarged += kind == LayerKind::Upsample;
  }
  std::string text = picture + (strides.empty() ? "" : ", stride/padding" + strides) +
                     (enlarged > 0 ? ", enlarged " + std::to_string(enlarged) + " times" : "") + activation + eps + ", " +
                     enumName(layout.zDistribution.value) + " z";
  if (layout.labels.present()) {
    text += std::string(", class ") + nameOf(layout.labels.entry.value);
  }
  return text;
}

ChainLayout readChainLayout(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) {
    throw LayoutError(name + " could not be read: " + error.message() + ".");
  }
  if (size > kMostBytes) {
    throw LayoutError(name + " is no layout: it is larger than 1 MiB.");
  }
  std::ifstream file(path, std::ios::binary);
  std::string text(static_cast<std::size_t>(size), '\0');
  if (!file || !file.read(text.data(), static_cast<std::streamsize>(size))) {
    throw LayoutError(name + " could not be read.");
  }
  try {
    return chainLayoutFromJson(text);
  } catch (const LayoutError& problem) {
    throw LayoutError(name + " cannot be used: " + problem.what() + ".");
  }
}

std::filesystem::path sidecarPath(const std::filesystem::path& checkpoint) {
  std::filesystem::path path = checkpoint;
  path += kSuffix;
  return path;
}

std::filesystem::path findSidecar(const std::filesystem::path& checkpoint) {
  std::filesystem::path stem = checkpoint;
  stem.replace_extension();
  std::error_code ignored;
  for (const auto& candidate : {sidecarPath(checkpoint), sidecarPath(stem)}) {
    if (std::filesystem::is_regular_file(candidate, ignored)) {
      return candidate;
    }
  }
  return {};
}

void writeChainLayout(const ChainLayout& layout, const std::filesystem::path& path) {
  std::filesystem::path draft = path;
  draft += ".part";
  std::error_code error;
  {
    std::ofstream file(draft, std::ios::binary | std::ios::trunc);
    file << chainLayoutToJson(layout);
    file.close();
    if (!file) {
      std::filesystem::remove(draft, error);
      throw LayoutError(path.string() + " could not be written. May you write in its folder?");
    }
  }
  std::filesystem::rename(draft, path, error);
  if (error) {
    const std::string reason = error.message();
    std::filesystem::remove(draft, error);
    throw LayoutError(path.string() + " could not be written: " + reason + ".");
  }
}

}  // namespace loom::model

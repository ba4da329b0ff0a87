// The words of the layout's JSON for its enumerations, both ways. Inside model/.
#pragma once

#include "model/chain_layout.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace loom::model {

template <typename Enum>
struct EnumNames;

template <>
struct EnumNames<LayerKind> {
  static constexpr std::array<std::pair<LayerKind, const char*>, 10> kNames{{{LayerKind::Linear, "linear"},
                                                                            {LayerKind::Conv, "conv"},
                                                                            {LayerKind::TransposedConv, "transposed conv"},
                                                                            {LayerKind::BatchNorm, "batch norm"},
                                                                            {LayerKind::InstanceNorm, "instance norm"},
                                                                            {LayerKind::Upsample, "upsample"},
                                                                            {LayerKind::Activation, "activation"},
                                                                            {LayerKind::Dropout, "dropout"},
                                                                            {LayerKind::Reshape, "reshape"},
                                                                            {LayerKind::Flatten, "flatten"}}};
};

template <>
struct EnumNames<ActivationKind> {
  static constexpr std::array<std::pair<ActivationKind, const char*>, 10> kNames{
      {{ActivationKind::None, "none"},
       {ActivationKind::ReLU, "relu"},
       {ActivationKind::LeakyReLU, "leaky relu"},
       {ActivationKind::Elu, "elu"},
       {ActivationKind::Selu, "selu"},
       {ActivationKind::Silu, "silu"},
       {ActivationKind::Gelu, "gelu"},
       {ActivationKind::Softplus, "softplus"},
       {ActivationKind::Tanh, "tanh"},
       {ActivationKind::Sigmoid, "sigmoid"}}};
};

template <>
struct EnumNames<UpsampleMode> {
  static constexpr std::array<std::pair<UpsampleMode, const char*>, 3> kNames{
      {{UpsampleMode::Nearest, "nearest"},
       {UpsampleMode::Bilinear, "bilinear"},
       {UpsampleMode::BilinearCorners, "bilinear corners"}}};
};

template <>
struct EnumNames<LabelEntry> {
  static constexpr std::array<std::pair<LabelEntry, const char*>, 3> kNames{{{LabelEntry::BeforeZ, "before z"},
                                                                            {LabelEntry::AfterZ, "after z"},
                                                                            {LabelEntry::MultipliesZ, "multiplies z"}}};
};

template <>
struct EnumNames<ZDistribution> {
  static constexpr std::array<std::pair<ZDistribution, const char*>, 2> kNames{
      {{ZDistribution::Normal, "normal"}, {ZDistribution::Uniform, "uniform"}}};
};

inline const char* nameOf(ZDistribution distribution) {
  return distribution == ZDistribution::Normal ? "normal" : "uniform";
}

template <typename Enum>
const char* enumName(Enum value) {
  for (const auto& [each, name] : EnumNames<Enum>::kNames) {
    if (each == value) {
      return name;
    }
  }
  return "";
}

template <typename Enum>
std::optional<Enum> enumNamed(std::string_view text) {
  for (const auto& [each, name] : EnumNames<Enum>::kNames) {
    if (text == name) {
      return each;
    }
  }
  return std::nullopt;
}

/// "nearest, bilinear, bilinear corners", for messages.
template <typename Enum>
std::string namesOf() {
  std::string text;
  for (const auto& [each, name] : EnumNames<Enum>::kNames) {
    text += (text.empty() ? "\"" : "\", \"") + std::string(name);
  }
  return text + "\"";
}

}  // namespace loom::model

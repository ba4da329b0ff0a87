// A network small enough to compute by hand, written as a checkpoint; and the command line called in this process.
#pragma once

#include "app/commands/commands.h"
#include "model/checkpoint/checkpoint_reader.h"
#include "model/checkpoint/safetensors_writer.h"

#include <QString>
#include <QStringList>

#include <cmath>
#include <sstream>

namespace loom::app {

/// z (3) → linear 4, LeakyReLU 0.2 → linear, tanh → grey 8×8 or RGB 8×8.
struct TinyModel {
  static constexpr int kZ = 3;
  static constexpr int kHidden = 4;
  static constexpr int kSide = 8;

  explicit TinyModel(int channelCount = 1) : channels(channelCount) {
    const auto fill = [](model::FloatTensor& tensor, float phase) {
      tensor.values.resize(static_cast<std::size_t>(tensor.elementCount()));
      for (std::size_t i = 0; i < tensor.values.size(); ++i) {
        tensor.values[i] = std::sin(phase + 1.7F * static_cast<float>(i));
      }
    };
    fill(weight0, 0.1F);
    fill(bias0, 0.2F);
    fill(weight2, 0.3F);
    fill(bias2, 0.4F);
  }

  void write(const QString& path, const std::vector<std::pair<std::string, std::string>>& metadata = {}) const {
    model::writeSafetensors(path.toStdString(),
                            {{"0.weight", weight0}, {"0.bias", bias0}, {"2.weight", weight2}, {"2.bias", bias2}},
                            metadata);
  }

  /// The pixels for one z, channel by channel, row by row.
  std::vector<float> output(const std::vector<float>& z) const {
    std::vector<float> hidden = linear(weight0, bias0, z);
    for (float& value : hidden) {
      value = value > 0 ? value : 0.2F * value;
    }
    std::vector<float> pixels = linear(weight2, bias2, hidden);
    for (float& value : pixels) {
      value = std::tanh(value);
    }
    return pixels;
  }

  static std::vector<float> linear(const model::FloatTensor& weight, const model::FloatTensor& bias,
                                   const std::vector<float>& in) {
    std::vector<float> out = bias.values;
    for (std::size_t row = 0; row < out.size(); ++row) {
      for (std::size_t column = 0; column < in.size(); ++column) {
        out[row] += weight.values[row * in.size() + column] * in[column];
      }
    }
    return out;
  }

  int channels;
  model::FloatTensor weight0{{kHidden, kZ}, {}};
  model::FloatTensor bias0{{kHidden}, {}};
  model::FloatTensor weight2{{channels * kSide * kSide, kHidden}, {}};
  model::FloatTensor bias2{{channels * kSide * kSide}, {}};
};

struct CommandResult {
  int code = -1;
  QString out;
  QString err;
};

/// Runs `latent-loom ARGUMENTS` in this process.
inline CommandResult latentLoom(const QStringList& arguments, bool terminal = false,
                                std::stop_token stop = std::stop_source().get_token()) {
  std::vector<std::string> words;
  for (const QString& argument : arguments) {
    words.push_back(argument.toStdString());
  }
  std::ostringstream out;
  std::ostringstream err;
  const Invocation invocation = runCommand(words, {out, err, terminal}, std::move(stop));
  return {invocation.exitCode.value_or(-1), QString::fromStdString(out.str()), QString::fromStdString(err.str())};
}

/// A tensor of a safetensors file; empty where it is not there.
inline model::FloatTensor tensorOf(const QString& path, const std::string& name) {
  const model::Checkpoint file = model::readCheckpoint(path.toStdString());
  for (const model::TensorGroup& group : file.groups) {
    for (const model::TensorView& tensor : group.tensors) {
      if (tensor.name == name) {
        return {tensor.shape, tensor.toFloat32()};
      }
    }
  }
  return {};
}

}  // namespace loom::app

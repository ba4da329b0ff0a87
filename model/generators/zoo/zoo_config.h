// What pytorch_GAN_zoo stores beside its networks: the configuration of the training, a pickled object named "config".
#pragma once

#include "model/checkpoint/checkpoint.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace loom::model {

/// The plain value of `config.NAME`; nothing where the file has no configuration, as converted ones.
std::optional<std::string> zooConfig(const Checkpoint& checkpoint, std::string_view name);

/// Whether the generator ends in tanh: its loss decides that (models/loss_criterions/base_loss_criterions.py). `other`
/// where the file does not tell the loss.
bool zooEndsInTanh(const Checkpoint& checkpoint, bool other);

/// Values of the labels that the network takes behind z; 0 where it takes none.
int zooLabelCount(const Checkpoint& checkpoint);

/// √(2 / fan-in) of a weight whose first dimension is the output's: what an "equalised" layer of the zoo multiplies its
/// outcome by, bias and all (models/networks/custom_layers.py).
double zooScale(const TensorView& weight);

}  // namespace loom::model

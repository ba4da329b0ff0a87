// How every command that makes pictures opens its checkpoint: with progress, and with notes on stderr.
#pragma once

#include "app/commands/command.h"
#include "model/opened_model.h"

namespace loom::app {

/// Throws as OpenedModel::open does, Stopped where it was told to stop, or std::runtime_error where `cpuOnly` came too late.
std::shared_ptr<model::OpenedModel> openModel(const std::filesystem::path& path, const model::OpenOptions& options, bool cpuOnly,
                                              const Streams& streams, const std::stop_token& stop);

}  // namespace loom::app

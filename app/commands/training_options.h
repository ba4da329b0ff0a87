// What the commands about trainings share: settings as typed, data, and PNG files of sheets.
#pragma once

#include "app/commands/command.h"
#include "model/training_session.h"

#include <memory>
#include <string>
#include <vector>

namespace loom::app {

/// Applies "name=value" words. Throws UsageError that names the word.
void applySettings(model::TrainingSettings& settings, const std::vector<std::string>& words);

/// The data at `path` as `settings` want them, looked over; unreadable files are told on stderr. Throws.
std::shared_ptr<const model::TrainingData> openDataFor(const model::TrainingSettings& settings, const std::string& path,
                                                       const Streams& streams, const std::stop_token& stop);

/// TrainingSession::PngEncoder by Qt.
std::vector<std::byte> encodePng(int width, int height, int channels, const std::vector<std::uint8_t>& pixels);

}  // namespace loom::app

#include "app/commands/open_model.h"

#include "app/commands/progress_line.h"
#include "model/compute_device.h"

namespace loom::app {

std::shared_ptr<model::OpenedModel> openModel(const std::filesystem::path& path, const model::OpenOptions& options, bool cpuOnly,
                                              const Streams& streams, const std::stop_token& stop) {
  if (cpuOnly && !model::useCpuOnly()) {
    throw std::runtime_error("--device cpu came too late: " + model::computeDevice().name + " is in use already.");
  }
  ProgressLine progress(streams);
  std::shared_ptr<model::OpenedModel> opened;
  try {
    opened = model::OpenedModel::open(
        path, {.stop = stop, .progress = [&](double fraction) { progress.show("Opening", fraction); }, .limits = {}}, options);
  } catch (const model::CheckpointError& error) {
    if (error.kind() == model::CheckpointError::Kind::Cancelled) {
      throw Stopped();
    }
    throw;
  }
  progress.clear();
  for (const std::string& note : opened->notes()) {
    streams.err << "note: " << note << '\n';
  }
  return opened;
}

}  // namespace loom::app

#include "app/commands/direction_sheet.h"

#include "app/commands/look_options.h"
#include "app/commands/progress_line.h"
#include "app/directions/direction_search.h"
#include "app/export/model_provenance.h"
#include "app/export/picture.h"
#include "app/export/picture_file.h"
#include "app/export/picture_format.h"

#include <optional>

namespace loom::app {
namespace {

constexpr int kGap = 2;  // pixels between pictures
constexpr std::size_t kMostPictures = 10'000;

GridLayout layoutOf(const DirectionSheet& sheet, std::size_t directions) {
  return {2 * sheet.steps + 1, static_cast<int>(directions), kGap, Qt::black};
}

model::LatentState stateOf(const DirectionSheet& sheet, const KeptDirection& direction, int column) {
  const double strength = sheet.reach * (column - sheet.steps) / sheet.steps;
  return movedAlong(sheet.start, direction, static_cast<float>(strength));
}

}  // namespace

void checkDirectionSheet(const DirectionSheet& sheet, const model::OpenedModel& opened, std::size_t directions) {
  if (directions * static_cast<std::size_t>(2 * sheet.steps + 1) > kMostPictures) {
    throw std::runtime_error("A sheet has at most 10,000 pictures, and " + std::to_string(directions) + " directions take more: find "
                             "fewer with --count.");
  }
  const int side = sheet.start.resolution > 0 ? sheet.start.resolution : opened.info().width;
  checkPictureTarget(sheet.target, layoutOf(sheet, directions).size({side, side}));
}

void writeDirectionSheet(const DirectionSheet& sheet, const model::OpenedModel& opened, const std::string& sha256,
                         const std::vector<KeptDirection>& directions, const Streams& streams, const std::stop_token& stop) {
  const GridLayout layout = layoutOf(sheet, directions.size());
  const model::Interrupt interrupt = [&] { return stop.stop_requested(); };
  std::optional<GridSheet> grid;
  ProgressLine progress(streams);
  for (int i = 0; i < layout.cells(); ++i) {
    progress.show("Picture " + std::to_string(i + 1) + " of " + std::to_string(layout.cells()));
    const auto state = stateOf(sheet, directions[static_cast<std::size_t>(i / layout.columns)], i % layout.columns);
    try {
      const auto made = opened.generate(opened.inputsFor(state, nullptr, interrupt), askedSettings(state, opened.info()), interrupt);
      const QImage picture = pictureFromTensor(made.image, 0, opened.info().range);
      if (!grid) {
        grid.emplace(layout, picture.size(), picture.format());
      }
      grid->place(i, picture);
    } catch (const model::Interrupted&) {
      throw Stopped();
    } catch (const model::ModelError& error) {
      throw std::runtime_error(opened.path().filename().string() + ": " + error.what() + ".");
    }
  }
  progress.clear();
  if (stop.stop_requested()) {
    throw Stopped();
  }
  Provenance provenance = provenanceOf(opened, stateOf(sheet, directions.front(), 0), sha256);
  provenance.grid = GridProvenance{layout.columns, layout.rows, layout.gap, {}};
  writePicture(grid->sheet(), sheet.target, provenance, {});
}

}  // namespace loom::app

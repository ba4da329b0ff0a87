#include "ui/panels/picture_panel.h"

#include "ui/panels/widgets.h"

#include <imgui.h>

#include <cstdio>
#include <string>

namespace loom::ui {
namespace {

constexpr float kGap = 6.0F;

float shareOfWidth(int parts) {
  return (ImGui::GetContentRegionAvail().x - kGap * static_cast<float>(parts - 1)) / static_cast<float>(parts);
}

/// "3 576 704" with thin spaces, as numbers of that size are read.
std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (auto place = static_cast<std::ptrdiff_t>(digits.size()) - 3; place > 0; place -= 3) {
    digits.insert(static_cast<std::size_t>(place), "\xe2\x80\xaf");
  }
  return digits;
}

void drawFacts(const model::OpenedModel& model) {
  const auto& info = model.info();
  factRow("File", model.path().filename().string().c_str());
  factRow("Architecture", info.architecture.c_str());
  char text[64];
  const char* colours = info.channels == 1 ? "grey" : "RGB";
  if (info.width > 0) {
    std::snprintf(text, sizeof text, "%d × %d %s", info.width, info.height, colours);
  } else {
    std::snprintf(text, sizeof text, "as the input's, %s", colours);
  }
  factRow("Picture", text);
  if (info.zDim > 0) {
    std::snprintf(text, sizeof text, "%d, %s", info.zDim,
                  info.zDistribution == model::ZDistribution::Normal ? "normal" : "uniform");
    factRow("z", text);
  }
  if (info.wDim > 0) {
    std::snprintf(text, sizeof text, "%d in %d layers", info.wDim, info.styleLayers);
    factRow("w", text);
  }
  if (info.classCount > 0) {
    factRow(info.labels == model::LabelKind::Classes ? "Classes" : "Attributes", std::to_string(info.classCount).c_str());
  }
  if (info.runsProgram) {
    factRow("Program", "the file's own is running");
  }
  factRow("Parameters", grouped(info.parameterCount).c_str());
  for (const auto& [name, value] : info.options) {
    factRow(name.c_str(), value.c_str());
  }
  factRow("Container", model.container().c_str());
  if (!model.group().empty()) {
    factRow("Part of the file", model.group().c_str());
  }
  for (const char* key : {"title", "licence", "license"}) {
    for (const auto& [name, value] : model.metadata()) {
      if (name == key) {
        factRow(*key == 't' ? "Title" : "Licence", value.c_str());
      }
    }
  }
}

void drawView(const WindowFacts& facts, WindowDraft& draft) {
  heading("View");
  const float third = shareOfWidth(3);
  if (button("fit", "Fit", Icon::None, third)) {
    draft.commands.push_back(Command::Fit);
  }
  tooltip("The whole picture  0");
  ImGui::SameLine(0.0F, kGap);
  if (button("original", "1 : 1", Icon::None, third)) {
    draft.commands.push_back(Command::OriginalSize);
  }
  tooltip("Original size  1");
  ImGui::SameLine(0.0F, kGap);
  if (button("smooth", "Smooth", Icon::None, third, draft.view.smooth)) {
    draft.view.smooth = !draft.view.smooth;
  }
  tooltip("Enlarge smoothly, or show the pixels as they are  N");
  char zoom[24];
  std::snprintf(zoom, sizeof zoom, "%.0f %%", facts.zoom * 100.0);
  factRow("Zoom", zoom);
}

void drawCompare(const WindowFacts& facts, WindowDraft& draft) {
  heading("Compare");
  const float half = shareOfWidth(2);
  if (button("pin", facts.pinned ? "Pin anew" : "Pin this picture", Icon::None, facts.pinned ? half : 0.0F)) {
    draft.commands.push_back(Command::Pin);
  }
  tooltip("Keeps this picture to compare later ones with  P");
  if (!facts.pinned) {
    return;
  }
  ImGui::SameLine(0.0F, kGap);
  if (button("compare", "Split", Icon::None, half, draft.view.compare)) {
    draft.view.compare = !draft.view.compare;
  }
  tooltip("Left of the line the pinned picture, right of it this one; drag the line  C");
}

void drawSave(const model::GeneratorInfo& info, WindowDraft& draft) {
  heading("Keep");
  const float half = shareOfWidth(2);
  if (button("save", "Save", Icon::None, half)) {
    draft.commands.push_back(Command::SavePicture);
  }
  tooltip("Saves a PNG that carries this very state: drop it on the window to come back  S");
  ImGui::SameLine(0.0F, kGap);
  if (button("saveas", "Save as…", Icon::None, half)) {
    draft.commands.push_back(Command::SavePictureAs);
  }
  tooltip("PNG, JPEG or TIFF, enlarged if you like  Ctrl+Shift+S");
  if (button("copy", "Copy", Icon::None, half)) {
    draft.commands.push_back(Command::CopyPicture);
  }
  tooltip("To the clipboard  Ctrl+C");
  if (info.input == model::InputKind::Picture) {
    return;  // no seeds
  }
  ImGui::SameLine(0.0F, kGap);
  if (button("grid", "Grid of seeds…", Icon::None, half)) {
    draft.commands.push_back(Command::SaveGrid);
  }
  tooltip("A sheet of the seeds that follow on this one  Ctrl+G");
  if (button("keep", "To the gallery", Icon::None, half)) {
    draft.commands.push_back(Command::KeepPicture);
  }
  tooltip("Keeps it with all that made it, to be found again in the gallery (G)  K");
  ImGui::SameLine(0.0F, kGap);
  if (button("batch", "Many pictures…", Icon::None, half)) {
    draft.commands.push_back(Command::SaveBatch);
  }
  tooltip("Saves many seeds at once, or a synthetic data set  Ctrl+Shift+G");
}

}  // namespace

void PicturePanel::draw(const WindowFacts& facts, WindowDraft& draft) {
  heading("Model");
  if (!facts.model) {
    hint("No checkpoint is open.");
    return;
  }
  drawFacts(*facts.model);
  drawView(facts, draft);
  drawCompare(facts, draft);
  drawSave(facts.model->info(), draft);
}

}  // namespace loom::ui

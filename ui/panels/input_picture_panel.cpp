#include "ui/panels/input_picture_panel.h"

#include "ui/panels/widgets.h"

#include <imgui.h>

#include <algorithm>
#include <cstdio>
#include <string>

namespace loom::ui {
namespace {

constexpr float kGap = 6.0F;
constexpr float kHighest = 220.0F;  // logical pixels of the thumbnail

float shareOfWidth(int parts) {
  return (ImGui::GetContentRegionAvail().x - kGap * static_cast<float>(parts - 1)) / static_cast<float>(parts);
}

void drawThumbnail(const InputFacts& input) {
  const float width = ImGui::GetContentRegionAvail().x;
  const auto w = static_cast<float>(std::max(input.width, 1));
  const auto h = static_cast<float>(std::max(input.height, 1));
  const float scale = std::min(width / w, kHighest / h);
  const ImVec2 size(std::max(1.0F, w * scale), std::max(1.0F, h * scale));
  ImGui::SetCursorPosX(ImGui::GetCursorPosX() + (width - size.x) / 2.0F);
  if (input.texture != 0) {
    ImGui::Image(static_cast<ImTextureID>(input.texture), size);
  } else {
    ImGui::Dummy(size);
  }
  notePlace("inputthumbnail");
}

void drawSource(const InputFacts& input, WindowDraft& draft) {
  const float half = shareOfWidth(2);
  if (button("inputopen", "Open…", Icon::None, half)) {
    draft.commands.push_back(Command::OpenInput);
  }
  tooltip("A picture from a file; or drop one on the window  Ctrl+I");
  ImGui::SameLine(0.0F, kGap);
  if (button("inputpaste", "Paste", Icon::None, half)) {
    draft.commands.push_back(Command::PasteInput);
  }
  tooltip("The picture in the clipboard  Ctrl+V");
  if (input.former) {
    if (button("inputformer", "Picture of the model before", Icon::None, ImGui::GetContentRegionAvail().x)) {
      draft.commands.push_back(Command::FormerInput);
    }
    tooltip("What the model that was open before this one showed last");
  }
}

void drawSize(const InputFacts& input, WindowDraft& draft) {
  heading("Size in the network");
  char text[48];
  std::snprintf(text, sizeof text, "%d × %d", input.enteringWidth, input.enteringHeight);
  factRow("Enters as", text);
  constexpr int kSides[] = {128, 256, 512, 1024};
  const float quarter = shareOfWidth(4);
  for (const int side : kSides) {
    if (side != kSides[0]) {
      ImGui::SameLine(0.0F, kGap);
    }
    const std::string name = std::to_string(side);
    if (button(("inputside" + name).c_str(), name.c_str(), Icon::None, quarter, draft.latent.input.side == side)) {
      draft.latent.input.side = side;
      draft.edited = "input of " + name + " pixels";
    }
    tooltip("A longer side is scaled down to this; then the edges are cropped as the network needs it");
  }
}

}  // namespace

void InputPicturePanel::draw(const WindowFacts& facts, WindowDraft& draft) {
  heading("Picture");
  if (!facts.input) {
    hint("The picture is being read.");
    return;
  }
  const InputFacts& input = *facts.input;
  drawThumbnail(input);
  char size[48];
  std::snprintf(size, sizeof size, "%d × %d", input.width, input.height);
  factRow(input.name.empty() ? "Not from a file" : input.name.c_str(), size);
  drawSource(input, draft);
  drawSize(input, draft);
}

}  // namespace loom::ui

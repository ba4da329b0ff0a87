#include "tests/ui/sample_canvas.h"

namespace loom::test {

void SampleCanvas::note(const std::string& name) {
  const ImVec2 min = ImGui::GetItemRectMin();
  const ImVec2 size = ImGui::GetItemRectSize();
  m_places[name] = QRectF(min.x, min.y, size.x, size.y).toRect();
  if (ImGui::IsItemFocused()) {
    focused = name;
  }
}

void SampleCanvas::buildUi() {
  focused.clear();
  ImGui::SetNextWindowPos({0.0F, 0.0F});
  ImGui::SetNextWindowSize({300.0F, 300.0F});
  ImGui::Begin("sample", nullptr, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoSavedSettings);
  if (ImGui::Button("Press", {120.0F, 30.0F})) {
    ++presses;
  }
  note("button");
  ImGui::SetNextItemWidth(160.0F);
  ImGui::SliderFloat("##slider", &value, 0.0F, 1.0F);
  note("slider");
  ImGui::SetNextItemWidth(160.0F);
  ImGui::InputText("##text", m_text, sizeof m_text);
  note("text");
  ImGui::BeginChild("list", {160.0F, 130.0F});
  for (int i = 0; i < 60; ++i) {
    ImGui::Text("line %d", i);
  }
  scroll = ImGui::GetScrollY();
  ImGui::EndChild();
  note("list");
  ImGui::InvisibleButton("hand", {60.0F, 30.0F});
  if (ImGui::IsItemHovered()) {
    ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  }
  note("hand");
  ImGui::GetWindowDrawList()->AddRectFilled({200.0F, 200.0F}, {260.0F, 260.0F}, IM_COL32(255, 0, 128, 255));
  ImGui::End();
  if (withFloating) {
    ImGui::SetNextWindowPos({320.0F, 40.0F}, ImGuiCond_FirstUseEver);
    ImGui::SetNextWindowSize({120.0F, 90.0F}, ImGuiCond_FirstUseEver);
    ImGui::Begin("floating");
    floating = QPointF(ImGui::GetWindowPos().x, ImGui::GetWindowPos().y).toPoint();
    ImGui::End();
  }
}

}  // namespace loom::test

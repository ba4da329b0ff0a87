#include "ui/panels/seed_field.h"

#include "ui/panels/widgets.h"

#include <QRandomGenerator>

namespace loom::ui {

bool seedField(const char* id, std::uint32_t& seed, float width) {
  std::uint32_t typed = seed;
  ImGui::SetNextItemWidth(width);
  ImGui::InputScalar(id, ImGuiDataType_U32, &typed, nullptr, nullptr, "%u", ImGuiInputTextFlags_AutoSelectAll);
  notePlace(id);
  if (ImGui::IsItemDeactivatedAfterEdit() && typed != seed) {
    seed = typed;
    return true;
  }
  return false;
}

std::uint32_t seedByChance() { return QRandomGenerator::global()->generate() % 1000000U; }

}  // namespace loom::ui

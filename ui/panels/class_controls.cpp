#include "ui/panels/class_controls.h"

#include "ui/panels/widgets.h"
#include "ui/theme/imgui_theme.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace loom::ui {
namespace {

constexpr float kGap = 4.0F;
constexpr int kMostChips = 24;  // more classes than these are a list with a search
constexpr float kListRows = 7.0F;

std::string nameOf(const model::GeneratorInfo& info, int index) {
  const auto place = static_cast<std::size_t>(index);
  return place < info.classNames.size() ? info.classNames[place] : std::to_string(index);
}

bool matches(const std::string& name, const char* filter) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
  };
  const std::string_view wanted(filter);
  return std::search(name.begin(), name.end(), wanted.begin(), wanted.end(), same) != name.end();
}

bool isChosen(const model::LatentState& latent, int index) {
  return latent.classes.contains(index) || (latent.classes.empty() && index == 0);
}

/// A click takes one class alone; with Ctrl or Shift it joins the blend, or leaves it.
void choose(const model::GeneratorInfo& info, WindowDraft& draft, int index) {
  auto& classes = draft.latent.classes;
  if (!ImGui::GetIO().KeyCtrl && !ImGui::GetIO().KeyShift) {
    classes = {{index, 1.0F}};
    draft.edited = "class " + nameOf(info, index);
    return;
  }
  if (classes.empty()) {
    classes[0] = 1.0F;  // what an empty blend means
  }
  if (classes.contains(index) && classes.size() > 1) {
    classes.erase(index);
  } else {
    classes.emplace(index, 1.0F);
  }
  draft.edited = "blend of classes";
}

/// Buttons of one row's height that flow over as many rows as they need.
template <typename Press>
void drawChips(const model::GeneratorInfo& info, const Press& press) {
  const float right = ImGui::GetCursorScreenPos().x + ImGui::GetContentRegionAvail().x;
  for (int i = 0; i < info.classCount; ++i) {
    const std::string name = nameOf(info, i);
    const float width = std::max(30.0F, ImGui::CalcTextSize(name.c_str()).x + 16.0F);
    if (i > 0) {
      ImGui::SameLine(0.0F, kGap);
      if (ImGui::GetCursorScreenPos().x + width > right) {
        ImGui::NewLine();
      }
    }
    press(i, name, width);
  }
}

}  // namespace

void ClassControls::draw(const model::GeneratorInfo& info, WindowDraft& draft) {
  if (info.labels == model::LabelKind::Classes) {
    drawChoice(info, draft);
    drawBlend(info, draft);
  } else if (info.labels == model::LabelKind::Attributes) {
    heading("Attributes");
    drawChips(info, [&](int index, const std::string& name, float width) {
      auto& switches = draft.latent.classes;
      const bool on = switches.contains(index) && switches[index] > 0.5F;
      if (button(("attribute" + std::to_string(index)).c_str(), name.c_str(), Icon::None, width, on)) {
        if (on) {
          switches.erase(index);
        } else {
          switches[index] = 1.0F;
        }
        draft.edited = "attribute " + name;
      }
      tooltip("Switches this attribute on or off");
    });
  }
}

void ClassControls::drawChoice(const model::GeneratorInfo& info, WindowDraft& draft) {
  heading("Class");
  if (info.classCount > kMostChips) {
    drawList(info, draft);
    return;
  }
  drawChips(info, [&](int index, const std::string& name, float width) {
    if (button(("class" + std::to_string(index)).c_str(), name.c_str(), Icon::None, width,
               isChosen(draft.latent, index))) {
      choose(info, draft, index);
    }
    tooltip("This class alone; Ctrl+click blends several");
  });
}

void ClassControls::drawList(const model::GeneratorInfo& info, WindowDraft& draft) {
  ImGui::SetNextItemWidth(ImGui::GetContentRegionAvail().x);
  ImGui::InputTextWithHint("##classfilter", info.classNames.empty() ? "Go to a class…" : "Search a class…", m_filter,
                           sizeof m_filter);
  notePlace("classfilter");
  std::vector<int> shown;
  for (int i = 0; i < info.classCount; ++i) {
    if (*m_filter == '\0' || matches(std::to_string(i) + " " + nameOf(info, i), m_filter)) {
      shown.push_back(i);
    }
  }
  if (ImGui::BeginChild("##classes", {0.0F, kListRows * kRowHeight}, ImGuiChildFlags_Borders)) {
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(shown.size()));
    while (clipper.Step()) {
      for (int row = clipper.DisplayStart; row < clipper.DisplayEnd; ++row) {
        const int index = shown[static_cast<std::size_t>(row)];
        const std::string id = std::to_string(index);
        const std::string text = info.classNames.empty() ? "Class " + id : nameOf(info, index);
        ImGui::PushID(index);
        if (ImGui::Selectable(text.c_str(), isChosen(draft.latent, index))) {
          choose(info, draft, index);
        }
        ImGui::PopID();
        notePlace(("class" + id).c_str());
      }
    }
    if (shown.empty()) {
      hint("No class is called so.");
    }
  }
  ImGui::EndChild();
}

void ClassControls::drawBlend(const model::GeneratorInfo& info, WindowDraft& draft) {
  auto& classes = draft.latent.classes;
  if (classes.size() < 2) {
    hint("Ctrl+click another class to blend both.");
    return;
  }
  int gone = -1;
  for (auto& [index, weight] : classes) {
    SliderOptions options;
    options.low = options.typedLow = 0.0F;
    options.high = 1.0F;
    options.typedHigh = 100.0F;
    options.format = "%.2f";
    options.labelWidth = 96.0F;
    options.emphasised = true;
    const std::string name = nameOf(info, index);
    const auto result = slider(("share" + std::to_string(index)).c_str(), name.c_str(), weight, options);
    if (result.changed) {
      weight = std::max(0.0F, weight);
      draft.edited = "share of class " + name;
    }
    if (result.reset) {
      gone = index;
      draft.edited = "blend of classes";
    }
  }
  if (gone >= 0) {
    classes.erase(gone);
  }
}

bool classPicker(const char* id, const model::GeneratorInfo& info, std::map<int, float>& classes, const char* own,
                 float width) {
  std::string now = own;
  for (const auto& [index, weight] : classes) {
    now = (&weight == &classes.begin()->second ? "" : now + " + ") + nameOf(info, index);
  }
  ImGui::SetNextItemWidth(width);
  const bool open = ImGui::BeginCombo((std::string("##") + id).c_str(), now.c_str());
  notePlace(id);
  if (!open) {
    return false;
  }
  bool changed = false;
  ImGuiListClipper clipper;
  clipper.Begin(info.classCount + 1);
  while (clipper.Step()) {
    for (int row = clipper.DisplayStart; row < clipper.DisplayEnd; ++row) {
      const int index = row - 1;
      ImGui::PushID(row);
      const bool chosen = row == 0 ? classes.empty() : classes.contains(index);
      if (ImGui::Selectable(row == 0 ? own : nameOf(info, index).c_str(), chosen)) {
        classes = row == 0 ? std::map<int, float>() : std::map<int, float>{{index, 1.0F}};
        changed = true;
      }
      notePlace((std::string(id) + "." + std::to_string(index)).c_str());
      ImGui::PopID();
    }
  }
  ImGui::EndCombo();
  return changed;
}

}  // namespace loom::ui

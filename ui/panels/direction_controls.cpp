#include "ui/panels/direction_controls.h"

#include "ui/panels/thumbnail.h"
#include "ui/panels/widgets.h"
#include "ui/theme/imgui_theme.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace loom::ui {
namespace {

constexpr float kGap = 4.0F;
constexpr float kReach = 3.0F;  // of a slider, in units
constexpr std::array kStrip{-3.0F, -1.5F, 0.0F, 1.5F, 3.0F};

using Steps = std::vector<model::DirectionStep>;

/// The step of the state along these values; a renamed direction stays the same.
Steps::iterator stepAlong(Steps& steps, const model::Direction& direction) {
  return std::find_if(steps.begin(), steps.end(),
                      [&](const model::DirectionStep& step) { return step.direction->values == direction.values; });
}

/// Goes `units` along the direction; 0 leaves it.
void go(model::LatentState& state, const KeptDirection& kept, float units) {
  const auto it = stepAlong(state.directions, *kept.direction);
  if (units == 0.0F) {
    if (it != state.directions.end()) {
      state.directions.erase(it);
    }
    return;
  }
  const model::DirectionStep step{kept.direction, units * kept.unit, kept.firstLayer, kept.lastLayer};
  if (it == state.directions.end()) {
    state.directions.push_back(step);
  } else {
    *it = step;
  }
}

void layerFields(const char* id, int layers, int& first, int& last, bool& changed) {
  ImGui::PushID(id);
  const int end = last < 0 ? layers - 1 : last;
  int low = first;
  int high = end;
  ImGui::AlignTextToFramePadding();
  ImGui::TextColored(colorVec(palette().quiet), "Layers");
  ImGui::SameLine(0.0F, 8.0F);
  const float width = (ImGui::GetContentRegionAvail().x - 24.0F) / 2.0F;
  ImGui::SetNextItemWidth(width);
  const bool lowChanged = ImGui::DragInt("##low", &low, 0.1F, 0, layers - 1);
  notePlace((std::string(id) + ".low").c_str());
  ImGui::SameLine(0.0F, 6.0F);
  ImGui::TextColored(colorVec(palette().quiet), "to");
  ImGui::SameLine(0.0F, 6.0F);
  ImGui::SetNextItemWidth(width);
  const bool highChanged = ImGui::DragInt("##high", &high, 0.1F, 0, layers - 1);
  notePlace((std::string(id) + ".high").c_str());
  if (lowChanged || highChanged) {
    low = std::clamp(low, 0, layers - 1);
    high = std::clamp(high, 0, layers - 1);
    first = highChanged ? std::min(low, high) : low;
    high = std::max(first, high);
    last = high == layers - 1 ? -1 : high;
    changed = true;
  }
  ImGui::PopID();
}

}  // namespace

void DirectionControls::reset() {
  m_chosen.clear();
  m_last = -1;
  m_first = 0;
}

void DirectionControls::draw(const WindowFacts& facts, WindowDraft& draft) {
  if (!facts.directions || facts.model->info().input == model::InputKind::Picture) {
    return;
  }
  heading("Directions");
  ImGui::SameLine();
  constexpr float kWidth = 62.0F;
  ImGui::SetCursorPosX(ImGui::GetCursorPosX() + ImGui::GetContentRegionAvail().x - 2.0F * kWidth - kGap);
  const float line = ImGui::GetCursorPosY() - 5.0F;
  ImGui::SetCursorPosY(line);
  ImGui::BeginDisabled(draft.latent.directions.empty());
  if (button("directionsreset", "Reset", Icon::None, kWidth)) {
    draft.latent.directions.clear();
    draft.edited = "reset directions";
  }
  ImGui::EndDisabled();
  tooltip("Back to where the seed alone is");
  ImGui::SameLine(0.0F, kGap);
  ImGui::SetCursorPosY(line);
  if (button("directionsadd", "Add…", Icon::None, kWidth)) {
    ImGui::OpenPopup("##find");
  }
  tooltip("Finds directions that change something one can see, or brings them in");
  drawFind(facts, draft);
  if (facts.directions->empty() && draft.latent.directions.empty()) {
    hint("Sliders for what the model has learnt, as age or colour: Add… finds them without any example.");
    return;
  }
  int row = 0;
  for (const KeptDirection& kept : *facts.directions) {
    drawDirection(facts, draft, kept, row++);
  }
  // What a picture brought with it, and nobody kept.
  for (std::size_t i = 0; i < draft.latent.directions.size(); ++i) {
    const model::DirectionStep step = draft.latent.directions[i];
    const bool known = std::any_of(facts.directions->begin(), facts.directions->end(), [&](const KeptDirection& kept) {
      return kept.direction->values == step.direction->values;
    });
    if (!known) {
      float value = step.strength;
      SliderOptions options;
      options.labelWidth = 92.0F;
      options.emphasised = true;
      options.low = -std::max(3.0F, std::abs(step.strength));
      options.high = -options.low;
      const std::string id = "foreign" + std::to_string(i);
      const auto result = slider(id.c_str(), step.direction->name.c_str(), value, options);
      if (result.changed || result.reset) {
        draft.latent.directions[i].strength = result.reset ? 0.0F : value;
        draft.edited = step.direction->name;
      }
    }
  }
}

void DirectionControls::drawFind(const WindowFacts& facts, WindowDraft& draft) {
  if (!ImGui::BeginPopup("##find")) {
    return;
  }
  constexpr float kWide = 248.0F;
  ImGui::Dummy({kWide, 0.0F});
  ImGui::TextColored(colorVec(palette().quiet), "Found in the model itself");
  drawMethods(facts, draft, kWide);
  DirectionCommand command;
  ImGui::Separator();
  ImGui::TextColored(colorVec(palette().quiet), "From pictures");
  ImGui::BeginDisabled(!facts.pinned);
  if (button("between", "From the pinned picture to this", Icon::None, kWide)) {
    command.kind = DirectionCommand::Kind::Between;
    draft.directions.push_back(command);
    ImGui::CloseCurrentPopup();
  }
  ImGui::EndDisabled();
  tooltip(facts.pinned ? "What leads from the one to the other" : "Pin a picture first (P), then move on to another one");
  ImGui::SetNextItemWidth(kWide - 96.0F);
  ImGui::InputTextWithHint("##tag", "tag in the gallery", m_tag, sizeof m_tag);
  notePlace("directiontag");
  ImGui::SameLine(0.0F, kGap);
  ImGui::BeginDisabled(m_tag[0] == '\0');
  if (button("fromtag", "By the tag", Icon::None, 92.0F)) {
    command.kind = DirectionCommand::Kind::FromTag;
    command.text = m_tag;
    draft.directions.push_back(command);
    ImGui::CloseCurrentPopup();
  }
  ImGui::EndDisabled();
  tooltip("The boundary between kept pictures of this model that have the tag and those that have not (InterFaceGAN)");
  ImGui::Separator();
  if (button("loaddirections", "Load a file…", Icon::None, kWide)) {
    command.kind = DirectionCommand::Kind::Load;
    draft.directions.push_back(command);
    ImGui::CloseCurrentPopup();
  }
  tooltip("npy, safetensors or csv: one direction a row");
  ImGui::EndPopup();
}

void DirectionControls::drawMethods(const WindowFacts& facts, WindowDraft& draft, float width) {
  using Method = FindDirections::Method;
  struct Choice {
    Method method;
    const char* id;
    const char* name;
    const char* tip;
  };
  const auto& info = facts.model->info();
  const float third = (width - 2.0F * kGap) / 3.0F;
  for (const Choice& choice :
       {Choice{Method::Pca, "methodpca", "PCA", "Where its pictures differ most (GANSpace): the axes of 10 000 latents"},
        Choice{Method::Activations, "methodactivations", "PCA of layer",
               "Where one layer's answers differ most (GANSpace): early layers tell of form, later ones of detail. Takes longer"},
        Choice{Method::Sefa, "methodsefa", "SeFa", "What its weights answer most to (SeFa): at once, and for a range of layers"}}) {
    if (choice.method != Method::Pca) {
      ImGui::SameLine(0.0F, kGap);
    }
    if (button(choice.id, choice.name, Icon::None, third, m_method == choice.method)) {
      m_method = choice.method;
    }
    tooltip(choice.tip);
  }
  if (m_method == Method::Activations) {
    constexpr int kMost = 99;  // the search tells how many there are where that is beyond
    const int last = info.mixLayers() > 1 ? info.mixLayers() - 1 : kMost;
    m_layer = std::min(m_layer, last);
    ImGui::SetNextItemWidth(width);
    ImGui::DragInt("##layer", &m_layer, 0.1F, 0, last, "behind layer %d", ImGuiSliderFlags_AlwaysClamp);
    notePlace("activationlayer");
    tooltip("0 is the first layer; drag, or double-click to type");
  }
  if (m_method == Method::Sefa && info.styleLayers > 1) {
    bool changed = false;
    layerFields("sefalayers", info.styleLayers, m_first, m_last, changed);
  }
  ImGui::SetNextItemWidth(width - 60.0F);
  ImGui::SliderInt("##count", &m_count, 1, 20, m_count == 1 ? "%d direction" : "%d directions");
  ImGui::SameLine(0.0F, kGap);
  if (button("findnow", "Find", Icon::None, 56.0F)) {
    DirectionCommand command;
    command.find.method = m_method;
    command.find.count = std::min(m_count, info.wDim > 0 ? info.wDim : info.zDim);
    command.find.firstLayer = m_method == Method::Sefa ? m_first : m_method == Method::Activations ? m_layer : 0;
    command.find.lastLayer = m_method == Method::Sefa ? m_last : -1;
    draft.directions.push_back(command);
    ImGui::CloseCurrentPopup();
  }
}

void DirectionControls::drawDirection(const WindowFacts& facts, WindowDraft& draft, const KeptDirection& kept, int row) {
  const auto it = stepAlong(draft.latent.directions, *kept.direction);
  const bool gone = it != draft.latent.directions.end();
  float units = gone && kept.unit != 0.0F ? it->strength / kept.unit : 0.0F;
  const std::string id = "direction" + std::to_string(row);
  ImGui::PushID(kept.id.c_str());
  const float toggle = 22.0F;
  if (button((id + ".more").c_str(), "", m_chosen == kept.id ? Icon::Previous : Icon::Next, toggle, m_chosen == kept.id)) {
    m_chosen = m_chosen == kept.id ? std::string() : kept.id;
    std::snprintf(m_name, sizeof m_name, "%s", kept.direction->name.c_str());
  }
  tooltip(kept.how.c_str());
  ImGui::SameLine(0.0F, 6.0F);
  SliderOptions options;
  options.low = -kReach;
  options.high = kReach;
  options.typedLow = -20.0F;
  options.typedHigh = 20.0F;
  options.labelWidth = 78.0F;
  options.emphasised = gone;
  const auto result = slider(id.c_str(), kept.direction->name.c_str(), units, options);
  if (result.changed || result.reset) {
    go(draft.latent, kept, result.reset ? 0.0F : units);
    draft.edited = kept.direction->name;
  }
  if (m_chosen == kept.id) {
    drawDetails(facts, draft, kept);
  }
  ImGui::PopID();
}

void DirectionControls::drawStrip(const WindowFacts& facts, WindowDraft& draft, const KeptDirection& kept) {
  model::LatentState base = draft.latent;
  go(base, kept, 0.0F);
  const model::DirectionStep shape{kept.direction, kept.unit, kept.firstLayer, kept.lastLayer};
  base.directions.push_back(shape);  // so that layers and unit count for the version, too
  if (m_stripOf != kept.id || base != m_base) {
    m_base = base;
    m_stripOf = kept.id;
    ++m_version;
  }
  const float width = ImGui::GetContentRegionAvail().x;
  const auto count = static_cast<float>(kStrip.size());
  const float side = (width - kGap * (count - 1.0F)) / count;
  for (std::size_t i = 0; i < kStrip.size(); ++i) {
    if (i > 0) {
      ImGui::SameLine(0.0F, kGap);
    }
    const auto picture = facts.previews->picture({PreviewGroup::Directions, static_cast<std::int64_t>(i)}, m_version, [&] {
      model::LatentState state = draft.latent;
      go(state, kept, kStrip[i]);
      return state;
    });
    if (thumbnail(("directionstrip" + std::to_string(i)).c_str(), picture, {side, side})) {
      go(draft.latent, kept, kStrip[i]);
      draft.edited = kept.direction->name;
    }
    char text[32];
    std::snprintf(text, sizeof text, "%+.1f: click to go there", kStrip[i]);
    tooltip(text);
  }
}

void DirectionControls::drawDetails(const WindowFacts& facts, WindowDraft& draft, const KeptDirection& kept) {
  drawStrip(facts, draft, kept);
  DirectionCommand command;
  command.id = kept.id;
  const float width = ImGui::GetContentRegionAvail().x;
  ImGui::SetNextItemWidth(width);
  const bool entered = ImGui::InputTextWithHint("##name", "Name", m_name, sizeof m_name, ImGuiInputTextFlags_EnterReturnsTrue);
  notePlace("directionname");
  if ((entered || ImGui::IsItemDeactivatedAfterEdit()) && m_name[0] != '\0') {
    command.kind = DirectionCommand::Kind::Rename;
    command.text = m_name;
    draft.directions.push_back(command);
  }
  const int layers = facts.model->info().mixLayers();
  if (layers > 1) {
    command.first = kept.firstLayer;
    command.last = kept.lastLayer;
    bool changed = false;
    layerFields("directionlayers", layers, command.first, command.last, changed);
    if (changed) {
      command.kind = DirectionCommand::Kind::Layers;
      draft.directions.push_back(command);
      const auto it = stepAlong(draft.latent.directions, *kept.direction);
      if (it != draft.latent.directions.end()) {
        it->firstLayer = command.first;
        it->lastLayer = command.last;
        draft.edited = "layers of " + kept.direction->name;
      }
    }
  }
  const float third = (width - 2.0F * kGap) / 3.0F;
  const auto act = [&](const char* id, const char* text, DirectionCommand::Kind kind, int by, const char* tip) {
    if (button(id, text, Icon::None, third)) {
      command.kind = kind;
      command.first = by;
      draft.directions.push_back(command);
    }
    tooltip(tip);
  };
  act("directionup", "Up", DirectionCommand::Kind::Move, -1, "Further up in the list");
  ImGui::SameLine(0.0F, kGap);
  act("directiondown", "Down", DirectionCommand::Kind::Move, 1, "Further down in the list");
  ImGui::SameLine(0.0F, kGap);
  act("directionremove", "Remove", DirectionCommand::Kind::Remove, 0, "Takes it out of those that are kept for this model");
  hint(kept.how.c_str());
  ImGui::Dummy({0.0F, 4.0F});
}

}  // namespace loom::ui

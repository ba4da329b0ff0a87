#include "ui/panels/timeline_panel.h"

#include "ui/panels/thumbnail.h"
#include "ui/panels/widgets.h"
#include "ui/theme/imgui_theme.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>

namespace loom::ui {
namespace {

constexpr float kGap = 6.0F;
constexpr float kRulerHeight = 26.0F;
constexpr float kSide = 84.0F;  // of a keyframe's picture

constexpr std::array kEasings{model::Easing::Linear, model::Easing::Smooth, model::Easing::EaseIn, model::Easing::EaseOut,
                              model::Easing::Hold};

const char* nameFor(model::Easing easing) {
  switch (easing) {
    case model::Easing::Linear: return "Evenly";
    case model::Easing::Smooth: return "Slow at both ends";
    case model::Easing::EaseIn: return "Slow at its start";
    case model::Easing::EaseOut: return "Slow at its end";
    case model::Easing::Hold: return "Hold, then cut";
  }
  return "";
}

/// Times ascend again after one was moved.
void sort(model::Timeline& timeline) {
  std::stable_sort(timeline.keyframes.begin(), timeline.keyframes.end(),
                   [](const auto& a, const auto& b) { return a.seconds < b.seconds; });
}

std::string clock(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%d:%05.2f", static_cast<int>(seconds / 60.0), std::fmod(seconds, 60.0));
  return text;
}

/// A distance between marks that leaves them some 80 pixels apart.
double markStep(double seconds, float width) {
  const double wanted = seconds * 80.0 / static_cast<double>(width);
  for (const double step : {0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0}) {
    if (step >= wanted) {
      return step;
    }
  }
  return 3600.0;
}

}  // namespace

void TimelinePanel::draw(const WindowFacts& facts, WindowDraft& draft) {
  if (!facts.model || facts.model->info().input == model::InputKind::Picture) {
    hint("Open a generator with a latent: keyframes of its pictures make a film here.");
    return;
  }
  drawTools(facts, draft);
  if (draft.timeline.keyframes.empty()) {
    ImGui::Dummy({0.0F, 4.0F});
    hint("Press A, or Add keyframe, to keep the picture as it is now as a moment of a film. Move on to another picture and "
         "add it too: the film leads from one to the next.");
    return;
  }
  if (m_dragged < 0) {
    const double end = std::max(model::durationOf(draft.timeline), draft.timeline.keyframes.back().seconds);
    m_scale = std::max(2.0, end * 1.02);
  }
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  const float room = std::max(100.0F, ImGui::GetContentRegionAvail().x);
  const Ruler ruler{origin.x + 8.0F, room - kSide - 16.0F, m_scale};
  drawRuler(facts, draft, ruler);
  drawKeyframes(facts, draft, ruler, {origin.x, origin.y + kRulerHeight + kGap});
  drawStrip(facts, draft, ruler);
}

/// What lies between the keyframes, at even distances.
void TimelinePanel::drawStrip(const WindowFacts& facts, WindowDraft& draft, const Ruler& ruler) {
  const double duration = model::durationOf(draft.timeline);
  const float side = std::min(64.0F, ImGui::GetContentRegionAvail().y - kGap);
  if (duration <= 0.0 || side < 24.0F) {
    return;
  }
  if (draft.timeline != m_film) {
    m_film = draft.timeline;
    ++m_filmVersion;
  }
  const float width = ruler.at(duration) - ruler.left + (draft.timeline.loop ? 0.0F : side);
  const int count = std::clamp(static_cast<int>(width / (side + 2.0F)), 2, 48);
  const float y = ImGui::GetCursorScreenPos().y;
  for (int i = 0; i < count; ++i) {
    const double time = duration * i / (draft.timeline.loop ? count : count - 1);
    ImGui::SetCursorScreenPos({ruler.at(time), y});
    const auto picture = facts.previews->picture({PreviewGroup::Strip, i}, m_filmVersion * 64 + static_cast<std::uint64_t>(count), [&] {
      return model::stateAt(m_film, time, facts.model->info());
    });
    if (thumbnail(("filmstrip" + std::to_string(i)).c_str(), picture, {side, side})) {
      draft.scrub = time;
    }
  }
}

void TimelinePanel::drawTools(const WindowFacts& facts, WindowDraft& draft) {
  auto& timeline = draft.timeline;
  const bool canPlay = model::durationOf(timeline) > 0.0;
  ImGui::BeginDisabled(!canPlay);
  if (button("play", facts.playing ? "Pause" : "Play", facts.playing ? Icon::Pause : Icon::Play, 84.0F, facts.playing)) {
    draft.commands.push_back(Command::TogglePlay);
  }
  ImGui::EndDisabled();
  tooltip("Plays the film  Shift+Space");
  ImGui::SameLine(0.0F, kGap);
  if (button("keyframe", "Add keyframe", Icon::None, 104.0F)) {
    draft.commands.push_back(Command::AddKeyframe);
  }
  tooltip("The picture as it is now becomes a moment of the film: behind the last one, or where the playhead stands  A");
  ImGui::SameLine(0.0F, 16.0F);
  if (button("loop", "Loop", Icon::None, 54.0F, timeline.loop)) {
    timeline.loop = !timeline.loop;
    draft.edited = "loop";
  }
  tooltip("The last keyframe leads back to the first");
  ImGui::SameLine(0.0F, kGap);
  const bool spline = timeline.interpolation == model::Interpolation::Spline;
  if (button("spline", "Smooth path", Icon::None, 92.0F, spline)) {
    timeline.interpolation = spline ? model::Interpolation::Slerp : model::Interpolation::Spline;
    draft.edited = "path of the film";
  }
  tooltip("A spline through all keyframes, without corners; else great circles from one to the next");
  ImGui::SameLine(0.0F, 16.0F);
  if (facts.makingVideo) {
    if (button("pausevideo", facts.videoPaused ? "Go on" : "Pause video", Icon::None, 96.0F, facts.videoPaused)) {
      draft.commands.push_back(Command::PauseVideo);
    }
    tooltip("The video that is being made waits; the cross in the status bar ends it");
  } else {
    ImGui::BeginDisabled(!canPlay);
    if (button("savevideo", "Save video…", Icon::None, 96.0F)) {
      draft.commands.push_back(Command::SaveVideo);
    }
    ImGui::EndDisabled();
    tooltip("Renders every frame of the film into a file  Ctrl+E");
  }
  ImGui::SameLine(0.0F, 16.0F);
  ImGui::AlignTextToFramePadding();
  ImGui::TextColored(colorVec(palette().quiet), "%s / %s", clock(facts.playhead).c_str(),
                     clock(model::durationOf(timeline)).c_str());
  if (timeline.keyframes.size() > 1) {
    auto speed = static_cast<float>(model::durationOf(timeline));
    SliderOptions options;
    options.low = options.origin = 1.0F;
    options.high = 60.0F;
    options.typedLow = 0.1F;
    options.typedHigh = 3600.0F;
    options.format = "%.1f s";
    options.labelWidth = 52.0F;
    const float rest = ImGui::GetContentRegionAvail().x;
    ImGui::SameLine(0.0F, 16.0F);
    if (ImGui::GetContentRegionAvail().x > 200.0F && rest > 0.0F) {
      const auto result = slider("filmlength", "Length", speed, options);
      if (result.changed) {
        const double factor = std::max(0.1, static_cast<double>(speed)) / model::durationOf(timeline);
        for (auto& keyframe : timeline.keyframes) {
          keyframe.seconds *= factor;
        }
        draft.edited = "length of the film";
      }
    } else {
      ImGui::NewLine();
    }
  }
}

void TimelinePanel::drawRuler(const WindowFacts& facts, WindowDraft& draft, const Ruler& ruler) {
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  ImGui::InvisibleButton("##ruler", {std::max(20.0F, ImGui::GetContentRegionAvail().x), kRulerHeight});
  const float bottom = origin.y + kRulerHeight;
  notePlace("ruler", {ruler.left, origin.y}, {ruler.left + ruler.width, bottom});
  if (ImGui::IsItemActive()) {
    draft.scrub = std::clamp(ruler.time(ImGui::GetIO().MousePos.x), 0.0, model::durationOf(draft.timeline));
  }
  tooltip("Drag to look at the film at any time");
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddLine({ruler.left, bottom - 1.0F}, {ruler.left + ruler.width, bottom - 1.0F}, color(palette().line));
  const double step = markStep(ruler.seconds, ruler.width);
  for (double time = 0.0; time <= ruler.seconds; time += step) {
    const float x = ruler.at(time);
    char text[32];
    std::snprintf(text, sizeof text, step < 1.0 ? "%.1f s" : "%.0f s", time);
    list.AddLine({x, bottom - 6.0F}, {x, bottom - 1.0F}, color(palette().line));
    list.AddText({x + 4.0F, origin.y + 2.0F}, color(palette().quiet), text);
  }
  const float x = ruler.at(facts.playhead);
  list.AddTriangleFilled({x - 5.0F, bottom - 10.0F}, {x + 5.0F, bottom - 10.0F}, {x, bottom - 1.0F}, color(palette().accent));
  list.AddLine({x, bottom - 2.0F}, {x, bottom + kGap + kSide + 20.0F}, color(palette().accent, 0.8F));
}

std::uint64_t TimelinePanel::versionOf(std::size_t index, const model::LatentState& state) {
  Shown& shown = m_shown[index];
  if (shown.version == 0 || shown.state != state) {
    shown = {state, ++m_version};
  }
  return shown.version;
}

void TimelinePanel::drawKeyframes(const WindowFacts& facts, WindowDraft& draft, const Ruler& ruler, ImVec2 origin) {
  auto& keyframes = draft.timeline.keyframes;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImGuiIO& io = ImGui::GetIO();
  const std::size_t count = keyframes.size();
  bool moved = false;
  for (std::size_t i = 0; i < count; ++i) {
    const model::Keyframe keyframe = keyframes[i];
    const std::string id = "keyframe" + std::to_string(i);
    ImGui::PushID(static_cast<int>(i));
    ImGui::SetCursorScreenPos({ruler.at(keyframe.seconds), origin.y});
    ImGui::SetNextItemAllowOverlap();
    const auto picture = facts.previews->picture({PreviewGroup::Timeline, static_cast<std::int64_t>(i)},
                                                 versionOf(i, keyframe.state), [&] { return keyframe.state; });
    const bool here = std::abs(facts.playhead - keyframe.seconds) < 1e-6;
    const bool clicked = thumbnail(id.c_str(), picture, {kSide, kSide}, here);
    if (ImGui::IsItemActivated()) {
      m_dragged = static_cast<int>(i);
      m_grabbedAt = ruler.time(io.MousePos.x) - keyframe.seconds;
    }
    if (m_dragged == static_cast<int>(i) && ImGui::IsItemActive() && ImGui::IsMouseDragging(ImGuiMouseButton_Left, 3.0F)) {
      const double wanted = std::max(0.0, ruler.time(io.MousePos.x) - m_grabbedAt);
      // Between its neighbours: a keyframe does not jump over another one.
      const double low = i == 0 ? 0.0 : keyframes[i - 1].seconds;
      const double high = i + 1 < count ? keyframes[i + 1].seconds : std::max(wanted, ruler.seconds);
      keyframes[i].seconds = std::clamp(std::round(wanted * 100.0) / 100.0, low, std::max(low, high));
      draft.edited = "move a keyframe";
      moved = true;
    } else if (clicked && io.MouseDragMaxDistanceSqr[0] < 9.0F) {
      draft.scrub = keyframe.seconds;
    }
    tooltip("Click: go there. Drag: another time. Right click: replace, remove, how it leads on.");
    if (ImGui::BeginPopupContextItem("##keyframemenu")) {
      drawMenu(draft, i);
      ImGui::EndPopup();
    }
    char text[48];
    std::snprintf(text, sizeof text, "%.2f s", keyframe.seconds);
    list.AddText({ruler.at(keyframe.seconds) + 2.0F, origin.y + kSide + 3.0F}, color(palette().quiet), text);
    ImGui::PopID();
    if (keyframes.size() != count) {
      break;  // the menu took one away
    }
  }
  if (!ImGui::IsMouseDown(ImGuiMouseButton_Left)) {
    m_dragged = -1;
  }
  if (moved) {
    sort(draft.timeline);
  }
  ImGui::SetCursorScreenPos({origin.x, origin.y + kSide + 22.0F});
  ImGui::Dummy({1.0F, 1.0F});
}

void TimelinePanel::drawMenu(WindowDraft& draft, std::size_t index) {
  auto& keyframes = draft.timeline.keyframes;
  ImGui::TextColored(colorVec(palette().quiet), "On the way to the next");
  for (const model::Easing easing : kEasings) {
    if (ImGui::MenuItem(nameFor(easing), nullptr, keyframes[index].easing == easing)) {
      keyframes[index].easing = easing;
      draft.edited = "easing";
    }
  }
  ImGui::Separator();
  if (ImGui::MenuItem("Replace by the picture as it is now")) {
    keyframes[index].state = draft.latent;
    draft.edited = "replace a keyframe";
  }
  if (ImGui::MenuItem("Repeat at the end")) {
    model::Keyframe copy = keyframes[index];
    const double gap = keyframes.size() > 1 ? keyframes.back().seconds / static_cast<double>(keyframes.size() - 1) : 2.0;
    copy.seconds = keyframes.back().seconds + std::max(0.1, gap);
    keyframes.push_back(copy);
    draft.edited = "repeat a keyframe";
  }
  if (ImGui::MenuItem("Remove")) {
    keyframes.erase(keyframes.begin() + static_cast<std::ptrdiff_t>(index));
    draft.edited = "remove a keyframe";
  }
}

}  // namespace loom::ui

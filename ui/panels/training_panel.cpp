#include "ui/panels/training_panel.h"

#include "ui/panels/widgets.h"
#include "ui/theme/imgui_theme.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace loom::ui {
namespace {

using State = TrainingFacts::State;
using Kind = TrainingCommand::Kind;

constexpr float kControls = 284.0F;  // logical pixels
constexpr int kColumns = 4;          // of the samples
constexpr float kGap = 16.0F;

struct PlotKind {
  const char* name;
  std::array<std::pair<const char*, const char*>, 2> curves;  // tag, label
  float guide;
  const char* says;
};
const std::array<PlotKind, 8> kPlots{
    {{"Loss", {{{"loss/G", "G"}, {"loss/D", "D"}}}, NAN,
      "What G and D play for. Neither has to fall: they play against each other. A few at most is usual, and steady is good."},
     {"Outputs", {{{"D/real", "real"}, {"D/fake", "generated"}}}, 0.0F, "D's mean output on real and on generated pictures."},
     {"Accuracy", {{{"D/accuracy real", "real"}, {"D/accuracy fake", "generated"}}}, 0.5F,
      "How often D is right. At the 50 % line it cannot tell; above 95 % on both, G learns little."},
     {"Gradients", {{{"gradient/G", "G"}, {"gradient/D", "D"}}}, NAN, "The norm of all gradients. Near zero, nothing is learnt."},
     {"Penalty", {{{"penalty", "of D"}, {"penalty/path length", "path length"}}}, NAN,
      "R1 or WGAN-GP, as it enters D's loss; path length, as it enters G's."},
     {"Augment", {{{"augment/p", "p"}, {"augment/sign D(real)", "sign of D(real)"}}}, 0.6F,
      "ADA's strength p, and how surely D knows the real pictures. p rises while that is above the target."},
     {"Classes", {{{"classes/rarest", "rarest"}, {"classes/commonest", "commonest"}}}, NAN,
      "Shares of the rarest and the commonest class among generated pictures, as a small classifier sees them, times the "
      "number of classes. 1: as even as can be."},
     {"Diversity", {{{"diversity", "of the data's own"}, {"", ""}}}, 1.0F,
      "How much generated samples differ among themselves. 1: as the data do; far below: mode collapse."}}};

std::string spoken(double seconds) {
  const auto whole = static_cast<long>(std::lround(std::max(0.0, seconds)));
  char text[48];
  if (whole >= 3600) {
    std::snprintf(text, sizeof text, "%ld h %02ld min", whole / 3600, whole / 60 % 60);
  } else if (whole >= 60) {
    std::snprintf(text, sizeof text, "%ld min %02ld s", whole / 60, whole % 60);
  } else {
    std::snprintf(text, sizeof text, "%ld s", whole);
  }
  return text;
}

void ask(WindowDraft& draft, Kind kind, std::string name = {}, std::string value = {}, std::int64_t step = 0) {
  draft.training.push_back({kind, std::move(name), std::move(value), step});
}

}  // namespace

std::size_t TrainingPanel::shownSheet(const TrainingFacts& training) const {
  const std::size_t count = training.film.size();
  return count == 0 || m_scrub < 0 ? (count ? count - 1 : 0) : std::min<std::size_t>(static_cast<std::size_t>(m_scrub), count - 1);
}

void TrainingPanel::draw(const WindowFacts& facts, WindowDraft& draft) {
  if (!facts.training || facts.training->state == State::Idle) {
    drawIdle(facts, draft);
    return;
  }
  const TrainingFacts& training = *facts.training;
  const ImVec2 room = ImGui::GetContentRegionAvail();
  ImGui::BeginChild("##controls", {kControls, room.y});
  drawControls(training, draft);
  ImGui::EndChild();
  const float samples = std::min(room.y, std::max(150.0F, room.x * 0.24F));
  ImGui::SameLine(0.0F, kGap);
  ImGui::BeginChild("##plot", {std::max(160.0F, room.x - kControls - samples - 2.0F * kGap), room.y});
  drawPlot(training, draft, ImGui::GetContentRegionAvail());
  ImGui::EndChild();
  ImGui::SameLine(0.0F, kGap);
  ImGui::BeginChild("##samples", {samples, room.y});
  drawSamples(facts, draft, samples, room.y);
  ImGui::EndChild();
}

void TrainingPanel::drawIdle(const WindowFacts&, WindowDraft& draft) {
  heading("Training");
  hint("Nothing is trained yet. Begin with pictures of your own, or with eight Gaussians that show how the game is played.");
  if (button("training.new", "New training…")) {
    ask(draft, Kind::New);
  }
  ImGui::SameLine();
  if (button("training.resume-run", "Resume a run…")) {
    ask(draft, Kind::Open);
  }
}

void TrainingPanel::drawControls(const TrainingFacts& training, WindowDraft& draft) {
  heading(training.title.c_str());
  const model::TrainingStatus& status = training.status;
  if (training.state == State::Opening) {
    hint("Looking over the data and making the networks …");
    return;
  }
  if (training.state == State::Failed) {
    hint(training.message.c_str());
    if (button("training.new", "New training…")) {
      ask(draft, Kind::New);
    }
    return;
  }
  const bool running = training.state == State::Running;
  const bool over = training.state == State::Done;
  if (over) {
    if (button("training.new", "New training…")) {
      ask(draft, Kind::New);
    }
    ImGui::SameLine();
    if (button("training.resume-run", "Resume a run…")) {
      ask(draft, Kind::Open);
    }
  } else {
    if (button("training.pause", "", running ? Icon::Pause : Icon::Play)) {
      ask(draft, running ? Kind::Pause : Kind::Resume);
    }
    tooltip(running ? "Pause" : "Go on");
    ImGui::SameLine();
    if (!running && button("training.step", "Step")) {
      ask(draft, Kind::Step);
    }
    if (!running) {
      tooltip("One step of G with its steps of D");
      ImGui::SameLine();
    }
    if (button("training.snapshot", "Snapshot")) {
      ask(draft, Kind::Snapshot);
    }
    ImGui::SameLine();
    if (button("training.stop", "Stop")) {
      ask(draft, Kind::Stop);
    }
    tooltip("Writes a snapshot and ends; the run can be resumed");
    ImGui::SameLine();
    drawRollBack(training, draft);
  }
  drawHealth(training, draft);
  char text[64];
  std::snprintf(text, sizeof text, "%lld of %d", static_cast<long long>(status.step), status.steps);
  factRow("Step", text);
  std::snprintf(text, sizeof text, "%.1f steps, %.0f pictures a second", status.stepsPerSecond,
                status.stepsPerSecond * status.settings.batch);
  factRow("Pace", text);
  std::string time = spoken(status.secondsSpent);
  if (!over && status.stepsPerSecond > 0.0) {
    time += ", to go " + spoken(static_cast<double>(status.steps - status.step) / status.stepsPerSecond);
  }
  factRow("Time", time.c_str());
  if (training.diversity && training.diversity->modesHit) {
    std::snprintf(text, sizeof text, "%d of %d, %.0f %% good", *training.diversity->modesHit, *training.diversity->modes,
                  *training.diversity->highQuality * 100.0);
    factRow("Modes hit", text);
  }
  if (!over) {
    drawLiveSettings(training, draft);
  }
}

/// A choice of snapshots to return to, the newest first.
void TrainingPanel::drawRollBack(const TrainingFacts& training, WindowDraft& draft) {
  constexpr const char* kPopup = "snapshots";
  constexpr std::size_t kShown = 16;
  ImGui::BeginDisabled(training.snapshots.empty());
  if (button("training.roll-back", "Back…")) {
    ImGui::OpenPopup(kPopup);
  }
  ImGui::EndDisabled();
  tooltip("Rolls back to a snapshot; the training and its curves go on from there");
  if (ImGui::BeginPopup(kPopup)) {
    const std::size_t count = training.snapshots.size();
    for (std::size_t i = 0; i < std::min(kShown, count); ++i) {
      const std::int64_t step = training.snapshots[count - 1 - i];
      if (ImGui::Selectable(("Step " + std::to_string(step)).c_str())) {
        ask(draft, Kind::RollBack, {}, {}, step);
      }
      notePlace(("training.roll-back." + std::to_string(step)).c_str());
    }
    ImGui::EndPopup();
  }
}

void TrainingPanel::drawHealth(const TrainingFacts& training, WindowDraft& draft) {
  const auto& alarms = training.status.alarms;
  ImGui::PushStyleColor(ImGuiCol_Text, colorVec(alarms.empty() ? palette().text : palette().accent));
  ImGui::PushTextWrapPos(0.0F);
  ImGui::TextUnformatted(training.status.health.c_str());
  ImGui::PopTextWrapPos();
  ImGui::PopStyleColor();
  if (alarms.empty()) {
    return;
  }
  hint(alarms.front().help.c_str());
  if (const auto& remedy = alarms.front().remedy) {
    if (button("training.remedy", ("Set " + remedy->first + " to " + remedy->second).c_str())) {
      ask(draft, Kind::Set, remedy->first, remedy->second);
    }
  }
  if (!training.snapshots.empty() && button("training.back", ("Back to step " + std::to_string(training.snapshots.back())).c_str())) {
    ask(draft, Kind::RollBack, {}, {}, training.snapshots.back());
  }
}

void TrainingPanel::drawLiveSettings(const TrainingFacts& training, WindowDraft& draft) {
  heading("Live settings");
  constexpr std::array<const char*, 3> kAlways{"learning-rate-g", "learning-rate-d", "steps-of-d"};
  constexpr std::array<const char*, 7> kWhereUsed{"r1",    "gradient-penalty", "path-length", "style-mixing",
                                                  "drift", "weight-clip",      "ada-target"};
  std::vector<const char*> names(kAlways.begin(), kAlways.end());
  for (const char* name : kWhereUsed) {
    const bool used = std::string_view(name) == "ada-target" ? training.status.settings.augment == model::Augment::Ada
                                                             : model::settingValue(training.status.settings, name) != "0";
    if (used) {
      names.push_back(name);
    }
  }
  names.push_back("steps");
  for (const char* name : names) {
    const std::string value = model::settingValue(training.status.settings, name);
    ImGui::PushID(name);
    ImGui::AlignTextToFramePadding();
    ImGui::TextColored(colorVec(palette().quiet), "%s", name);
    ImGui::SameLine(128.0F);
    ImGui::SetNextItemWidth(ImGui::GetContentRegionAvail().x);
    char text[32];
    std::snprintf(text, sizeof text, "%s", value.c_str());
    if (ImGui::InputText("##value", text, sizeof text, ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_CharsScientific)) {
      ask(draft, Kind::Set, name, text);
    }
    notePlace((std::string("training.set.") + name).c_str());
    ImGui::PopID();
  }
}

void TrainingPanel::drawPlot(const TrainingFacts& training, WindowDraft& draft, ImVec2 size) {
  for (std::size_t i = 0; i < kPlots.size(); ++i) {
    const bool there = std::any_of(kPlots[i].curves.begin(), kPlots[i].curves.end(),
                                   [&](const auto& one) { return training.curves.contains(one.first); });
    if (!there) {
      continue;
    }
    if (button((std::string("plot.") + kPlots[i].name).c_str(), kPlots[i].name, Icon::None, 0.0F, m_kind == static_cast<int>(i))) {
      m_kind = static_cast<int>(i);
    }
    tooltip(kPlots[i].says);
    ImGui::SameLine();
  }
  if (button("plot.log", "Log", Icon::None, 0.0F, m_plot.logarithmic)) {
    m_plot.logarithmic = !m_plot.logarithmic;
  }
  ImGui::SameLine();
  if (button("plot.smooth", "Smooth", Icon::None, 0.0F, m_plot.smoothing > 0.0F)) {
    m_plot.smoothing = m_plot.smoothing > 0.0F ? 0.0F : 0.9F;
  }
  ImGui::SameLine();
  if (button("plot.compare", "Compare…")) {
    ask(draft, Kind::Compare);
  }
  tooltip("Lays the curves of another run over these");
  if (!training.others.empty()) {
    ImGui::SameLine();
    if (button("plot.compare-none", "Alone")) {
      ask(draft, Kind::CompareNone);
    }
    tooltip("Takes the other runs' curves away");
  }
  const PlotKind& kind = kPlots[static_cast<std::size_t>(m_kind)];
  std::vector<PlotCurve> curves;
  for (std::size_t i = 0; i < kind.curves.size(); ++i) {
    const auto it = training.curves.find(kind.curves[i].first);
    if (it != training.curves.end()) {
      curves.push_back({kind.curves[i].second, &it->second, color(i == 0 ? palette().accent : palette().second)});
    }
  }
  for (const auto& [run, others] : training.others) {
    for (std::size_t i = 0; i < kind.curves.size(); ++i) {
      const auto it = others.find(kind.curves[i].first);
      if (it != others.end()) {
        curves.push_back({run + ": " + kind.curves[i].second, &it->second, color(i == 0 ? palette().accent : palette().second, 0.45F)});
      }
    }
  }
  m_plot.draw("plot", {size.x, std::max(60.0F, ImGui::GetContentRegionAvail().y)}, curves, training.marks, kind.guide);
}

void TrainingPanel::drawSamples(const WindowFacts& facts, WindowDraft& draft, float width, float height) {
  const TrainingFacts& training = *facts.training;
  m_hovered = -1;
  if (training.film.empty()) {
    return;
  }
  const std::size_t shown = shownSheet(training);
  const float side = std::min(width, height - (training.film[shown].channels == 0 ? 34.0F : 68.0F));
  const ImVec2 from = ImGui::GetCursorScreenPos();
  ImGui::InvisibleButton("##sheet", {side, side});
  notePlace("training.samples");
  ImDrawList& list = *ImGui::GetWindowDrawList();
  if (training.film[shown].channels == 0) {
    drawPoints(training, from, side);
  } else if (facts.sheetTexture != 0) {
    list.AddImageRounded(static_cast<ImTextureID>(facts.sheetTexture), from, {from.x + side, from.y + side}, {0, 0}, {1, 1},
                         IM_COL32_WHITE, 4.0F);
    if (ImGui::IsItemHovered()) {
      const ImVec2 mouse = ImGui::GetIO().MousePos;
      const int x = std::clamp(static_cast<int>((mouse.x - from.x) / side * kColumns), 0, kColumns - 1);
      const int y = std::clamp(static_cast<int>((mouse.y - from.y) / side * kColumns), 0, kColumns - 1);
      m_hovered = y * kColumns + x;
      if (facts.stripTexture != 0 && ImGui::BeginTooltip()) {
        ImGui::TextUnformatted("The same latent over time");
        constexpr float kCell = 56.0F;
        ImGui::Image(static_cast<ImTextureID>(facts.stripTexture), {kCell * static_cast<float>(facts.stripLength), kCell});
        ImGui::EndTooltip();
      }
    }
  }
  const auto last = static_cast<float>(training.film.size() - 1);
  float place = static_cast<float>(shown);
  SliderOptions options;
  options.low = options.typedLow = 0.0F;
  options.high = options.typedHigh = std::max(1.0F, last);
  options.origin = 0.0F;
  options.format = "";
  options.labelWidth = 92.0F;
  ImGui::BeginDisabled(last == 0.0F);
  if (slider("training.film", ("Step " + std::to_string(training.film[shown].step)).c_str(), place, options).changed) {
    m_scrub = place >= last - 0.5F ? -1 : static_cast<int>(std::lround(place));
  }
  ImGui::EndDisabled();
  if (training.film[shown].channels > 0 && button("training.explore", "Explore this", Icon::None, side)) {
    ask(draft, Kind::Explore, {}, {}, m_scrub < 0 ? -1 : training.film[shown].step);
  }
  tooltip("Puts the network of this moment (of the snapshot before it) under the sliders; the training goes on");
}

/// A toy's samples over D's judgement: warm where it takes points for real.
void TrainingPanel::drawPoints(const TrainingFacts& training, ImVec2 from, float side) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled(from, {from.x + side, from.y + side}, color(palette().ground), 4.0F);
  list.PushClipRect(from, {from.x + side, from.y + side}, true);
  const model::TrainingMap& map = training.map;
  if (map.side > 1) {
    const auto [low, high] = std::minmax_element(map.values.begin(), map.values.end());
    const float span = std::max(1e-6F, *high - *low);
    const float cell = side / static_cast<float>(map.side);
    for (int y = 0; y < map.side; ++y) {
      for (int x = 0; x < map.side; ++x) {
        const float share = (map.values[static_cast<std::size_t>(y * map.side + x)] - *low) / span;
        const ImVec2 at{from.x + static_cast<float>(x) * cell, from.y + side - static_cast<float>(y + 1) * cell};
        list.AddRectFilled(at, {at.x + cell + 0.5F, at.y + cell + 0.5F}, color(palette().second, 0.55F * share));
      }
    }
  }
  const float reach = map.side > 0 ? map.reach : 1.5F;
  const std::vector<float>& points = training.film[shownSheet(training)].points;
  for (std::size_t i = 0; i + 1 < points.size(); i += 2) {
    const ImVec2 at{from.x + side * (0.5F + 0.5F * points[i] / reach), from.y + side * (0.5F - 0.5F * points[i + 1] / reach)};
    list.AddRectFilled({at.x - 1.0F, at.y - 1.0F}, {at.x + 1.0F, at.y + 1.0F}, color(palette().accent, 0.8F));
  }
  list.PopClipRect();
}

}  // namespace loom::ui

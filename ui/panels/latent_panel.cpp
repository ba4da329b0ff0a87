#include "ui/panels/latent_panel.h"

#include "ui/panels/seed_field.h"
#include "ui/panels/widgets.h"
#include "ui/theme/imgui_theme.h"

#include <algorithm>
#include <cstdio>

namespace loom::ui {
namespace {

constexpr float kSpacing = 8.0F;

}  // namespace

void LatentPanel::draw(const WindowFacts& facts, WindowDraft& draft) {
  heading("Latent");
  if (!facts.model) {
    hint("Open a checkpoint (File → Open, or drop one here) and its latent space lies under these controls.");
    return;
  }
  if (m_model != facts.model->id()) {
    m_model = facts.model->id();
    m_pager.reset();
    m_directions.reset();
  }
  drawSeed(draft);
  m_pad.draw(draft);
  const auto& info = facts.model->info();
  if (info.truncation != model::Truncation::None) {
    auto psi = static_cast<float>(draft.latent.truncation);
    SliderOptions options;
    options.low = 0.0F;
    options.high = 1.5F;
    options.origin = 0.0F;
    options.format = "%.2f";
    options.emphasised = true;
    const auto result = slider("truncation", "Truncation ψ", psi, options);
    if (result.changed || result.reset) {
      draft.latent.truncation = result.reset ? 1.0 : static_cast<double>(psi);
      draft.edited = "truncation";
    }
  }
  m_directions.draw(facts, draft);
  drawWalk(facts, draft);
  drawDimensions(facts, draft);
}

void LatentPanel::drawSeed(WindowDraft& draft) {
  const float arrow = ImGui::GetFrameHeight();
  const float width = ImGui::GetContentRegionAvail().x;
  const float shuffleWidth = 92.0F;
  std::uint32_t seed = draft.latent.seed;
  if (seedField("##seed", seed, width - shuffleWidth - 2.0F * arrow - 3.0F * kSpacing + 8.0F)) {
    draft.latent = model::withSeed(draft.latent, seed);
    draft.edited = "seed " + std::to_string(seed);
  }
  tooltip("The seed: the same number gives the same picture in every program of this field");
  ImGui::SameLine(0.0F, 4.0F);
  if (button("previous", "", Icon::Previous, arrow)) {
    draft.commands.push_back(Command::PreviousSeed);
  }
  tooltip("Previous seed  [");
  ImGui::SameLine(0.0F, 4.0F);
  if (button("next", "", Icon::Next, arrow)) {
    draft.commands.push_back(Command::NextSeed);
  }
  tooltip("Next seed  ]");
  ImGui::SameLine(0.0F, kSpacing);
  if (button("shuffle", "Shuffle", Icon::Dice, shuffleWidth)) {
    draft.commands.push_back(Command::Shuffle);
  }
  tooltip("A seed by chance  R");
}

void LatentPanel::drawWalk(const WindowFacts& facts, WindowDraft& draft) {
  heading("Towards another seed");
  const float width = ImGui::GetContentRegionAvail().x;
  const float playWidth = 92.0F;
  const float arrow = ImGui::GetFrameHeight();
  std::uint32_t target = draft.latent.targetSeed;
  if (seedField("##target", target, width - playWidth - arrow - 4.0F - kSpacing)) {
    draft.latent.targetSeed = target;
    draft.edited = "second seed";
  }
  tooltip("The seed that the slider below leads to");
  ImGui::SameLine(0.0F, 4.0F);
  if (button("targetdice", "", Icon::Dice, arrow)) {
    draft.latent.targetSeed = seedByChance();
    draft.edited = "second seed";
  }
  tooltip("Another second seed by chance");
  ImGui::SameLine(0.0F, kSpacing);
  if (button("walk", facts.walking ? "Pause" : "Walk", facts.walking ? Icon::Pause : Icon::Play, playWidth,
             facts.walking)) {
    draft.commands.push_back(Command::ToggleWalk);
  }
  tooltip("A random walk from seed to seed  Space");
  float percent = draft.latent.blend * 100.0F;
  SliderOptions options;
  options.low = options.typedLow = 0.0F;
  options.high = options.typedHigh = 100.0F;
  options.format = "%.0f %%";
  const auto blend = slider("blend", "On the way", percent, options);
  if (blend.changed || blend.reset) {
    draft.latent.blend = blend.reset ? 0.0F : std::clamp(percent / 100.0F, 0.0F, 1.0F);
    draft.edited = "interpolation";
  }
  if (facts.walking) {
    auto seconds = static_cast<float>(draft.secondsPerSeed);
    options.low = options.typedLow = 0.5F;
    options.high = options.typedHigh = 15.0F;
    options.origin = 0.5F;
    options.format = "%.1f s";
    const auto pace = slider("pace", "Per seed", seconds, options);
    draft.secondsPerSeed = pace.reset ? 4.0 : static_cast<double>(seconds);
  }
}

void LatentPanel::drawDimensions(const WindowFacts& facts, WindowDraft& draft) {
  const auto count = static_cast<int>(facts.z->size());
  heading("Dimensions of z");
  ImGui::SameLine();
  const float resetWidth = 62.0F;
  ImGui::SetCursorPosX(ImGui::GetCursorPosX() + ImGui::GetContentRegionAvail().x - resetWidth);
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() - 5.0F);
  ImGui::BeginDisabled(draft.latent.edits.size() == draft.latent.locks.size() && draft.latent.blend == 0.0F &&
                       draft.latent.pad == model::PadPosition{});
  if (button("reset", "Reset", Icon::None, resetWidth)) {
    draft.commands.push_back(Command::ResetEdits);
  }
  ImGui::EndDisabled();
  tooltip("Back to the seed itself; locked dimensions stay  Backspace");
  m_strip.draw(facts, draft, m_pager.first(count), m_pager.end(count) - m_pager.first(count));
  m_pager.draw(count);
  m_pager.fitRows(count);
  for (int i = m_pager.first(count); i < m_pager.end(count); ++i) {
    drawSlider(facts, draft, i);
  }
}

void LatentPanel::drawSlider(const WindowFacts& facts, WindowDraft& draft, int dimension) {
  auto& latent = draft.latent;
  const auto edit = latent.edits.find(dimension);
  float value = edit != latent.edits.end() ? edit->second : (*facts.z)[static_cast<std::size_t>(dimension)];
  const bool uniform = facts.model->info().zDistribution == model::ZDistribution::Uniform;
  SliderOptions options;
  options.low = uniform ? -1.0F : -3.0F;
  options.high = uniform ? 1.0F : 3.0F;
  options.labelWidth = 34.0F;
  options.emphasised = edit != latent.edits.end() || dimension == m_pager.found();
  options.lockable = true;
  options.locked = latent.locks.contains(dimension);
  char id[16];
  char label[16];
  std::snprintf(id, sizeof id, "z%d", dimension);
  std::snprintf(label, sizeof label, "%d", dimension);
  const SliderResult result = slider(id, label, value, options);
  if (result.changed && !options.locked) {
    latent.edits[dimension] = value;
    draft.edited = "z " + std::to_string(dimension);
  }
  if (result.reset) {
    latent.edits.erase(dimension);
    latent.locks.erase(dimension);
    draft.edited = "reset z " + std::to_string(dimension);
  }
  if (result.toggleLock) {
    if (options.locked) {
      latent.locks.erase(dimension);
    } else {
      latent.edits[dimension] = value;
      latent.locks.insert(dimension);
    }
    draft.edited = (options.locked ? "unlock z " : "lock z ") + std::to_string(dimension);
  }
}

}  // namespace loom::ui

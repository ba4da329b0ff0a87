#include "ui/panels/condition_panel.h"

#include "ui/panels/seed_field.h"
#include "ui/panels/widgets.h"

#include <imgui.h>

#include <array>
#include <string>

namespace loom::ui {
namespace {

constexpr float kGap = 6.0F;

float shareOfWidth(std::size_t parts) {
  const auto count = static_cast<float>(parts);
  return (ImGui::GetContentRegionAvail().x - kGap * (count - 1.0F)) / count;
}

const char* nameOf(model::NoiseMode mode) {
  switch (mode) {
    case model::NoiseMode::Constant: return "Stored";
    case model::NoiseMode::Random: return "Random";
    case model::NoiseMode::None: return "None";
  }
  return "";
}

void drawNoise(const model::GeneratorInfo& info, WindowDraft& draft) {
  if (info.noiseModes.empty()) {
    return;
  }
  heading("Noise");
  const model::NoiseMode now = draft.latent.noise.value_or(info.noiseModes.front());
  const float width = shareOfWidth(info.noiseModes.size());
  for (const model::NoiseMode mode : info.noiseModes) {
    if (mode != info.noiseModes.front()) {
      ImGui::SameLine(0.0F, kGap);
    }
    const std::string name = nameOf(mode);
    if (button(("noise" + name).c_str(), name.c_str(), Icon::None, width, mode == now)) {
      draft.latent.noise = mode;
      draft.edited = "noise";
    }
    tooltip(mode == model::NoiseMode::Constant ? "The noise that the checkpoint stores: hair and skin keep their places"
            : mode == model::NoiseMode::Random ? "Noise drawn from a seed of its own"
                                               : "No noise: smooth as porcelain");
  }
  if (now == model::NoiseMode::Random) {
    const float arrow = ImGui::GetFrameHeight();
    if (seedField("##noiseseed", draft.latent.noiseSeed, ImGui::GetContentRegionAvail().x - arrow - kGap)) {
      draft.edited = "noise seed";
    }
    ImGui::SameLine(0.0F, kGap);
    if (button("noisedice", "", Icon::Dice, arrow)) {
      draft.latent.noiseSeed = seedByChance();
      draft.edited = "noise seed";
    }
    tooltip("Another noise by chance");
  }
}

void drawTransform(const model::GeneratorInfo& info, WindowDraft& draft) {
  if (!info.hasTransform) {
    return;
  }
  heading("Transform");
  struct Row {
    const char* id;
    const char* label;
    float* value;
    float reach;
    const char* format;
  };
  auto& transform = draft.latent.transform;
  for (const Row& row : {Row{"shiftX", "Shift →", &transform.x, 0.5F, "%+.3f"},
                         Row{"shiftY", "Shift ↓", &transform.y, 0.5F, "%+.3f"},
                         Row{"turn", "Turn", &transform.turn, 180.0F, "%+.1f°"}}) {
    SliderOptions options;
    options.low = -row.reach;
    options.high = row.reach;
    options.typedLow = -10.0F * row.reach;
    options.typedHigh = 10.0F * row.reach;
    options.format = row.format;
    const auto result = slider(row.id, row.label, *row.value, options);
    if (result.reset) {
      *row.value = 0.0F;
    }
    if (result.changed || result.reset) {
      draft.edited = "transform";
    }
  }
}

void drawOutputs(const model::GeneratorInfo& info, WindowDraft& draft) {
  if (info.resolutions.size() < 2 && !info.hasFade && !info.hasNormStatistics) {
    return;
  }
  heading("Output");
  if (info.resolutions.size() > 1) {
    const int now = draft.latent.resolution == 0 ? info.resolutions.back() : draft.latent.resolution;
    const float right = ImGui::GetCursorScreenPos().x + ImGui::GetContentRegionAvail().x;
    constexpr float kWidth = 46.0F;
    for (const int pixels : info.resolutions) {
      if (pixels != info.resolutions.front()) {
        ImGui::SameLine(0.0F, 4.0F);
        if (ImGui::GetCursorScreenPos().x + kWidth > right) {
          ImGui::NewLine();
        }
      }
      const std::string text = std::to_string(pixels);
      if (button(("resolution" + text).c_str(), text.c_str(), Icon::None, kWidth, pixels == now)) {
        draft.latent.resolution = pixels == info.resolutions.back() ? 0 : pixels;
        draft.edited = "output of " + text + " pixels";
      }
      tooltip("The network's output of this size");
    }
  }
  if (info.hasFade) {
    SliderOptions options;
    options.low = options.typedLow = 0.0F;
    options.high = options.typedHigh = 1.0F;
    options.format = "%.2f";
    const auto result = slider("fade", "Fade", draft.latent.fade, options);
    if (result.reset) {
      draft.latent.fade = 0.0F;
    }
    if (result.changed || result.reset) {
      draft.edited = "fade";
    }
  }
  if (info.hasNormStatistics) {
    const std::array<std::pair<model::NormStatistics, const char*>, 3> kinds{
        {{model::NormStatistics::Original, "As authors"},
         {model::NormStatistics::Instance, "Picture's"},
         {model::NormStatistics::Stored, "Stored"}}};
    hint("Statistics of the norms");
    const float width = shareOfWidth(kinds.size());
    for (const auto& [kind, name] : kinds) {
      if (kind != kinds.front().first) {
        ImGui::SameLine(0.0F, kGap);
      }
      if (button((std::string("norm") + name).c_str(), name, Icon::None, width, draft.latent.normStatistics == kind)) {
        draft.latent.normStatistics = kind;
        draft.edited = "norm statistics";
      }
      tooltip("Which mean and spread the norm layers use");
    }
  }
}

}  // namespace

bool ConditionPanel::hasContent(const model::OpenedModel* model) {
  if (!model) {
    return false;
  }
  const auto& info = model->info();
  return info.labels != model::LabelKind::None || info.mixLayers() > 0 || !info.noiseModes.empty() ||
         info.hasTransform || info.resolutions.size() > 1 || info.hasFade || info.hasNormStatistics;
}

void ConditionPanel::draw(const WindowFacts& facts, WindowDraft& draft) {
  if (!hasContent(facts.model)) {
    hint("This model has neither classes nor styles nor noise.");
    return;
  }
  const auto& info = facts.model->info();
  if (m_model != facts.model->id()) {
    m_model = facts.model->id();
    m_styles.reset();
    m_board.reset();
  }
  m_classes.draw(info, draft);
  m_board.draw(facts, draft);
  drawNoise(info, draft);
  drawTransform(info, draft);
  drawOutputs(info, draft);
  m_styles.draw(info, draft);
}

}  // namespace loom::ui

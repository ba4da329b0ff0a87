#include "ui/panels/import_panel.h"

#include "ui/panels/widgets.h"
#include "ui/theme/imgui_theme.h"

#include <algorithm>
#include <array>

namespace loom::ui {
namespace {

using model::ActivationKind;
using model::LayerKind;
using model::LayoutLayer;
using model::Told;

constexpr float kLabel = 96.0F;  // logical pixels
constexpr float kIndent = 14.0F;

/// A label before a control; a guess is marked in the accent, and told when the pointer rests on it.
void label(const char* text, bool guessed) {
  const float left = ImGui::GetCursorPosX();
  ImGui::AlignTextToFramePadding();
  ImGui::PushStyleColor(ImGuiCol_Text, colorVec(guessed ? palette().accent : palette().quiet));
  ImGui::TextUnformatted(guessed ? (std::string("? ") + text).c_str() : text);
  ImGui::PopStyleColor();
  if (guessed) {
    tooltip("A guess: the file does not tell it. Change it, and the picture follows.");
  }
  ImGui::SameLine(left + kLabel);
  ImGui::SetNextItemWidth(ImGui::GetContentRegionAvail().x);
}

/// A choice among `values`; true where another one was taken, which is then told, not guessed.
template <typename Value, std::size_t N>
bool choice(const std::string& id, const char* text, Told<Value>& told, const std::array<Value, N>& values,
            const std::array<const char*, N>& names) {
  label(text, told.guessed);
  bool changed = false;
  const auto now = std::find(values.begin(), values.end(), told.value);
  const char* shown = now == values.end() ? "" : names[static_cast<std::size_t>(now - values.begin())];
  if (ImGui::BeginCombo(("##" + id).c_str(), shown)) {
    for (std::size_t i = 0; i < N; ++i) {
      if (ImGui::Selectable(names[i], values[i] == told.value)) {
        changed = !(values[i] == told.value) || told.guessed;
        told = {values[i], false};
      }
      notePlace((id + "." + std::to_string(i)).c_str());
    }
    ImGui::EndCombo();
  }
  notePlace(id.c_str());
  return changed;
}

bool whole(const std::string& id, const char* text, Told<int>& told, int low, int high) {
  label(text, told.guessed);
  int value = told.value;
  const bool changed = ImGui::InputInt(("##" + id).c_str(), &value) && std::clamp(value, low, high) != told.value;
  notePlace(id.c_str());
  if (changed) {
    told = {std::clamp(value, low, high), false};
  }
  return changed;
}

bool number(const std::string& id, const char* text, Told<double>& told, double low, double high) {
  label(text, told.guessed);
  double value = told.value;
  ImGui::InputDouble(("##" + id).c_str(), &value, 0.0, 0.0, "%.6g");
  notePlace(id.c_str());
  const bool changed = ImGui::IsItemDeactivatedAfterEdit() && value >= low && value <= high && value != told.value;
  if (changed) {
    told = {value, false};
  }
  return changed;
}

bool activationChoice(const std::string& id, Told<ActivationKind>& told) {
  using A = ActivationKind;
  return choice(id, "Function", told,
                std::array{A::ReLU, A::LeakyReLU, A::Elu, A::Selu, A::Silu, A::Gelu, A::Softplus, A::Tanh, A::Sigmoid,
                           A::None},
                std::array{"ReLU", "LeakyReLU", "ELU", "SELU", "SiLU", "GELU", "Softplus", "tanh", "sigmoid", "none"});
}

void list(const char* title, const std::vector<std::string>& lines) {
  if (lines.empty()) {
    return;
  }
  heading(title);
  for (const std::string& line : lines) {
    ImGui::PushTextWrapPos(0.0F);
    ImGui::TextUnformatted(line.c_str());
    ImGui::PopTextWrapPos();
  }
}

LayoutLayer newLayer(LayerKind kind) {
  LayoutLayer layer;
  layer.kind.value = kind;
  return layer;
}

}  // namespace

void ImportPanel::showFindings(std::string file, model::ChainFindings findings) {
  m_file = std::move(file);
  m_findings = std::move(findings);
}

/// Takes over what an opened model says. The readings of a file stay while its layers are changed by hand.
void ImportPanel::adopt(const model::OpenedModel& opened) {
  const model::LayoutReading& reading = *opened.layout();
  const bool same = m_path == opened.path() && m_group == opened.group();
  if (!same || !reading.alternatives.empty()) {
    m_alternatives = reading.alternatives;
    m_summaries.clear();
    for (const model::ChainLayout& layout : m_alternatives) {
      std::vector<std::string> sizes;
      const std::string mismatch = opened.whyNot(layout, &sizes);
      m_summaries.push_back(model::summaryOf(layout, sizes.empty() ? mismatch : sizes.back()));
    }
  }
  m_model = opened.id();
  m_path = opened.path();
  m_group = opened.group();
  m_layout = reading.layout;
  m_sizes = reading.sizes;
  m_mismatch.clear();
}

void ImportPanel::draw(const WindowFacts& facts, WindowDraft& draft) {
  if (hasFindings()) {
    drawFindings(draft);
    return;
  }
  if (!facts.model || !facts.model->layout()) {
    hint("The open network is of a known architecture: it has no layers to set.");
    return;
  }
  const model::OpenedModel& opened = *facts.model;
  if (m_model != opened.id()) {
    adopt(opened);
  }
  m_changed = false;
  heading("Layers");
  drawSource(opened);
  drawRemember(opened, draft);
  drawReadings();
  drawInput();
  drawOutput();
  drawLayers();
  if (m_changed) {
    std::vector<std::string> sizes;
    m_mismatch = opened.whyNot(m_layout, &sizes);
    if (m_mismatch.empty()) {
      m_sizes = std::move(sizes);
      draft.layout = m_layout;
    }
  }
}

void ImportPanel::drawFindings(WindowDraft& draft) const {
  heading("Layers");
  hint((m_file + " was read, but it is neither a known network nor a plain stack of layers, one after the other. " +
        "No picture can be made of it.")
           .c_str());
  notePlace("layers.findings");
  draft.closeLayers = button("layers.close", "Close");
  list("In the way", m_findings.missing);
  list("Found", m_findings.found);
  list("Looked for", m_findings.lookedFor);
}

void ImportPanel::drawSource(const model::OpenedModel& opened) {
  const model::LayoutReading& reading = *opened.layout();
  const int guesses = model::guessCount(m_layout);
  std::string text;
  if (reading.source == model::LayoutSource::Preset) {
    text = "Known: " + m_layout.name + ".";
  } else if (guesses > 0) {
    text = "Read from names and shapes. " + std::to_string(guesses) + " options are guesses, marked with ?: change what " +
           "looks wrong, and the picture follows.";
  } else {
    text = "All of its options are told.";
  }
  hint(text.c_str());
}

void ImportPanel::drawReadings() {
  if (m_alternatives.size() < 2) {
    return;
  }
  heading("Reading");
  const auto now = std::find(m_alternatives.begin(), m_alternatives.end(), m_layout);
  const auto place = static_cast<std::size_t>(now - m_alternatives.begin());
  ImGui::SetNextItemWidth(ImGui::GetContentRegionAvail().x);
  const std::string shown = now == m_alternatives.end() ? "Changed by hand"
                                                       : std::to_string(place + 1) + " of " + std::to_string(m_alternatives.size()) + "   " + m_summaries[place];
  if (ImGui::BeginCombo("##reading", shown.c_str(), ImGuiComboFlags_HeightLarge)) {
    for (std::size_t i = 0; i < m_alternatives.size(); ++i) {
      const std::string text = std::to_string(i + 1) + "   " + m_summaries[i];
      if (ImGui::Selectable(text.c_str(), i == place) && i != place) {
        m_layout = m_alternatives[i];
        m_changed = true;
      }
      notePlace(("reading." + std::to_string(i)).c_str());
    }
    ImGui::EndCombo();
  }
  notePlace("reading");
  tooltip("What the weights agree with, the likeliest first");
}

void ImportPanel::drawInput() {
  heading("Input");
  using D = model::ZDistribution;
  m_changed |= choice("layers.z", ("z, " + std::to_string(m_layout.zDim.value)).c_str(), m_layout.zDistribution,
                      std::array{D::Normal, D::Uniform}, std::array{"normal", "uniform in ±1"});
  if (m_layout.labels.present()) {
    using E = model::LabelEntry;
    m_changed |= choice("layers.entry", "Class enters", m_layout.labels.entry,
                        std::array{E::BeforeZ, E::AfterZ, E::MultipliesZ},
                        std::array{"before z", "after z", "multiplies z"});
  }
}

void ImportPanel::drawOutput() {
  heading("Output");
  using R = model::ValueRange;
  m_changed |= choice("layers.range", "Range", m_layout.range, std::array{R{-1.0F, 1.0F}, R{0.0F, 1.0F}, R{0.0F, 255.0F}},
                      std::array{"−1 to 1", "0 to 1", "0 to 255"});
}

void ImportPanel::drawLayers() {
  heading("From z to the picture");
  for (std::size_t i = 0; i < m_layout.layers.size(); ++i) {
    ImGui::PushID(static_cast<int>(i));
    drawLayer(i);
    ImGui::PopID();
  }
}

void ImportPanel::drawLayer(std::size_t index) {
  LayoutLayer& layer = m_layout.layers[index];
  const std::string id = "layer" + std::to_string(index);
  const std::string name = std::string(layer.kind.guessed ? "? " : "") + model::nameOf(layer.kind.value) +
                           (layer.tensors.empty() ? "" : "  " + layer.tensors);
  const ImVec2 begin = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  factRow(name.c_str(), index < m_sizes.size() ? m_sizes[index].c_str() : "");
  ImGui::SetCursorScreenPos(begin);
  ImGui::InvisibleButton("##row", {std::max(1.0F, width), ImGui::GetTextLineHeight()});
  notePlace(id.c_str());
  tooltip("Right click: add an activation or an upsampling behind it, or take the layer out");
  drawRowMenu(index);
  if (index < m_layout.layers.size()) {
    ImGui::Indent(kIndent);
    drawOptions(m_layout.layers[index], id);
    ImGui::Unindent(kIndent);
  }
}

void ImportPanel::drawOptions(LayoutLayer& layer, const std::string& id) {
  switch (layer.kind.value) {
    case LayerKind::TransposedConv:
    case LayerKind::Conv:
      if (layer.kind.guessed) {
        m_changed |= choice(id + ".kind", "Kind", layer.kind, std::array{LayerKind::TransposedConv, LayerKind::Conv},
                            std::array{"transposed convolution", "convolution"});
      }
      m_changed |= whole(id + ".stride", "Stride", layer.stride, 1, 16);
      m_changed |= whole(id + ".padding", "Padding", layer.padding, 0, 16);
      if (layer.kind.value == LayerKind::TransposedConv && layer.stride.value > 1) {
        m_changed |= whole(id + ".extra", "Output pad.", layer.outputPadding, 0, layer.stride.value - 1);
      }
      break;
    case LayerKind::BatchNorm:
    case LayerKind::InstanceNorm: m_changed |= number(id + ".eps", "eps", layer.eps, 0.0, 1e3); break;
    case LayerKind::Activation:
      m_changed |= activationChoice(id + ".function", layer.activation);
      if (layer.activation.value == ActivationKind::LeakyReLU) {
        m_changed |= number(id + ".slope", "Slope", layer.slope, -10.0, 10.0);
      }
      break;
    case LayerKind::Upsample: {
      using U = model::UpsampleMode;
      m_changed |= whole(id + ".scale", "Scale", layer.scale, 1, 16);
      m_changed |= choice(id + ".mode", "Mode", layer.mode, std::array{U::Nearest, U::Bilinear, U::BilinearCorners},
                          std::array{"nearest", "bilinear", "bilinear, corners"});
      break;
    }
    default: break;
  }
}

void ImportPanel::drawRowMenu(std::size_t index) {
  if (!ImGui::BeginPopupContextItem("##rowmenu")) {
    return;
  }
  auto& layers = m_layout.layers;
  const auto behind = layers.begin() + static_cast<std::ptrdiff_t>(index) + 1;
  const LayoutLayer here = layers[index];
  if (ImGui::MenuItem("Activation behind it")) {
    layers.insert(behind, newLayer(LayerKind::Activation));
    m_changed = true;
  } else if (ImGui::MenuItem("Upsampling behind it")) {
    layers.insert(behind, newLayer(LayerKind::Upsample));
    m_changed = true;
  } else if (here.kind.value == LayerKind::Activation && ImGui::MenuItem("All guessed activations like this")) {
    for (std::size_t i = 0; i + 1 < layers.size(); ++i) {
      if (layers[i].kind.value == LayerKind::Activation && layers[i].activation.guessed) {
        layers[i] = here;
        m_changed = true;
      }
    }
  } else if (here.kind.value == LayerKind::BatchNorm && ImGui::MenuItem("All norms with this eps")) {
    for (LayoutLayer& layer : layers) {
      if (layer.kind.value == LayerKind::BatchNorm) {
        layer.eps = {here.eps.value, false};
        m_changed = true;
      }
    }
  } else if (here.tensors.empty() && layers.size() > 1 && ImGui::MenuItem("Take it out")) {
    layers.erase(behind - 1);
    m_changed = true;
  }
  ImGui::EndPopup();
}

void ImportPanel::drawRemember(const model::OpenedModel& opened, WindowDraft& draft) {
  if (!m_mismatch.empty()) {
    ImGui::PushStyleColor(ImGuiCol_Text, colorVec(palette().accent));
    ImGui::PushTextWrapPos(0.0F);
    ImGui::TextUnformatted(("This does not fit: " + m_mismatch + ".").c_str());
    ImGui::PopTextWrapPos();
    ImGui::PopStyleColor();
  }
  ImGui::BeginDisabled(!m_mismatch.empty());
  if (button("layers.remember", "Remember")) {
    draft.rememberLayout = m_layout;
  }
  ImGui::EndDisabled();
  tooltip(("Writes " + model::sidecarPath(opened.path()).filename().string() +
           " beside the file: the next opening asks nothing")
              .c_str());
  ImGui::SameLine();
  draft.closeLayers = button("layers.close", "Close");
}

}  // namespace loom::ui

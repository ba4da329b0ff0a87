// The import assistant: the layers of a network that is of no known architecture, the guesses among their options marked
// and each changeable; or, of a network that is no chain of layers, what was found and what is in the way.
#pragma once

#include "ui/panels/panel.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace loom::ui {

class ImportPanel : public Panel {
 public:
  const char* title() const override { return "Layers"; }
  void draw(const WindowFacts& facts, WindowDraft& draft) override;

  /// A file that is no chain was read: what is said of it stands until a model opens or the panel is closed.
  void showFindings(std::string file, model::ChainFindings findings);
  void forgetFindings() { m_file.clear(); }
  bool hasFindings() const { return !m_file.empty(); }

 private:
  void adopt(const model::OpenedModel& opened);
  void drawFindings(WindowDraft& draft) const;
  void drawSource(const model::OpenedModel& opened);
  void drawRemember(const model::OpenedModel& opened, WindowDraft& draft);
  void drawReadings();
  void drawInput();
  void drawOutput();
  void drawLayers();
  void drawLayer(std::size_t index);
  void drawOptions(model::LayoutLayer& layer, const std::string& id);
  void drawRowMenu(std::size_t index);

  std::uint64_t m_model = 0;
  std::filesystem::path m_path;
  std::string m_group;
  model::ChainLayout m_layout;      // as edited; the open model's where nothing was changed
  std::vector<std::string> m_sizes;  // behind every layer of the last layout that fitted
  std::vector<model::ChainLayout> m_alternatives;
  std::vector<std::string> m_summaries;  // of the alternatives
  std::string m_mismatch;                // what keeps m_layout from fitting; empty where it fits
  bool m_changed = false;                // in this frame

  std::string m_file;  // what the findings are of; empty: there are none
  model::ChainFindings m_findings;
};

}  // namespace loom::ui

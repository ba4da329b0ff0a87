// Every seed of the rows mixed with every seed of the columns; each cell can be taken over.
#pragma once

#include "ui/panels/panel.h"

#include <map>
#include <vector>

namespace loom::ui {

class MixingGridPanel : public Panel {
 public:
  const char* title() const override { return "Mixing grid"; }
  void draw(const WindowFacts& facts, WindowDraft& draft) override;

 private:
  /// What stands at the head of a row or column.
  struct Line {
    std::uint32_t seed = 0;
    std::map<int, float> classes;  ///< empty: the open picture's
  };
  void drawTools(const WindowFacts& facts, WindowDraft& draft);
  void drawTable(const WindowFacts& facts, WindowDraft& draft);
  void drawCell(const WindowFacts& facts, WindowDraft& draft, int row, int column, float side);
  void drawSeed(std::uint32_t& seed, const char* id, float width);
  void drawLineMenu(const model::GeneratorInfo& info, const WindowDraft& draft, std::vector<Line>& lines, std::size_t index,
                    const std::string& id);
  model::LatentState stateOf(int row, int column) const;
  MixingSheet sheet() const;

  std::vector<Line> m_rows{{0, {}}, {1, {}}, {2, {}}};
  std::vector<Line> m_columns{{10, {}}, {11, {}}, {12, {}}, {13, {}}, {14, {}}, {15, {}}};
  int m_first = 0;  ///< layers that the columns give
  int m_last = 3;
  std::uint64_t m_model = 0;
  model::LatentState m_look;
  std::uint64_t m_version = 1;
};

}  // namespace loom::ui

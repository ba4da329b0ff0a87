#pragma once

#include "ui/session/services.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QSpinBox;

namespace loom::ui {

/// Asks how a grid of seeds is to look; the file is asked for afterwards.
class GridDialog : public QDialog {
  Q_OBJECT

 public:
  GridDialog(std::uint32_t firstSeed, int pictureWidth, int pictureHeight, QWidget* parent = nullptr);

  GridRequest request() const;

 private:
  void refresh();

  QSpinBox* m_rows;
  QSpinBox* m_columns;
  QSpinBox* m_gap;
  QSpinBox* m_scale;
  QComboBox* m_resample;
  QLabel* m_size;
  std::uint32_t m_firstSeed;
  int m_pictureWidth;
  int m_pictureHeight;
};

}  // namespace loom::ui

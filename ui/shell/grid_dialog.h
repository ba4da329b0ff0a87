#pragma once

#include "ui/session/services.h"

#include <QDialog>
#include <QSize>

#include <optional>

class QComboBox;
class QLabel;
class QSpinBox;

namespace loom::ui {

/// Asks how a sheet of pictures is to look; the file is asked for afterwards.
class GridDialog : public QDialog {
  Q_OBJECT

 public:
  /// `from`: what the pictures are of, a line for people. `fixed`: columns × rows where they are no choice.
  GridDialog(const QString& title, const QString& from, std::optional<QSize> fixed, QSize picture, QWidget* parent = nullptr);

  GridRequest request() const;  ///< without path and cells

 private:
  void refresh();

  QSpinBox* m_rows;
  QSpinBox* m_columns;
  QSpinBox* m_gap;
  QSpinBox* m_scale;
  QComboBox* m_resample;
  QLabel* m_size;
  bool m_fixed;
  QSize m_picture;
};

}  // namespace loom::ui

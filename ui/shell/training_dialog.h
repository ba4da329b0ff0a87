// Asks what a training needs to begin: data, recipe, where the run goes, and whatever setting somebody wants otherwise.
#pragma once

#include "model/training_settings.h"
#include "ui/session/services.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QDialogButtonBox;
class QLabel;
class QLineEdit;
class QSpinBox;
class QTableWidget;

namespace loom::ui {

class TrainingDialog : public QDialog {
  Q_OBJECT

 public:
  explicit TrainingDialog(QWidget* parent = nullptr);

  TrainingRequest request() const;
  void accept() override;

 private:
  void takePreset();
  void refresh();
  model::TrainingSettings settings(QString* problem) const;

  QComboBox* m_preset;
  QLabel* m_summary;
  QLineEdit* m_data;
  QLineEdit* m_out;
  QComboBox* m_resolution;
  QSpinBox* m_steps;
  QSpinBox* m_seed;
  QTableWidget* m_all;
  QLabel* m_problem;
  QDialogButtonBox* m_buttons;
};

}  // namespace loom::ui

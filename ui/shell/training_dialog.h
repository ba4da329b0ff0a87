// Asks what a training needs to begin: data, recipe, where the run goes, and whatever setting somebody wants otherwise.
#pragma once

#include "model/training_settings.h"
#include "ui/session/services.h"

#include <QDialog>

#include <optional>

class QCheckBox;
class QComboBox;
class QDialogButtonBox;
class QLabel;
class QLineEdit;
class QSpinBox;
class QTableWidget;
class QTimer;

namespace loom::ui {

class TrainingDialog : public QDialog {
  Q_OBJECT

 public:
  explicit TrainingDialog(Services& services, QWidget* parent = nullptr);
  ~TrainingDialog() override;

  TrainingRequest request() const;
  void accept() override;

 private:
  void takePreset();
  void refresh();
  void foresee();
  void showOutlook(const TrainingOutlook& outlook);
  model::TrainingSettings settings(QString* problem) const;

  Services& m_services;
  QTimer* m_pause;  // between the last change and a look over the data
  QComboBox* m_preset;
  QLabel* m_summary;
  QLineEdit* m_data;
  QLineEdit* m_out;
  QComboBox* m_resolution;
  QSpinBox* m_steps;
  QSpinBox* m_seed;
  QTableWidget* m_all;
  std::optional<TrainingOutlook> m_lastOutlook;
  QLabel* m_sheet;
  QLabel* m_outlook;
  QLabel* m_problem;
  QDialogButtonBox* m_buttons;
};

}  // namespace loom::ui

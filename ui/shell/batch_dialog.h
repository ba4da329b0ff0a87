#pragma once

#include "ui/session/services.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace loom::ui {

/// Asks which pictures are to be saved and as what; where they go is asked for afterwards.
class BatchDialog : public QDialog {
  Q_OBJECT

 public:
  /// What is written: pictures with names of their own, or a synthetic data set.
  enum class Form { Pictures, DatasetFolder, DatasetZip };

  /// `name`: of the model, which file names begin with. `milliseconds`: that one picture takes; 0: not known.
  BatchDialog(const model::GeneratorInfo& info, const QString& name, std::uint32_t firstSeed, double milliseconds,
              QWidget* parent = nullptr);

  Form form() const;
  /// The pattern of the names, with the suffix; of Form::Pictures.
  QString pattern() const;
  BatchRequest request() const;  ///< without a path

 private:
  void refresh();
  qint64 pictures() const;

  QSpinBox* m_count;
  QCheckBox* m_perClass;
  QComboBox* m_form;
  QLineEdit* m_names;
  QSpinBox* m_scale;
  QComboBox* m_resample;
  QLabel* m_result;
  QFormLayout* m_rows;
  QPushButton* m_save;
  std::uint32_t m_firstSeed;
  int m_classes;
  int m_width;
  int m_height;
  double m_milliseconds;
};

}  // namespace loom::ui

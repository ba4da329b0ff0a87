#pragma once

#include "ui/session/services.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QSpinBox;

namespace loom::ui {

/// Asks how a film is to be written; the file is asked for afterwards.
class VideoDialog : public QDialog {
  Q_OBJECT

 public:
  /// `milliseconds`: what one picture takes, for the estimate; 0: unknown.
  VideoDialog(const model::Timeline& film, int pictureWidth, int pictureHeight, double milliseconds, QWidget* parent = nullptr);

  VideoRequest request() const;

 private:
  void refresh();
  int frames() const;

  QComboBox* m_rate;
  QSpinBox* m_scale;
  QComboBox* m_resample;
  QComboBox* m_quality;
  QLabel* m_result;
  double m_seconds;
  bool m_loop;
  int m_width;
  int m_height;
  double m_milliseconds;
};

/// Where the film goes; the suffix says the kind. Empty: not at all.
QString askVideoPath(const QString& name, QWidget* parent);

}  // namespace loom::ui

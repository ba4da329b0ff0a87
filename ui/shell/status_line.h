// The status bar: model · architecture · device · frame time · what goes on; a job shows its progress and a cross.
#pragma once

#include <QMap>
#include <QStatusBar>
#include <QTimer>

class QLabel;
class QProgressBar;
class QToolButton;

namespace loom::ui {

class StatusLine : public QStatusBar {
  Q_OBJECT

 public:
  explicit StatusLine(QWidget* parent = nullptr);

  void setModel(const QString& name, const QString& architecture);
  void setDevice(const QString& name, const QString& reason);
  /// `mark`: what the picture lacks, in a word; empty where nothing.
  void setFrameTime(double milliseconds, const QString& mark = {});
  void setWorking(bool on);  ///< the picture in the making takes so long that a person wonders
  void setReadout(const QString& text);  ///< position and colour under the pointer

  enum class Job { Opening, Saving, Gallery, Directions, Map };
  /// A job under way; `fraction` below 0: unknown. Of several the one that was told last is shown.
  void showJob(Job job, const QString& what, double fraction);
  /// The others that are under way are shown again.
  void endJob(Job job);
  /// A word on what was done; gives way to "ready" after a while.
  void tell(const QString& sentence);

  QString text() const;  ///< all parts as shown, for tests and screen readers

 Q_SIGNALS:
  void cancelRequested(loom::ui::StatusLine::Job job);

 private:
  struct Shown {
    QString what;
    double fraction = -1.0;
  };

  void refresh();
  void drawJob();

  QLabel* m_line;
  QLabel* m_readout;
  QLabel* m_job;
  QProgressBar* m_progress;
  QToolButton* m_cancel;
  QString m_model, m_architecture, m_device, m_told, m_mark;
  double m_milliseconds = 0.0;
  bool m_working = false;
  QMap<Job, Shown> m_jobs;
  Job m_shown = Job::Opening;
  QTimer m_refreshSoon;
};

}  // namespace loom::ui

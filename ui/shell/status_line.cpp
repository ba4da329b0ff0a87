#include "ui/shell/status_line.h"

#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

namespace loom::ui {

StatusLine::StatusLine(QWidget* parent)
    : QStatusBar(parent), m_line(new QLabel(this)), m_readout(new QLabel(this)), m_job(new QLabel(this)),
      m_progress(new QProgressBar(this)), m_cancel(new QToolButton(this)) {
  setSizeGripEnabled(false);
  setContentsMargins(14, 0, 10, 0);
  m_line->setTextFormat(Qt::PlainText);
  m_line->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);  // a long name must not widen the window
  m_readout->setTextFormat(Qt::PlainText);
  m_job->setTextFormat(Qt::PlainText);
  m_progress->setFixedWidth(140);
  m_progress->setTextVisible(false);
  m_cancel->setText(QStringLiteral("✕"));
  m_cancel->setToolTip(tr("Cancel"));
  m_cancel->setFocusPolicy(Qt::TabFocus);
  addWidget(m_line, 1);
  addPermanentWidget(m_readout);
  addPermanentWidget(m_job);
  addPermanentWidget(m_progress);
  addPermanentWidget(m_cancel);
  constexpr int kRefreshMs = 250;
  m_refreshSoon.setSingleShot(true);
  m_refreshSoon.setInterval(kRefreshMs);
  connect(&m_refreshSoon, &QTimer::timeout, this, &StatusLine::refresh);
  connect(m_cancel, &QToolButton::clicked, this, [this] { Q_EMIT cancelRequested(m_shown); });
  drawJob();
}

void StatusLine::setModel(const QString& name, const QString& architecture) {
  m_model = name;
  m_architecture = architecture;
  m_milliseconds = 0.0;
  m_mark.clear();
  refresh();
}

void StatusLine::setDevice(const QString& name, const QString& reason) {
  m_device = name;
  m_line->setToolTip(reason);
  refresh();
}

void StatusLine::setFrameTime(double milliseconds, const QString& mark) {
  // Read by people, who need no sixty numbers a second; each would have the window's raster part drawn and composed anew.
  m_milliseconds = milliseconds;
  m_mark = mark;
  if (!m_refreshSoon.isActive()) {
    m_refreshSoon.start();
  }
}

void StatusLine::setWorking(bool on) {
  if (m_working != on) {
    m_working = on;
    refresh();
  }
}

void StatusLine::setReadout(const QString& text) { m_readout->setText(text); }

void StatusLine::showJob(Job job, const QString& what, double fraction) {
  m_jobs[job] = {what, fraction};
  m_shown = job;
  drawJob();
}

void StatusLine::endJob(Job job) {
  m_jobs.remove(job);
  if (!m_jobs.isEmpty()) {
    m_shown = m_jobs.firstKey();
  }
  drawJob();
}

void StatusLine::drawJob() {
  const bool any = !m_jobs.isEmpty();
  if (any) {
    const Shown& shown = m_jobs[m_shown];
    m_job->setText(shown.what);
    m_progress->setRange(0, shown.fraction < 0.0 ? 0 : 1000);
    m_progress->setValue(static_cast<int>(shown.fraction * 1000.0));
  }
  m_job->setVisible(any);
  m_progress->setVisible(any);
  m_cancel->setVisible(any);
}

void StatusLine::tell(const QString& sentence) {
  constexpr int kReadingMs = 8000;
  m_told = sentence;
  refresh();
  QTimer::singleShot(kReadingMs, this, [this, sentence] {
    if (m_told == sentence) {
      m_told.clear();
      refresh();
    }
  });
}

QString StatusLine::text() const { return m_line->text(); }

void StatusLine::refresh() {
  QStringList parts;
  for (const QString& part : {m_model, m_architecture, m_device}) {
    if (!part.isEmpty()) {
      parts << part;
    }
  }
  if (m_milliseconds > 0.0) {
    const QString time = tr("%1 ms").arg(m_milliseconds, 0, 'f', m_milliseconds < 10.0 ? 1 : 0);
    parts << (m_mark.isEmpty() ? time : m_mark + QLatin1Char(' ') + time);
  }
  parts << (!m_told.isEmpty()     ? m_told
            : m_working           ? tr("making the picture …")
            : m_model.isEmpty()   ? tr("open a checkpoint to begin")
                                  : tr("ready"));
  m_line->setText(parts.join(QStringLiteral("  ·  ")));
}

}  // namespace loom::ui

#include "ui/shell/video_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>
#include <QStandardPaths>

#include <algorithm>
#include <array>
#include <cmath>

namespace loom::ui {
namespace {

constexpr std::array kRates{12, 24, 25, 30, 50, 60};
constexpr int kUsualRate = 3;

}  // namespace

VideoDialog::VideoDialog(const model::Timeline& film, int pictureWidth, int pictureHeight, double milliseconds, QWidget* parent)
    : QDialog(parent), m_result(new QLabel), m_seconds(model::durationOf(film)), m_loop(film.loop), m_width(pictureWidth),
      m_height(pictureHeight), m_milliseconds(milliseconds) {
  setWindowTitle(tr("Save video"));
  const QSettings settings;
  m_rate = new QComboBox;
  m_rate->setObjectName(QStringLiteral("rate"));
  for (const int rate : kRates) {
    m_rate->addItem(tr("%1 per second").arg(rate), rate);
  }
  m_rate->setCurrentIndex(std::clamp(settings.value(QStringLiteral("video/rate"), kUsualRate).toInt(), 0, static_cast<int>(kRates.size()) - 1));
  m_scale = new QSpinBox;
  m_scale->setRange(1, 16);
  m_scale->setSuffix(QStringLiteral(" ×"));
  // Small pictures make small films: players blur what they enlarge.
  const int usual = std::clamp(512 / std::max(1, pictureHeight), 1, 8);
  m_scale->setValue(settings.value(QStringLiteral("video/scale%1").arg(pictureHeight), usual).toInt());
  m_resample = new QComboBox;
  m_resample->addItems({tr("Smooth"), tr("Pixel by pixel")});
  m_resample->setCurrentIndex(settings.value(QStringLiteral("video/resample"), 0).toInt());
  m_quality = new QComboBox;
  m_quality->addItems({tr("Small file"), tr("Good"), tr("Best")});
  m_quality->setCurrentIndex(settings.value(QStringLiteral("video/quality"), 1).toInt());

  auto* form = new QFormLayout(this);
  form->setContentsMargins(24, 20, 24, 20);
  form->setHorizontalSpacing(20);
  form->setVerticalSpacing(9);
  form->addRow(tr("Frames"), m_rate);
  form->addRow(tr("Enlarge"), m_scale);
  form->addRow(tr("Enlarged pixels"), m_resample);
  form->addRow(tr("Quality"), m_quality);
  form->addRow(tr("Result"), m_result);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel);
  buttons->button(QDialogButtonBox::Save)->setText(tr("Save…"));
  form->addRow(buttons);
  connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(m_rate, &QComboBox::currentIndexChanged, this, &VideoDialog::refresh);
  connect(m_scale, &QSpinBox::valueChanged, this, &VideoDialog::refresh);
  refresh();
}

int VideoDialog::frames() const {
  // Both ends of a film are shown; of a loop its beginning once.
  return std::max(1, static_cast<int>(std::lround(m_seconds * m_rate->currentData().toInt())) + (m_loop ? 0 : 1));
}

VideoRequest VideoDialog::request() const {
  QSettings settings;
  settings.setValue(QStringLiteral("video/rate"), m_rate->currentIndex());
  settings.setValue(QStringLiteral("video/scale%1").arg(m_height), m_scale->value());
  settings.setValue(QStringLiteral("video/resample"), m_resample->currentIndex());
  settings.setValue(QStringLiteral("video/quality"), m_quality->currentIndex());
  VideoRequest request;
  request.framesPerSecond = m_rate->currentData().toInt();
  request.scale = m_scale->value();
  request.smooth = m_resample->currentIndex() == 0;
  request.quality = static_cast<VideoRequest::Quality>(m_quality->currentIndex());
  return request;
}

void VideoDialog::refresh() {
  QString text = tr("%1 frames of %2 × %3 pixels, %4 seconds")
                     .arg(frames())
                     .arg(m_width * m_scale->value())
                     .arg(m_height * m_scale->value())
                     .arg(m_seconds, 0, 'f', 1);
  if (m_milliseconds > 0.0) {
    const double seconds = std::ceil(m_milliseconds * frames() / 1000.0);
    text += QLatin1Char('\n') + (seconds < 90.0 ? tr("About %1 s to make").arg(seconds)
                                                : tr("About %1 min to make").arg(std::ceil(seconds / 60.0)));
  }
  m_result->setText(text);
}

QString askVideoPath(const QString& name, QWidget* parent) {
  QSettings settings;
  const QString key = QStringLiteral("video/folder");
  const QString folder = settings.value(key, QStandardPaths::writableLocation(QStandardPaths::MoviesLocation)).toString();
  const QString path = QFileDialog::getSaveFileName(
      parent, QObject::tr("Save video"), folder + QLatin1Char('/') + name + QStringLiteral(".mp4"),
      QObject::tr("Films (*.mp4 *.webm *.gif *.apng);;MP4, H.264 (*.mp4);;WebM, VP9 (*.webm);;GIF (*.gif);;Animated PNG (*.apng);;"
                  "A folder of PNG (*)"));
  if (!path.isEmpty()) {
    settings.setValue(key, QFileInfo(path).absolutePath());
  }
  return path;
}

}  // namespace loom::ui

#include "ui/shell/training_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>
#include <QStandardPaths>
#include <QTableWidget>
#include <QTimer>
#include <QVBoxLayout>

#include <cmath>

namespace loom::ui {
namespace {

/// The first folder of that name, with a number behind it, that is not there yet.
QString freeFolder(const QString& preset) {
  const QString documents = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
  const QString base = QDir(documents).filePath(QStringLiteral("Latent Loom runs/") + preset);
  for (int number = 1;; ++number) {
    const QString folder = base + QLatin1Char(' ') + QString::number(number);
    if (!QFileInfo::exists(folder)) {
      return folder;
    }
  }
}

QWidget* withButtons(QLineEdit* line, std::initializer_list<QPushButton*> buttons) {
  auto* row = new QWidget;
  auto* layout = new QHBoxLayout(row);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(line);
  for (QPushButton* button : buttons) {
    layout->addWidget(button);
  }
  return row;
}

QString spokenTime(double seconds) {
  if (seconds < 1.0) {
    return TrainingDialog::tr("%1 ms").arg(std::lround(seconds * 1000.0));
  }
  const auto whole = static_cast<qlonglong>(std::llround(seconds));
  if (whole < 60) {
    return TrainingDialog::tr("%1 s").arg(whole);
  }
  return whole < 3600 ? TrainingDialog::tr("%1 min").arg((whole + 30) / 60)
                      : TrainingDialog::tr("%1 h %2 min").arg(whole / 3600).arg(whole / 60 % 60);
}

constexpr int kSheet = 150;  // logical pixels
constexpr int kPause = 600;  // milliseconds

}  // namespace

TrainingDialog::~TrainingDialog() { m_services.cancelOutlook(); }

TrainingDialog::TrainingDialog(Services& services, QWidget* parent)
    : QDialog(parent), m_services(services), m_pause(new QTimer(this)), m_preset(new QComboBox), m_summary(new QLabel), m_data(new QLineEdit), m_out(new QLineEdit),
      m_resolution(new QComboBox), m_steps(new QSpinBox), m_seed(new QSpinBox),
      m_all(new QTableWidget(static_cast<int>(model::settingTable().size()), 3)), m_sheet(new QLabel),
      m_outlook(new QLabel), m_problem(new QLabel),
      m_buttons(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel)) {
  setWindowTitle(tr("New training"));
  const QSettings stored;
  for (const model::Preset& preset : model::trainingPresets()) {
    m_preset->addItem(QString::fromStdString(preset.name));
  }
  m_preset->setCurrentText(stored.value(QStringLiteral("training/preset"), QStringLiteral("dcgan")).toString());
  m_preset->setObjectName(QStringLiteral("preset"));
  m_data->setText(stored.value(QStringLiteral("training/data")).toString());
  m_data->setPlaceholderText(tr("A folder of pictures, a zip, NVIDIA's dataset, or MNIST's idx file"));
  m_data->setObjectName(QStringLiteral("data"));
  m_out->setObjectName(QStringLiteral("out"));
  m_resolution->addItem(tr("16 pixels"), 16);
  m_resolution->addItem(tr("32 pixels"), 32);
  m_resolution->addItem(tr("64 pixels"), 64);
  m_resolution->addItem(tr("128 pixels"), 128);
  m_steps->setRange(1, 100'000'000);
  m_steps->setObjectName(QStringLiteral("steps"));
  m_seed->setRange(0, 2'000'000'000);
  m_summary->setWordWrap(true);
  m_problem->setWordWrap(true);
  auto* folder = new QPushButton(tr("Folder…"));
  auto* file = new QPushButton(tr("File…"));
  auto* where = new QPushButton(tr("Choose…"));

  auto* form = new QFormLayout;
  form->setHorizontalSpacing(20);
  form->setVerticalSpacing(9);
  form->addRow(tr("Recipe"), m_preset);
  form->addRow(QString(), m_summary);
  form->addRow(tr("Data"), withButtons(m_data, {folder, file}));
  form->addRow(tr("Run goes to"), withButtons(m_out, {where}));
  form->addRow(tr("Pictures of"), m_resolution);
  form->addRow(tr("Steps"), m_steps);
  form->addRow(tr("Seed"), m_seed);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(24, 20, 24, 20);
  layout->addLayout(form);
  layout->addWidget(new QLabel(tr("Every setting of the recipe; those above win:")));
  m_all->setHorizontalHeaderLabels({tr("Setting"), tr("Value"), tr("What it does")});
  m_all->verticalHeader()->hide();
  m_all->horizontalHeader()->setStretchLastSection(true);
  m_all->setColumnWidth(0, 150);
  m_all->setColumnWidth(1, 110);
  m_all->setMinimumHeight(180);
  layout->addWidget(m_all, 1);
  m_sheet->setFixedSize(kSheet, kSheet);
  m_sheet->setAlignment(Qt::AlignTop | Qt::AlignHCenter);
  m_sheet->setObjectName(QStringLiteral("contactSheet"));
  m_outlook->setWordWrap(true);
  m_outlook->setAlignment(Qt::AlignTop | Qt::AlignLeft);
  m_outlook->setObjectName(QStringLiteral("outlook"));
  auto* outlook = new QHBoxLayout;
  outlook->setSpacing(16);
  outlook->addWidget(m_sheet, 0, Qt::AlignTop);
  outlook->addWidget(m_outlook, 1);
  layout->addLayout(outlook);
  layout->addWidget(m_problem);
  m_buttons->button(QDialogButtonBox::Ok)->setText(tr("Train"));
  layout->addWidget(m_buttons);
  resize(720, 760);
  m_pause->setSingleShot(true);
  m_pause->setInterval(kPause);
  connect(m_pause, &QTimer::timeout, this, &TrainingDialog::foresee);
  connect(&m_services, &Services::trainingForeseen, this, &TrainingDialog::showOutlook);
  connect(&m_services, &Services::trainingNotForeseen, this, [this](const QString& message) {
    m_sheet->setVisible(false);
    m_outlook->setText(message);
  });
  connect(&m_services, &Services::outlookProgress, this, [this](const QString& what, double fraction) {
    m_outlook->setText(tr("%1: %2 %").arg(what).arg(std::lround(fraction * 100.0)));
  });

  connect(folder, &QPushButton::clicked, this, [this] {
    const QString path = QFileDialog::getExistingDirectory(this, tr("Folder of pictures"), m_data->text());
    m_data->setText(path.isEmpty() ? m_data->text() : path);
  });
  connect(file, &QPushButton::clicked, this, [this] {
    const QString path = QFileDialog::getOpenFileName(this, tr("Data"), m_data->text());
    m_data->setText(path.isEmpty() ? m_data->text() : path);
  });
  connect(where, &QPushButton::clicked, this, [this] {
    const QString path = QFileDialog::getSaveFileName(this, tr("Folder of the run"), m_out->text());
    m_out->setText(path.isEmpty() ? m_out->text() : path);
  });
  connect(m_preset, &QComboBox::currentTextChanged, this, &TrainingDialog::takePreset);
  for (QLineEdit* line : {m_data, m_out}) {
    connect(line, &QLineEdit::textChanged, this, &TrainingDialog::refresh);
  }
  connect(m_steps, &QSpinBox::valueChanged, this, [this] {
    if (m_lastOutlook) {
      showOutlook(TrainingOutlook(*m_lastOutlook));
    }
  });
  connect(m_all, &QTableWidget::itemChanged, this, &TrainingDialog::refresh);
  connect(m_resolution, &QComboBox::currentIndexChanged, this, &TrainingDialog::refresh);
  connect(m_buttons, &QDialogButtonBox::accepted, this, &TrainingDialog::accept);
  connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  takePreset();
}

void TrainingDialog::takePreset() {
  const model::Preset& preset = model::presetNamed(m_preset->currentText().toStdString());
  m_summary->setText(QString::fromStdString(preset.summary) + QLatin1Char('.'));
  const QSignalBlocker quiet(m_all);
  int row = 0;
  for (const model::SettingInfo& info : model::settingTable()) {
    auto* name = new QTableWidgetItem(QString::fromStdString(info.name));
    auto* text = new QTableWidgetItem(QString::fromStdString(info.text));
    for (QTableWidgetItem* fixed : {name, text}) {
      fixed->setFlags(Qt::ItemIsEnabled);
    }
    m_all->setItem(row, 0, name);
    m_all->setItem(row, 1, new QTableWidgetItem(QString::fromStdString(settingValue(preset.settings, info.name))));
    m_all->setItem(row, 2, text);
    ++row;
  }
  m_out->setText(freeFolder(m_preset->currentText()));
  m_steps->setValue(preset.settings.steps);
  m_resolution->setCurrentIndex(std::max(0, m_resolution->findData(preset.settings.resolution)));
  refresh();
}

model::TrainingSettings TrainingDialog::settings(QString* problem) const {
  model::TrainingSettings settings = model::presetNamed(m_preset->currentText().toStdString()).settings;
  try {
    for (int row = 0; row < m_all->rowCount(); ++row) {
      setSetting(settings, m_all->item(row, 0)->text().toStdString(), m_all->item(row, 1)->text().toStdString());
    }
    settings.steps = m_steps->value();
    settings.seed = static_cast<std::uint64_t>(m_seed->value());
    settings.resolution = m_resolution->currentData().toInt();
  } catch (const std::exception& error) {
    *problem = QString::fromStdString(error.what());
  }
  return settings;
}

void TrainingDialog::refresh() {
  QString problem;
  const bool toy = settings(&problem).family == model::Family::Toy;
  m_data->setEnabled(!toy);
  m_resolution->setEnabled(!toy);
  if (problem.isEmpty() && !toy && !QFileInfo::exists(m_data->text())) {
    problem = m_data->text().isEmpty() ? tr("Choose the pictures to learn from.") : tr("There is no %1.").arg(m_data->text());
  }
  if (problem.isEmpty() && QFileInfo::exists(m_out->text())) {
    problem = tr("%1 is there already: a run begins in a new folder.").arg(m_out->text());
  }
  m_problem->setText(problem);
  m_buttons->button(QDialogButtonBox::Ok)->setEnabled(problem.isEmpty());
  m_services.cancelOutlook();
  m_sheet->setVisible(false);
  m_outlook->clear();
  m_lastOutlook.reset();
  if (problem.isEmpty()) {
    m_pause->start();
  } else {
    m_pause->stop();
  }
}

void TrainingDialog::foresee() {
  m_outlook->setText(tr("Making a few steps to see how long they take…"));
  m_services.foreseeTraining(request());
}

void TrainingDialog::showOutlook(const TrainingOutlook& outlook) {
  m_lastOutlook = outlook;
  constexpr double kMiB = 1024.0 * 1024.0;
  QStringList lines;
  if (!outlook.data.isEmpty()) {
    lines << outlook.data;
  }
  lines << tr("About %1 a step here, %2 for all %L3; some %L4 MiB of memory.")
               .arg(spokenTime(outlook.secondsPerStep), spokenTime(outlook.secondsPerStep * m_steps->value()))
               .arg(m_steps->value())
               .arg(static_cast<qlonglong>(std::ceil(outlook.bytes / kMiB)));
  if (outlook.freeBytes > 0.0 && outlook.bytes > 0.7 * outlook.freeBytes) {
    lines << tr("That is most of what is free (%L1 MiB): a smaller batch or width is safer.")
                 .arg(static_cast<qlonglong>(outlook.freeBytes / kMiB));
  }
  lines << outlook.warnings;
  m_outlook->setText(lines.join(QLatin1Char('\n')));
  m_sheet->setVisible(!outlook.contactSheet.isNull());
  if (!outlook.contactSheet.isNull()) {
    const int side = static_cast<int>(kSheet * devicePixelRatioF());
    QPixmap sheet = QPixmap::fromImage(outlook.contactSheet.scaled(side, side, Qt::KeepAspectRatio, Qt::SmoothTransformation));
    sheet.setDevicePixelRatio(devicePixelRatioF());
    m_sheet->setPixmap(sheet);
  }
}

TrainingRequest TrainingDialog::request() const {
  QString ignored;
  return {settings(&ignored), m_data->text(), m_out->text(), {}};
}

void TrainingDialog::accept() {
  QSettings stored;
  stored.setValue(QStringLiteral("training/preset"), m_preset->currentText());
  stored.setValue(QStringLiteral("training/data"), m_data->text());
  QDialog::accept();
}

}  // namespace loom::ui

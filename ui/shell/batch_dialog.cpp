#include "ui/shell/batch_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QSettings>
#include <QSpinBox>

#include <algorithm>
#include <cmath>

namespace loom::ui {
namespace {

QSpinBox* spin(int low, int high, int value, const char* name) {
  auto* box = new QSpinBox;
  box->setRange(low, high);
  box->setValue(value);
  box->setObjectName(QLatin1String(name));
  return box;
}

/// What would make a name no name, or many pictures one.
bool isPattern(const QString& text) {
  static const QRegularExpression kNumber(QStringLiteral(R"(\{seed\}|\{index\}|%(0[1-9])?d)"));
  static const QRegularExpression kSuffix(QStringLiteral(R"(\.(png|jpe?g|tiff?)$)"),
                                          QRegularExpression::CaseInsensitiveOption);
  return text.contains(kNumber) && text.contains(kSuffix) && !text.contains(QLatin1Char('/'));
}

}  // namespace

BatchDialog::BatchDialog(const model::GeneratorInfo& info, const QString& name, std::uint32_t firstSeed,
                         double milliseconds, QWidget* parent)
    : QDialog(parent),
      m_result(new QLabel),
      m_firstSeed(firstSeed),
      m_classes(info.labels == model::LabelKind::Classes ? info.classCount : 0),
      m_width(info.width),
      m_height(info.height),
      m_milliseconds(milliseconds) {
  setWindowTitle(tr("Save many pictures"));
  const QSettings settings;
  m_count = spin(1, 10'000'000, settings.value(QStringLiteral("batch/count"), 100).toInt(), "batch.count");
  m_perClass = new QCheckBox(tr("so many of each of the %1 classes").arg(m_classes));
  m_perClass->setObjectName(QStringLiteral("batch.perClass"));
  m_form = new QComboBox;
  m_form->setObjectName(QStringLiteral("batch.form"));
  m_form->addItems({tr("Pictures in a folder"), tr("Synthetic data set, a folder"), tr("Synthetic data set, a zip")});
  m_form->setToolTip(
      tr("A data set has dataset.json as NVIDIA's programs read it, and a page that says that all of it is synthetic"));
  m_form->setCurrentIndex(std::clamp(settings.value(QStringLiteral("batch/form"), 0).toInt(), 0, 2));
  m_names = new QLineEdit(name + QStringLiteral(" seed {seed}.png"));
  m_names->setObjectName(QStringLiteral("batch.names"));
  constexpr int kWidth = 300;  // whatever the result says
  m_names->setMinimumWidth(kWidth);
  m_result->setMinimumWidth(kWidth);
  m_result->setWordWrap(true);
  m_names->setToolTip(
      tr("{seed} and {index} stand for numbers, %04d for the seed with leading zeros; png, jpg or tif"));
  m_scale = spin(1, 16, settings.value(QStringLiteral("batch/scale"), 1).toInt(), "batch.scale");
  m_scale->setSuffix(QStringLiteral(" ×"));
  m_resample = new QComboBox;
  m_resample->addItems({tr("Smooth"), tr("Pixel by pixel")});
  m_resample->setCurrentIndex(settings.value(QStringLiteral("batch/resample"), 0).toInt());

  m_rows = new QFormLayout(this);
  m_rows->setContentsMargins(24, 20, 24, 20);
  m_rows->setSizeConstraint(QLayout::SetFixedSize);  // it fits what is shown
  m_rows->setHorizontalSpacing(20);
  m_rows->setVerticalSpacing(9);
  m_rows->addRow(tr("From seed"), new QLabel(QString::number(firstSeed)));
  m_rows->addRow(tr("Pictures"), m_count);
  m_rows->addRow(tr("As"), m_form);
  m_rows->addRow(QString(), m_perClass);
  m_rows->addRow(tr("Names"), m_names);
  m_rows->addRow(tr("Enlarge"), m_scale);
  m_rows->addRow(tr("Enlarged pixels"), m_resample);
  m_rows->addRow(tr("Result"), m_result);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel);
  m_save = buttons->button(QDialogButtonBox::Save);
  m_save->setText(tr("Save…"));
  m_rows->addRow(buttons);
  connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(m_count, &QSpinBox::valueChanged, this, &BatchDialog::refresh);
  connect(m_scale, &QSpinBox::valueChanged, this, &BatchDialog::refresh);
  connect(m_form, &QComboBox::currentIndexChanged, this, &BatchDialog::refresh);
  connect(m_perClass, &QCheckBox::toggled, this, &BatchDialog::refresh);
  connect(m_names, &QLineEdit::textChanged, this, &BatchDialog::refresh);
  refresh();
}

BatchDialog::Form BatchDialog::form() const { return static_cast<Form>(m_form->currentIndex()); }

QString BatchDialog::pattern() const { return m_names->text(); }

BatchRequest BatchDialog::request() const {
  QSettings settings;
  settings.setValue(QStringLiteral("batch/count"), m_count->value());
  settings.setValue(QStringLiteral("batch/form"), m_form->currentIndex());
  settings.setValue(QStringLiteral("batch/scale"), m_scale->value());
  settings.setValue(QStringLiteral("batch/resample"), m_resample->currentIndex());
  BatchRequest request;
  request.dataset = form() != Form::Pictures;
  request.firstSeed = m_firstSeed;
  request.count = m_count->value();
  request.perClass = request.dataset && m_classes > 0 && m_perClass->isChecked();
  request.picture.scale = m_scale->value();
  request.picture.smooth = m_resample->currentIndex() == 0;
  return request;
}

qint64 BatchDialog::pictures() const {
  const bool perClass = form() != Form::Pictures && m_classes > 0 && m_perClass->isChecked();
  return qint64{m_count->value()} * (perClass ? m_classes : 1);
}

/// Only what the chosen form has is shown.
void BatchDialog::refresh() {
  const bool dataset = form() != Form::Pictures;
  for (QWidget* field : std::initializer_list<QWidget*>{m_names, m_scale, m_resample}) {
    field->setVisible(!dataset);
    m_rows->labelForField(field)->setVisible(!dataset);
  }
  m_perClass->setVisible(dataset && m_classes > 0);
  const int scale = dataset ? 1 : m_scale->value();
  const bool named = dataset || isPattern(m_names->text());
  m_save->setEnabled(named);
  QString text = named ? tr("%1 pictures of %2 × %3 pixels").arg(pictures()).arg(m_width * scale).arg(m_height * scale)
                       : tr("Names need {seed} or {index}, and .png, .jpg or .tif at the end");
  if (named && m_milliseconds > 0.0) {
    const double seconds = std::ceil(m_milliseconds * static_cast<double>(pictures()) / 1000.0);
    text += QLatin1Char('\n') + (seconds < 90.0 ? tr("About %1 s to make").arg(seconds)
                                                : tr("About %1 min to make").arg(std::ceil(seconds / 60.0)));
  }
  m_result->setText(text);
}

}  // namespace loom::ui

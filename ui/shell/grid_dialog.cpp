#include "ui/shell/grid_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>

namespace loom::ui {
namespace {

QSpinBox* spin(int low, int high, int value) {
  auto* box = new QSpinBox;
  box->setRange(low, high);
  box->setValue(value);
  return box;
}

}  // namespace

GridDialog::GridDialog(const QString& title, const QString& from, std::optional<QSize> fixed, QSize picture, QWidget* parent)
    : QDialog(parent), m_size(new QLabel), m_fixed(fixed.has_value()), m_picture(picture) {
  setWindowTitle(title);
  const QSettings settings;
  m_rows = spin(1, 64, fixed ? fixed->height() : settings.value(QStringLiteral("grid/rows"), 4).toInt());
  m_columns = spin(1, 64, fixed ? fixed->width() : settings.value(QStringLiteral("grid/columns"), 6).toInt());
  m_gap = spin(0, 64, settings.value(QStringLiteral("grid/gap"), 2).toInt());
  m_scale = spin(1, 16, settings.value(QStringLiteral("grid/scale"), 2).toInt());
  m_gap->setSuffix(tr(" px"));
  m_scale->setSuffix(QStringLiteral(" ×"));
  m_resample = new QComboBox;
  m_resample->addItems({tr("Smooth"), tr("Pixel by pixel")});
  m_resample->setCurrentIndex(settings.value(QStringLiteral("grid/resample"), 0).toInt());

  auto* form = new QFormLayout(this);
  form->setContentsMargins(24, 20, 24, 20);
  form->setHorizontalSpacing(20);
  form->setVerticalSpacing(9);
  form->addRow(tr("From"), new QLabel(from));
  form->addRow(tr("Rows"), m_rows);
  form->addRow(tr("Columns"), m_columns);
  for (QSpinBox* side : {m_rows, m_columns}) {
    form->labelForField(side)->setVisible(!fixed);
    side->setVisible(!fixed);
  }
  form->addRow(tr("Gap"), m_gap);
  form->addRow(tr("Enlarge"), m_scale);
  form->addRow(tr("Enlarged pixels"), m_resample);
  form->addRow(tr("Result"), m_size);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel);
  buttons->button(QDialogButtonBox::Save)->setText(tr("Save…"));
  form->addRow(buttons);
  connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  for (QSpinBox* box : {m_rows, m_columns, m_gap, m_scale}) {
    connect(box, &QSpinBox::valueChanged, this, &GridDialog::refresh);
  }
  refresh();
}

GridRequest GridDialog::request() const {
  QSettings settings;
  if (!m_fixed) {
    settings.setValue(QStringLiteral("grid/rows"), m_rows->value());
    settings.setValue(QStringLiteral("grid/columns"), m_columns->value());
  }
  settings.setValue(QStringLiteral("grid/gap"), m_gap->value());
  settings.setValue(QStringLiteral("grid/scale"), m_scale->value());
  settings.setValue(QStringLiteral("grid/resample"), m_resample->currentIndex());
  GridRequest request;
  request.rows = m_rows->value();
  request.columns = m_columns->value();
  request.gap = m_gap->value();
  request.picture.scale = m_scale->value();
  request.picture.smooth = m_resample->currentIndex() == 0;
  return request;
}

void GridDialog::refresh() {
  const int pictures = m_rows->value() * m_columns->value();
  const int width = (m_columns->value() * (m_picture.width() + m_gap->value()) - m_gap->value()) * m_scale->value();
  const int height = (m_rows->value() * (m_picture.height() + m_gap->value()) - m_gap->value()) * m_scale->value();
  m_size->setText(tr("%1 pictures, %2 × %3 pixels").arg(pictures).arg(width).arg(height));
}

}  // namespace loom::ui

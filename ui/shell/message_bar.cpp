#include "ui/shell/message_bar.h"

#include "ui/theme/qt_theme.h"

#include <QGridLayout>
#include <QLabel>
#include <QToolButton>

namespace loom::ui {

MessageBar::MessageBar(QWidget* parent)
    : QFrame(parent), m_sentence(new QLabel(this)), m_details(new QLabel(this)), m_more(new QToolButton(this)),
      m_close(new QToolButton(this)), m_palette(&kDarkPalette) {
  setObjectName(QStringLiteral("messageBar"));
  for (QLabel* label : {m_sentence, m_details}) {
    label->setTextFormat(Qt::PlainText);  // file names and tensor names are other people's text
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setFocusPolicy(Qt::NoFocus);
  }
  m_more->setText(tr("Details"));
  m_more->setCheckable(true);
  m_close->setText(QStringLiteral("✕"));
  m_close->setToolTip(tr("Dismiss"));
  m_more->setFocusPolicy(Qt::TabFocus);
  m_close->setFocusPolicy(Qt::TabFocus);
  auto* layout = new QGridLayout(this);
  layout->setContentsMargins(16, 8, 10, 8);
  layout->addWidget(m_sentence, 0, 0);
  layout->addWidget(m_more, 0, 1, Qt::AlignTop);
  layout->addWidget(m_close, 0, 2, Qt::AlignTop);
  layout->addWidget(m_details, 1, 0, 1, 3);
  layout->setColumnStretch(0, 1);
  connect(m_more, &QToolButton::toggled, this, &MessageBar::foldOut);
  connect(m_close, &QToolButton::clicked, this, &QWidget::hide);
  restyle();
  hide();
}

void MessageBar::show(Kind kind, const QString& message) {
  m_kind = kind;
  const auto lineEnd = message.indexOf(u'\n');
  m_sentence->setText(message.left(lineEnd < 0 ? message.size() : lineEnd));
  m_details->setText(lineEnd < 0 ? QString() : message.mid(lineEnd + 1));
  m_more->setVisible(lineEnd >= 0);
  m_more->setChecked(false);
  foldOut(false);
  restyle();
  QFrame::show();
}

QString MessageBar::message() const {
  return m_details->text().isEmpty() ? m_sentence->text() : m_sentence->text() + u'\n' + m_details->text();
}

void MessageBar::setPalette(const Palette& palette) {
  m_palette = &palette;
  restyle();
}

void MessageBar::foldOut(bool on) { m_details->setVisible(on && !m_details->text().isEmpty()); }

void MessageBar::restyle() {
  const bool error = m_kind == Kind::Error;
  const QString ground = toQColor(error ? m_palette->error : m_palette->field).name();
  const QString ink = toQColor(error ? m_palette->onError : m_palette->text).name();
  setStyleSheet(QStringLiteral("#messageBar { background: %1; } #messageBar QLabel, #messageBar QToolButton { color: %2; }")
                    .arg(ground, ink));
}

}  // namespace loom::ui

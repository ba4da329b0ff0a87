#include "ui/shell/shortcuts_dialog.h"

#include "ui/shell/actions.h"

#include <QCoreApplication>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace loom::ui {
namespace {

/// Two columns of text that grow downwards: what it does, and how.
class Table {
 public:
  explicit Table(QVBoxLayout& into) : m_grid(new QGridLayout) {
    m_grid->setHorizontalSpacing(24);
    m_grid->setVerticalSpacing(5);
    m_grid->setColumnStretch(0, 1);
    into.addLayout(m_grid);
  }

  void heading(const QString& text) {
    auto* label = new QLabel(text);
    QFont font = label->font();
    font.setWeight(QFont::DemiBold);
    label->setFont(font);
    label->setContentsMargins(0, m_row ? 10 : 0, 0, 0);
    m_grid->addWidget(label, m_row++, 0, 1, 2);
  }

  void row(const QString& what, const QString& how) {
    auto* key = new QLabel(how);
    key->setAlignment(Qt::AlignRight);
    key->setForegroundRole(QPalette::PlaceholderText);
    m_grid->addWidget(new QLabel(what), m_row, 0);
    m_grid->addWidget(key, m_row++, 1);
  }

 private:
  QGridLayout* m_grid;
  int m_row = 0;
};

QString plain(const char* text) {
  QString result = QCoreApplication::translate("Actions", text);
  return result.remove(u'&').remove(QStringLiteral("…"));
}

QString keyText(const QList<QKeySequence>& keys) {
  return keys.isEmpty() ? QString() : keys.first().toString(QKeySequence::NativeText);
}

}  // namespace

ShortcutsDialog::ShortcutsDialog(QWidget* parent) : QDialog(parent) {
  setWindowTitle(tr("Shortcuts"));
  auto* columns = new QHBoxLayout(this);
  columns->setContentsMargins(28, 24, 28, 24);
  columns->setSpacing(48);
  auto* left = new QVBoxLayout;
  auto* right = new QVBoxLayout;
  columns->addLayout(left);
  columns->addLayout(right);
  Table keys(*left);
  Table more(*right);
  QString group;
  for (const ActionInfo& info : actionTable()) {
    if (info.keys.isEmpty()) {
      continue;
    }
    const bool first = QString::fromLatin1(info.group) == QStringLiteral("File") ||
                       QString::fromLatin1(info.group) == QStringLiteral("Edit") ||
                       QString::fromLatin1(info.group) == QStringLiteral("Latent");
    Table& table = first ? keys : more;
    if (group != QString::fromLatin1(info.group)) {
      group = QString::fromLatin1(info.group);
      table.heading(QCoreApplication::translate("Actions", info.group));
    }
    table.row(plain(info.text), keyText(info.keys));
  }
  more.heading(tr("On the canvas"));
  for (const auto& [gesture, what] : canvasGestures()) {
    more.row(what, gesture);
  }
  left->addStretch();
  right->addStretch();
}

}  // namespace loom::ui

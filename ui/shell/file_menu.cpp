#include "ui/shell/file_menu.h"

#include <QDir>
#include <QFileInfo>
#include <QMenu>
#include <QSettings>

namespace loom::ui {
namespace {

constexpr int kRecentCount = 12;

QString recentKey() { return QStringLiteral("recentFiles"); }

/// A file name may hold "&", which a menu would take for a mnemonic.
QString menuText(const QString& path) {
  const QFileInfo file(path);
  QString folder = QDir::toNativeSeparators(file.absolutePath());
  if (folder.startsWith(QDir::homePath())) {
    folder.replace(0, QDir::homePath().size(), QStringLiteral("~"));
  }
  return QStringLiteral("%1   —   %2").arg(file.fileName(), folder).replace(u'&', QStringLiteral("&&"));
}

}  // namespace

FileMenu::FileMenu(const Services& services, QMenu& recent, QMenu& examples, QObject* parent)
    : QObject(parent), m_services(services), m_recent(recent), m_examples(examples) {
  connect(&m_recent, &QMenu::aboutToShow, this, &FileMenu::fillRecent);
  connect(&m_examples, &QMenu::aboutToShow, this, &FileMenu::fillExamples);
}

void FileMenu::noteOpened(const QString& path) {
  QSettings settings;
  QStringList paths = settings.value(recentKey()).toStringList();
  const QString absolute = QFileInfo(path).absoluteFilePath();
  paths.removeAll(absolute);
  paths.prepend(absolute);
  settings.setValue(recentKey(), paths.mid(0, kRecentCount));
}

void FileMenu::fillRecent() {
  m_recent.clear();
  const QStringList paths = QSettings().value(recentKey()).toStringList();
  for (const QString& path : paths) {
    connect(m_recent.addAction(menuText(path)), &QAction::triggered, this, [this, path] { Q_EMIT chosen(path); });
  }
  if (paths.isEmpty()) {
    m_recent.addAction(tr("Nothing was opened yet"))->setEnabled(false);
    return;
  }
  m_recent.addSeparator();
  connect(m_recent.addAction(tr("Clear this list")), &QAction::triggered, this,
          [] { QSettings().remove(recentKey()); });
}

void FileMenu::fillExamples() {
  m_examples.clear();
  for (const Example& example : m_services.examples()) {
    connect(m_examples.addAction(example.title), &QAction::triggered, this, [this, example] {
      if (example.missing.isEmpty()) {
        Q_EMIT chosen(example.path);
      } else {
        Q_EMIT exampleMissing(example.missing);
      }
    });
  }
}

}  // namespace loom::ui

// File → Open recent and File → Examples.
#pragma once

#include "ui/session/services.h"

#include <QObject>
#include <QStringList>

class QMenu;

namespace loom::ui {

class FileMenu : public QObject {
  Q_OBJECT

 public:
  FileMenu(const Services& services, QMenu& recent, QMenu& examples, QObject* parent);

  /// `path` comes first in the list from now on.
  void noteOpened(const QString& path);

 Q_SIGNALS:
  void chosen(const QString& path);
  void exampleMissing(const QString& message);

 private:
  void fillRecent();
  void fillExamples();

  const Services& m_services;
  QMenu& m_recent;
  QMenu& m_examples;
};

}  // namespace loom::ui

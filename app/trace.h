// Milestones of a session as JSON lines, for measuring starts: {"at_ms": …, "event": …}.
#pragma once

#include <QFile>
#include <QString>

namespace loom::app {

class Trace {
 public:
  /// Without a path nothing is written. Times count from the start of the process, loading of libraries included.
  explicit Trace(const QString& path);

  void mark(const char* event);
  /// Only the first time that `event` happens.
  void markOnce(const char* event);

 private:
  QFile m_file;
  QStringList m_seen;
};

}  // namespace loom::app

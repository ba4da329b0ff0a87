#include "app/trace.h"

#include "app/process_age.h"

#include <cstdio>

namespace loom::app {

Trace::Trace(const QString& path) : m_file(path) {
  if (!path.isEmpty() && !m_file.open(QIODevice::WriteOnly | QIODevice::Text)) {
    std::fprintf(stderr, "latent-loom: no trace is written: %s: %s\n", qPrintable(path),
                 qPrintable(m_file.errorString()));
  }
}

void Trace::mark(const char* event) {
  if (m_file.isOpen()) {
    m_file.write(QStringLiteral("{\"at_ms\": %1, \"event\": \"%2\"}\n")
                     .arg(processAgeMs(), 0, 'f', 1)
                     .arg(QLatin1String(event))
                     .toUtf8());
    m_file.flush();
  }
}

void Trace::markOnce(const char* event) {
  if (!m_seen.contains(QLatin1String(event))) {
    m_seen.append(QLatin1String(event));
    mark(event);
  }
}

}  // namespace loom::app

// Linux: the start time in /proc/self/stat, in clock ticks since boot.
#include "app/process_age.h"

#include <QFile>

#include <time.h>
#include <unistd.h>

namespace loom::app {

double processAgeMs() {
  QFile stat(QStringLiteral("/proc/self/stat"));
  if (!stat.open(QIODevice::ReadOnly)) {
    return 0.0;
  }
  const QByteArray text = stat.readAll();
  // The second field is the program's name in brackets and may hold spaces; the start time is the 22nd.
  const auto fields = text.mid(text.lastIndexOf(')') + 2).split(' ');
  constexpr int kStartTime = 22 - 3;
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  const double sinceBoot = static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
  return sinceBoot - fields.value(kStartTime).toDouble() * 1e3 / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace loom::app

// Linux only: niceness belongs to the thread there, though POSIX gives it to the process.
#include "model/worker/thread_priority.h"

#include <sys/resource.h>
#include <unistd.h>

namespace loom::model {

void lowerThreadPriority() {
  constexpr int kNiceness = 10;
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNiceness);
}

}  // namespace loom::model

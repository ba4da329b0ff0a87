// Linux alone tells it so; elsewhere the answer is "unknown".
#include "model/training_rehearsal.h"

#include <fstream>
#include <string>

namespace loom::model {

double freeMemory() {
  std::ifstream file("/proc/meminfo");
  for (std::string name, unit; file >> name;) {
    double kilobytes = 0.0;
    if (!(file >> kilobytes)) {
      break;
    }
    std::getline(file, unit);
    if (name == "MemAvailable:") {
      return kilobytes * 1024.0;
    }
  }
  return 0.0;
}

}  // namespace loom::model

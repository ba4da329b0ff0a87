// Linux alone tells it so; elsewhere the answer is "unknown".
#include "model/free_memory.h"

#include <fstream>
#include <limits>
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

std::size_t mostInMemory(double freeBytes, std::size_t bytesEach) {
  constexpr double kShare = 0.25;
  if (freeBytes <= 0.0 || bytesEach == 0) {
    return std::numeric_limits<std::size_t>::max();
  }
  const double most = kShare * freeBytes / static_cast<double>(bytesEach);
  return most < 1.0 ? 1 : static_cast<std::size_t>(most);
}

}  // namespace loom::model

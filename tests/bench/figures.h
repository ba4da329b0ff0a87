// Samples of one figure, and how they are told.
#pragma once

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

namespace loom::bench {

/// Milliseconds. `limit` is what the figure is held against; 0: nothing.
struct Figure {
  std::string name;  ///< by which --against finds another program's figure, too
  std::vector<double> samples;
  double limit = 0.0;
  double limitShare = 0.5;  ///< which quantile the limit is for: 0.5 the median, 1 the worst
};

/// The `share` quantile of `samples`, e.g. 0.5 for the median; 0 without samples.
inline double quantile(std::vector<double> samples, double share) {
  if (samples.empty()) {
    return 0.0;
  }
  std::sort(samples.begin(), samples.end());
  return samples[static_cast<std::size_t>(share * static_cast<double>(samples.size() - 1) + 0.5)];
}

/// Another program's figures on the same jobs, taken in the same run on the same machine, by our names.
struct Others {
  std::string program;
  std::map<std::string, double> milliseconds;  ///< medians
};

inline Others& others() {
  static Others others;
  return others;
}

inline void print(const Figure& figure) {
  const double median = quantile(figure.samples, 0.5);
  const double high = quantile(figure.samples, 0.95);
  const double worst = quantile(figure.samples, 1.0);
  std::printf("%-52s %6zu %9.1f %9.1f %9.1f", figure.name.c_str(), figure.samples.size(), median, high, worst);
  if (figure.limit > 0.0) {
    const double held = quantile(figure.samples, figure.limitShare);
    std::printf("   %s below %.0f: %s", figure.limitShare < 1.0 ? "median" : "worst", figure.limit,
                held <= figure.limit ? "yes" : "NO");
  }
  if (const auto other = others().milliseconds.find(figure.name);
      other != others().milliseconds.end() && median > 0.0) {
    const bool isMemory = figure.name.find("(MB)") != std::string::npos;
    std::printf("   %.2f times as %s as %s (%.1f)", other->second / median, isMemory ? "small" : "fast",
                others().program.c_str(), other->second);
  }
  std::printf("\n");
  std::fflush(stdout);
}

}  // namespace loom::bench

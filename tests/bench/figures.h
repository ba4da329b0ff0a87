// Samples of one figure, and how they are told.
#pragma once

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

namespace loom::bench {

/// Milliseconds. `limit` is what the figure is held against; 0: nothing.
struct Figure {
  std::string name;
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
  std::printf("\n");
  std::fflush(stdout);
}

}  // namespace loom::bench

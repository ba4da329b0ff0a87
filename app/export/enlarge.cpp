#include "app/export/enlarge.h"

#include "app/export/export_error.h"
#include "app/export/picture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numbers>
#include <string>
#include <vector>

namespace loom::app {
namespace {

constexpr int kLobes = 3;
constexpr int kTaps = 2 * kLobes;

/// The weights of output pixels that lie at one place within a source pixel: `factor` phases repeat along a line.
struct Phase {
  int first = 0;  ///< of the kTaps source pixels, counted from the one that the output pixel lies in
  std::array<float, kTaps> weights{};
};

double lanczos(double x) {
  if (x == 0) {
    return 1;
  }
  if (std::abs(x) >= kLobes) {
    return 0;
  }
  const double t = std::numbers::pi * x;
  return kLobes * std::sin(t) * std::sin(t / kLobes) / (t * t);
}

std::vector<Phase> phasesOf(int factor) {
  std::vector<Phase> phases(static_cast<std::size_t>(factor));
  for (int p = 0; p < factor; ++p) {
    Phase& phase = phases[static_cast<std::size_t>(p)];
    const double centre = (p + 0.5) / factor - 0.5;  // of the output pixel, in source pixels
    phase.first = static_cast<int>(std::floor(centre)) - kLobes + 1;
    std::array<double, kTaps> raw{};
    double sum = 0;
    for (int tap = 0; tap < kTaps; ++tap) {
      raw[static_cast<std::size_t>(tap)] = lanczos(phase.first + tap - centre);
      sum += raw[static_cast<std::size_t>(tap)];
    }
    // The lobes do not sum to one by themselves; an even area must stay even.
    std::transform(raw.begin(), raw.end(), phase.weights.begin(),
                   [sum](double w) { return static_cast<float>(w / sum); });
  }
  return phases;
}

class LanczosEnlarger {
 public:
  LanczosEnlarger(const QImage& source, int factor)
      : m_source(source), m_factor(factor), m_channels(source.depth() / 8), m_phases(phasesOf(factor)) {
    for (Line& line : m_lines) {
      line.values.resize(static_cast<std::size_t>(source.width()) * factor * m_channels);
    }
  }

  void run(QImage& result) {
    for (int y = 0; y < result.height(); ++y) {
      const Phase& phase = m_phases[static_cast<std::size_t>(y % m_factor)];
      std::array<const float*, kTaps> taps{};
      for (int tap = 0; tap < kTaps; ++tap) {
        taps[static_cast<std::size_t>(tap)] =
            line(std::clamp(y / m_factor + phase.first + tap, 0, m_source.height() - 1));
      }
      uchar* out = result.scanLine(y);
      for (std::size_t i = 0; i < m_lines[0].values.size(); ++i) {
        float sum = 0;
        for (std::size_t tap = 0; tap < kTaps; ++tap) {
          sum += phase.weights[tap] * taps[tap][i];
        }
        out[i] = static_cast<uchar>(std::lround(std::clamp(sum, 0.0F, 255.0F)));
      }
    }
  }

 private:
  /// A source line, already widened. The kTaps neighbours that one output line needs have different remainders.
  struct Line {
    int row = -1;
    std::vector<float> values;
  };

  const float* line(int row) {
    Line& kept = m_lines[static_cast<std::size_t>(row % kTaps)];
    if (kept.row != row) {
      kept.row = row;
      widen(m_source.constScanLine(row), kept.values.data());
    }
    return kept.values.data();
  }

  void widen(const uchar* in, float* out) const {
    for (int x = 0; x < m_source.width() * m_factor; ++x) {
      const Phase& phase = m_phases[static_cast<std::size_t>(x % m_factor)];
      for (int channel = 0; channel < m_channels; ++channel) {
        float sum = 0;
        for (int tap = 0; tap < kTaps; ++tap) {
          const int from = std::clamp(x / m_factor + phase.first + tap, 0, m_source.width() - 1);
          sum += phase.weights[static_cast<std::size_t>(tap)] * static_cast<float>(in[from * m_channels + channel]);
        }
        *out++ = sum;
      }
    }
  }

  const QImage& m_source;
  int m_factor;
  int m_channels;
  std::vector<Phase> m_phases;
  std::array<Line, kTaps> m_lines;
};

void repeatPixels(const QImage& source, int factor, QImage& result) {
  const int channels = source.depth() / 8;
  for (int y = 0; y < source.height(); ++y) {
    const uchar* in = source.constScanLine(y);
    uchar* const first = result.scanLine(y * factor);
    uchar* out = first;
    for (int x = 0; x < source.width(); ++x, in += channels) {
      for (int i = 0; i < factor; ++i, out += channels) {
        std::memcpy(out, in, static_cast<std::size_t>(channels));
      }
    }
    for (int i = 1; i < factor; ++i) {
      std::memcpy(result.scanLine(y * factor + i), first, static_cast<std::size_t>(out - first));
    }
  }
}

}  // namespace

QImage enlarge(const QImage& picture, int factor, Resample how) {
  if (factor < 1 || factor > kLargestEnlargement) {
    throw ExportError("A picture can be enlarged 1 to " + std::to_string(kLargestEnlargement) + " times, not " +
                      std::to_string(factor) + " times.");
  }
  const bool plain = picture.format() == QImage::Format_Grayscale8 || picture.format() == QImage::Format_RGB888;
  const QImage source = plain ? picture : picture.convertToFormat(QImage::Format_RGB888);
  if (factor == 1 || source.isNull()) {
    return source;
  }
  QImage result = blankPicture(source.size() * factor, source.format());
  if (how == Resample::Nearest) {
    repeatPixels(source, factor, result);
  } else {
    LanczosEnlarger(source, factor).run(result);
  }
  return result;
}

}  // namespace loom::app

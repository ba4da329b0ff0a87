#include "model/generators/stylegan2/stylegan2_kept.h"

#include "model/free_memory.h"

namespace loom::model {
namespace {

/// Bytes of activations that may be kept: a quarter of what is free, at most what a StyleGAN2 of 1024² fills.
std::size_t budget() {
  constexpr double kUnknown = 200e6;
  constexpr double kMost = 1e9;
  const double free = freeMemory();
  return static_cast<std::size_t>(free > 0.0 ? std::min(0.25 * free, kMost) : kUnknown);
}

}  // namespace

std::int64_t Stylegan2Kept::begin(const torch::Tensor& ws, const SynthesisSettings& settings) {
  // Which resolution is wanted, and how w was truncated, changes nothing in the layers before.
  const bool sameNoise = m_settings.noise == settings.noise &&
                         (settings.noise != NoiseMode::Random || m_settings.noiseSeed == settings.noiseSeed);
  std::int64_t hold = 0;
  if (m_ws.defined() && sameNoise) {
    const torch::Tensor same = (m_ws == ws).all(2)[0].to(torch::kCPU);
    while (hold < same.size(0) && same[hold].item<bool>()) {
      ++hold;
    }
  }
  hold = std::min<std::int64_t>(hold, static_cast<std::int64_t>(m_behind.size()));
  while (hold > 0 && !m_behind[static_cast<std::size_t>(hold) - 1].defined()) {
    --hold;
  }
  m_behind.resize(static_cast<std::size_t>(hold));
  m_bytes = 0;
  for (const torch::Tensor& x : m_behind) {
    m_bytes += x.defined() ? x.nbytes() : 0;
  }
  if (m_bytes == 0) {
    m_budget = budget();
  }
  m_ws = ws.clone();
  m_settings = settings;
  return hold;
}

void Stylegan2Kept::keep(std::int64_t convolution, const torch::Tensor& x) {
  m_behind.resize(static_cast<std::size_t>(convolution) + 1);
  if (x.defined() && m_bytes + x.nbytes() <= m_budget) {
    m_behind.back() = x;
    m_bytes += x.nbytes();
  }
}

void Stylegan2Kept::keepPicture(std::size_t block, const torch::Tensor& picture) {
  m_pictures.resize(std::max(m_pictures.size(), block + 1));
  m_pictures[block] = picture;
}

}  // namespace loom::model

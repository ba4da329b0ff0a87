#include "model/generators/stylegan2/stylegan2_kept.h"

namespace loom::model {
namespace {

constexpr std::size_t kBudget = 200'000'000;  // bytes

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
  m_ws = ws.clone();
  m_settings = settings;
  return hold;
}

void Stylegan2Kept::keep(std::int64_t convolution, const torch::Tensor& x) {
  m_behind.resize(static_cast<std::size_t>(convolution) + 1);
  if (x.defined() && m_bytes + x.nbytes() <= kBudget) {
    m_behind.back() = x;
    m_bytes += x.nbytes();
  }
}

void Stylegan2Kept::keepPicture(std::size_t block, const torch::Tensor& picture) {
  m_pictures.resize(std::max(m_pictures.size(), block + 1));
  m_pictures[block] = picture;
}

}  // namespace loom::model

// ChannelFinish for one register of channels. For Google Highway: included once for each kind of processor.

#if defined(LOOM_CHANNEL_FINISH_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LOOM_CHANNEL_FINISH_INL_H
#undef LOOM_CHANNEL_FINISH_INL_H
#else
#define LOOM_CHANNEL_FINISH_INL_H
#endif

#include "model/kernels/channel_finish.h"
#include "model/kernels/panel_product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace loom::model::HWY_NAMESPACE {

class Finish {
 public:
  /// For the channels of `picture` from `channel` on, of `channels`; the output has `pixels`.
  HWY_INLINE Finish(const ChannelFinish& of, std::int64_t picture, int channels, int channel, std::int64_t pixels)
      : m_scale(of.scale ? loadSome(of.scale + picture * channels + channel, channels - channel)
                         : hn::Set(Floats(), 1.0F)),
        m_bias(of.bias ? loadSome(of.bias + channel, channels - channel) : hn::Zero(Floats())),
        m_slope(hn::Set(Floats(), of.slope)),
        m_bound(hn::Set(Floats(), of.bound)),
        m_noise(of.noise && of.noiseOfEach ? of.noise + picture * pixels : of.noise),
        m_bounded(of.bound >= 0.0F) {}

  HWY_INLINE FloatVector operator()(FloatVector value, std::int64_t pixel) const {
    value = hn::MulAdd(value, m_scale, m_bias);
    if (m_noise) {
      value = hn::Add(value, hn::Set(Floats(), m_noise[pixel]));
    }
    value = hn::Max(value, hn::Mul(value, m_slope));
    return m_bounded ? hn::Min(hn::Max(value, hn::Neg(m_bound)), m_bound) : value;
  }

 private:
  FloatVector m_scale;
  FloatVector m_bias;
  FloatVector m_slope;
  FloatVector m_bound;
  const float* m_noise;
  bool m_bounded;
};

}  // namespace loom::model::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif

// upfirdn2d (upfirdn2d.py of NVlabs/stylegan3, torch_utils/ops), one output element at a time: the body that the CUDA
// kernel and the CPU loop share. Only taps that meet a pixel are multiplied; the zeros between and around are stepped
// over.
#pragma once

#include "model/device/picture_offset.h"

namespace loom::model {

/// Along one side: the taps that meet pixels at an output position. Tap `first` meets pixel `pixel`, tap first + up the
/// one behind it, and so on, `count` times.
struct TapRange {
  int first = 0;
  int pixel = 0;
  int count = 0;
};

/// `position` of the filter's first tap, in pixels of the upsampled picture without its padding.
LOOM_HOST_DEVICE inline TapRange tapsAt(int position, int up, int taps, int pixels) {
  TapRange range;
  range.pixel = position > 0 ? ceilDivided(position, up) : 0;
  range.first = range.pixel * up - position;
  const int reach = range.first < taps ? (taps - range.first + up - 1) / up : 0;
  const int left = pixels - range.pixel;
  const int count = reach < left ? reach : left;
  range.count = count > 0 ? count : 0;
  return range;
}

template <typename Element>
LOOM_HOST_DEVICE inline void upfirdnAt(const LoomUpfirdn& job, int picture, int offset) {
  const PictureElement at = elementAt(job.output, offset);
  const TapRange rows = tapsAt(at.y * job.downY - job.padTop, job.upY, job.filterHeight, job.input.height);
  const TapRange columns = tapsAt(at.x * job.downX - job.padLeft, job.upX, job.filterWidth, job.input.width);
  const Element* pixels = static_cast<const Element*>(job.pixels) + pictureOffset(job.input, picture);
  float sum = 0.0F;
  for (int i = 0; i < rows.count; ++i) {
    const int tapY = rows.first + i * job.upY;
    const int row = (job.flip != 0 ? tapY : job.filterHeight - 1 - tapY) * job.filterWidth;
    for (int j = 0; j < columns.count; ++j) {
      const int tapX = columns.first + j * job.upX;
      const float tap =
          job.filter == nullptr ? 1.0F : job.filter[row + (job.flip != 0 ? tapX : job.filterWidth - 1 - tapX)];
      sum += load(pixels[elementOffset(job.input, at.channel, rows.pixel + i, columns.pixel + j)]) * tap;
    }
  }
  Element* result = static_cast<Element*>(job.result) + pictureOffset(job.output, picture);
  store(sum * job.gain, result[offset]);
}

/// The whole job on the CPU, in host memory.
void upfirdnHost(const LoomUpfirdn& job);

}  // namespace loom::model

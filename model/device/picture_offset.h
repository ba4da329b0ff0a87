// Where an element of LoomPictures lies.
#pragma once

#include "model/device/host_device.h"
#include "model/device/kernel_jobs.h"

#include <cstddef>

namespace loom::model {

/// An element within one picture.
struct PictureElement {
  int channel = 0;
  int y = 0;
  int x = 0;
};

LOOM_HOST_DEVICE inline int elementsOf(const LoomPictures& shape) {
  return shape.channels * shape.height * shape.width;
}

/// Elements before picture `index`.
LOOM_HOST_DEVICE inline std::size_t pictureOffset(const LoomPictures& shape, int index) {
  return static_cast<std::size_t>(index) * static_cast<std::size_t>(elementsOf(shape));
}

LOOM_HOST_DEVICE inline int elementOffset(const LoomPictures& shape, int channel, int y, int x) {
  return shape.channelsLast != 0 ? (y * shape.width + x) * shape.channels + channel
                                 : (channel * shape.height + y) * shape.width + x;
}

/// The inverse of `elementOffset`: neighbours in memory are neighbours in `offset`, so that a warp reads in a row.
LOOM_HOST_DEVICE inline PictureElement elementAt(const LoomPictures& shape, int offset) {
  if (shape.channelsLast != 0) {
    const int pixel = offset / shape.channels;
    return {offset % shape.channels, pixel / shape.width, pixel % shape.width};
  }
  const int row = offset / shape.width;
  return {row / shape.height, row % shape.height, offset % shape.width};
}

}  // namespace loom::model

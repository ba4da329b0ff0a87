#include "model/worker/pack_frame.h"

#include "model/cuda_library.h"
#include "model/device/rgba_pack.h"
#include "model/device/tensor_stream.h"
#include "model/model_error.h"

namespace loom::model {
namespace {

FramePixels packOnGpu(const torch::Tensor& image, ValueRange range) {
  const auto options = torch::TensorOptions().dtype(torch::kUInt8).device(image.device());
  auto packed = std::make_shared<torch::Tensor>(torch::empty({image.size(1), image.size(2), 4}, options));
  const CudaLibrary& cuda = CudaLibrary::instance();
  // The stream that made the planes: the kernel sees them finished.
  void* const stream = currentStream(image.device());
  const LoomElement element = image.scalar_type() == torch::kFloat16 ? LOOM_HALF : LOOM_FLOAT;
  std::string problem = cuda.packRgba(image.const_data_ptr(), element, static_cast<int>(image.size(0)),
                                      static_cast<int>(image.size(1)), static_cast<int>(image.size(2)), range.low,
                                      range.high, packed->data_ptr<std::uint8_t>(), stream);
  if (problem.empty()) {
    problem = cuda.synchronize(image.device().index(), stream);  // the window's copy is ordered after nothing
  }
  if (!problem.empty()) {
    throw ModelError("the GPU could not hand the picture over: " + problem);
  }
  const auto* data = packed->data_ptr<std::uint8_t>();
  return {FramePixels::Location::Cuda, data, std::move(packed)};
}

}  // namespace

FramePixels FramePixels::host(std::vector<std::uint8_t> rgba) {
  auto owner = std::make_shared<const std::vector<std::uint8_t>>(std::move(rgba));
  const auto* data = owner->data();
  return {Location::Host, data, std::move(owner)};
}

FramePixels packFrame(const torch::Tensor& images, ValueRange range) {
  const torch::Tensor image = images[0].contiguous();
  if (image.is_cuda()) {
    return packOnGpu(image, range);
  }
  return FramePixels::host(packRgbaHost(image.data_ptr<float>(), static_cast<int>(image.size(0)),
                                        static_cast<int>(image.size(1)), static_cast<int>(image.size(2)), range));
}

}  // namespace loom::model

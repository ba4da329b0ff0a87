// Between plain arrays and tensors. Inside model/ only.
#pragma once

#include "model/float_tensor.h"

#include <torch/torch.h>

namespace loom::model {

/// The array on the device; a copy, since the array may go before the tensor does.
inline torch::Tensor onDevice(const FloatTensor& array, torch::Device device) {
  // from_blob wants a mutable pointer; the copy that `to` makes is what the network sees.
  auto* data = const_cast<float*>(array.values.data());
  return torch::from_blob(data, array.shape, torch::kFloat32).to(device, torch::kFloat32, false, true);
}

inline FloatTensor onHost(const torch::Tensor& tensor) {
  const auto host = tensor.to(torch::kCPU, torch::kFloat32).contiguous();
  FloatTensor result{{host.sizes().begin(), host.sizes().end()}, {}};
  result.values.assign(host.data_ptr<float>(), host.data_ptr<float>() + host.numel());
  return result;
}

}  // namespace loom::model

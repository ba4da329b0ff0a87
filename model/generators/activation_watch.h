// Looking at what passes between the layers of a generator at work. Inside model/ only.
#pragma once

#include <torch/torch.h>

#include <functional>

namespace loom::model {

/// While it lives, `see` is shown what leaves each layer of the generator that runs on this thread, in their order:
/// N×…, to be read at once, since the next layer may write over it. What `see` throws ends the synthesis. One at a
/// time.
class ActivationWatch {
 public:
  explicit ActivationWatch(std::function<void(const torch::Tensor&)> see);
  ~ActivationWatch();
  ActivationWatch(const ActivationWatch&) = delete;
  ActivationWatch& operator=(const ActivationWatch&) = delete;

 private:
  std::function<void(const torch::Tensor&)> m_see;
  friend void passed(const torch::Tensor& x);
};

/// Called by generators: `x` leaves a layer. Costs nothing where nobody watches.
void passed(const torch::Tensor& x);

}  // namespace loom::model

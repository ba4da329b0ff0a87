// Compiled by the tests torch_stays_inside_*: see CMakeLists.txt.
#include "model/generation_worker.h"

#ifdef INCLUDE_TORCH
#include <torch/torch.h>
#endif

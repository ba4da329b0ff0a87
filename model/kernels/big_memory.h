// Memory for large arrays of floats that a kernel runs through again and again.
#pragma once

#include <cstddef>
#include <memory>

namespace loom::model {

/// Not initialised; at a boundary of 64 bytes or more. Large ones lie on large pages where the system has them to give:
/// the processor then finds its way, and reads ahead, over megabytes. Throws std::bad_alloc.
std::shared_ptr<float[]> bigFloats(std::size_t count);

}  // namespace loom::model

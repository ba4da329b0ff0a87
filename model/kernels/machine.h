// What this machine's processor can do.
#pragma once

namespace loom::model {

/// Products of bfloat16 in one instruction (AVX-512 BF16), by which convolutions run at twice float32's pace. Elsewhere
/// bfloat16 is converted to and fro, and gains nothing.
bool hasBfloat16Products();

}  // namespace loom::model

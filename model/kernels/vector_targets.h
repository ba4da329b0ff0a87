// Included before Google Highway by every kernel that is built on it. A kernel is compiled for AVX-512, AVX2, SSE4 and
// for plain machines (NEON where that is the machine), and the widest that the processor has is taken at run time. What
// Highway tells apart beyond these would only cost time to compile.
#pragma once

#include <hwy/detect_targets.h>

#if HWY_ARCH_X86
#ifdef HWY_AVX3_ZEN4
#define LOOM_NOT_ZEN4 HWY_AVX3_ZEN4
#else
#define LOOM_NOT_ZEN4 0
#endif
#ifdef HWY_AVX3_SPR
#define LOOM_NOT_SPR HWY_AVX3_SPR
#else
#define LOOM_NOT_SPR 0
#endif
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_AVX3_DL | LOOM_NOT_ZEN4 | LOOM_NOT_SPR)
#endif

/* The door of libloom_cuda: one exported symbol that hands out a table of functions.
 *
 * The program does not link the library. It opens it at run time where an NVIDIA driver is (model/cuda_library.h), so
 * that the same program runs without a GPU. Plain C: neither CUDA's, nor OpenGL's, nor torch's headers are needed here.
 *
 * Every function answers NULL when all went well, else a sentence. The text belongs to the library and stays valid
 * until the next call in the same thread. CUDA's own error state is clean again when a function returns, so that torch
 * does not stumble over our failures. All functions may be called from any thread, but those on pixel buffers need the
 * OpenGL context current in which the buffer lives. The thread's current device is restored. */
#ifndef LOOM_CUDA_INTERFACE_H
#define LOOM_CUDA_INTERFACE_H

#include "model/device/kernel_jobs.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Grows with every change of the table; program and library must agree exactly. */
#define LOOM_CUDA_INTERFACE_VERSION 2U

/* Name of the one exported symbol, of type LoomCudaGetInterface. */
#define LOOM_CUDA_INTERFACE_SYMBOL "loomCudaInterface"

typedef const char* LoomCudaError;

typedef struct LoomCudaDevice {
  char name[256];       /* "NVIDIA GeForce RTX 4070", zero-terminated */
  int computeMajor;     /* compute capability, e.g. 8 */
  int computeMinor;     /* e.g. 9 */
  uint64_t memoryBytes; /* of the whole card */
} LoomCudaDevice;

typedef struct LoomCudaInterface {
  uint32_t version; /* LOOM_CUDA_INTERFACE_VERSION of the library; read before anything else */
  uint32_t size;    /* sizeof(LoomCudaInterface) of the library */

  /* CUDA versions as 1000 * major + 10 * minor: the newest that the driver can, and the one built with. A driver that
   * is absent (0) or too old for the library is an error that says so. */
  LoomCudaError (*checkDriver)(int* driverVersion, int* runtimeVersion);
  /* Devices that CUDA can use. *count is 0 wherever an error is returned. */
  LoomCudaError (*countDevices)(int* count);
  LoomCudaError (*describeDevice)(int device, LoomCudaDevice* description);

  /* Device memory, for those who have no torch at hand. release(NULL) does nothing. */
  LoomCudaError (*allocate)(int device, size_t bytes, void** memory);
  LoomCudaError (*release)(void* memory);
  /* Both wait until the copy, and nothing but the copy, is done: they run on a stream of their own and order themselves
   * after no other work. */
  LoomCudaError (*copyToDevice)(void* device, const void* host, size_t bytes);
  LoomCudaError (*copyToHost)(void* host, const void* device, size_t bytes);

  /* Kernels. Each is queued on `stream` (a cudaStream_t of the device that the result lies on; NULL: the default stream)
   * and does not wait; the memory must stay until that work is done.
   *
   * Planes to RGBA8: channels x height x width elements, contiguous, channels 1 or 3, values low..high stretched to
   * 0..255 (model/device/rgba_pack.h), to height x width x 4 bytes, at a 4-byte boundary. */
  LoomCudaError (*packRgba)(const void* planes, LoomElement element, int channels, int height, int width, float low,
                            float high, uint8_t* rgba, void* stream);
  /* The operations of StyleGAN2 and 3, see model/device/kernel_jobs.h. */
  LoomCudaError (*biasAct)(const LoomBiasAct* job, void* stream);
  LoomCudaError (*upfirdn)(const LoomUpfirdn* job, void* stream);
  /* From float32 to half: refused. An error, too, where the filters are so long that not even one pixel's tile fits a
   * block's 48 KiB (some 90 taps); `upfirdn` and `biasAct` then do the same in steps. */
  LoomCudaError (*filteredLrelu)(const LoomFilteredLrelu* job, void* stream);
  LoomCudaError (*demodulation)(const LoomDemodulation* job, void* stream);
  LoomCudaError (*modulatedWeights)(const LoomModulatedWeights* job, void* stream);
  /* Waits for all work queued on `stream` of `device`: a frame is handed over only then. Errors of kernels that ran
   * there turn up here. */
  LoomCudaError (*synchronize)(int device, void* stream);

  /* Makes the OpenGL buffer object `buffer` reachable for CUDA; it must not be re-allocated until it is unregistered.
   * Fails where another device than an NVIDIA one draws. */
  LoomCudaError (*registerBuffer)(unsigned int buffer, void** resource);
  LoomCudaError (*unregisterBuffer)(void* resource);
  /* Copies `bytes` bytes of device memory to the start of the buffer, ordered after OpenGL's work on the buffer so far
   * and before its later work. When it returns, `device` may be freed. Fails where the buffer is smaller. */
  LoomCudaError (*copyToBuffer)(void* resource, const void* device, size_t bytes);
} LoomCudaInterface;

typedef const LoomCudaInterface* (*LoomCudaGetInterface)(void);

#ifdef __cplusplus
}
#endif

#endif

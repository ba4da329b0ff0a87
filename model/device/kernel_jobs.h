/* What the kernels are asked for: pointers, shapes, numbers. Plain C, because the jobs pass through libloom_cuda's
 * table; the bodies in this folder read them, for the GPU and for the CPU alike.
 *
 * All pointers of a job are to memory of the device that does it. Elements are float32 or IEEE half, sums always
 * float32. NULL stands for what a job does without. */
#ifndef LOOM_KERNEL_JOBS_H
#define LOOM_KERNEL_JOBS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum LoomElement { LOOM_FLOAT = 0, LOOM_HALF = 1 } LoomElement;

/* count x channels x height x width, dense: in this order in memory, or with the channels last. One picture has fewer
 * than 2^31 elements. */
typedef struct LoomPictures {
  int count;
  int channels;
  int height;
  int width;
  int channelsLast;
} LoomPictures;

/* In the order of bias_act.py (NVlabs/stylegan3, torch_utils/ops). */
typedef enum LoomActivation {
  LOOM_LINEAR = 0,
  LOOM_RELU,
  LOOM_LEAKY_RELU,
  LOOM_TANH,
  LOOM_SIGMOID,
  LOOM_ELU,
  LOOM_SELU,
  LOOM_SOFTPLUS,
  LOOM_SWISH
} LoomActivation;

/* output = clamp(activation(input * scale + bias + noise) * gain): bias_act with what stands before it in a modulated
 * convolution. `output` may be `input`. */
typedef struct LoomBiasAct {
  LoomPictures shape;
  LoomElement element; /* of input and output */
  const void* input;
  void* output;
  const float* scale;  /* count x channels: styles before a convolution, demodulation behind it */
  const float* bias;   /* channels */
  const float* noise;  /* height x width, for all channels of a picture */
  int noisePerPicture; /* noise is count x height x width */
  LoomActivation activation;
  float slope; /* of the leaky ReLU */
  float gain;
  float clamp; /* below 0: none */
} LoomBiasAct;

/* upfirdn2d: zeros between pixels, padding (below 0: cut), a filter, every so manieth pixel. */
typedef struct LoomUpfirdn {
  LoomPictures input;
  LoomPictures output; /* height and width by loomUpfirdnSize; count and channels as the input's */
  LoomElement element;
  const void* pixels;
  void* result;
  const float* filter; /* filterHeight x filterWidth; NULL: 1 x 1, of 1 */
  int filterHeight;
  int filterWidth;
  int flip; /* 0: convolution, which turns the filter; else correlation */
  int upX;
  int upY;
  int downX;
  int downY;
  int padLeft;
  int padRight;
  int padTop;
  int padBottom;
  float gain;
} LoomUpfirdn;

/* Pixels along one side that come of `pixels`; below 1 where nothing is left. */
static inline int loomUpfirdnSize(int pixels, int up, int down, int padBefore, int padAfter, int taps) {
  const int valid = pixels * up + padBefore + padAfter - taps + 1;
  return valid < 1 ? 0 : (valid + down - 1) / down;
}

/* filtered_lrelu of StyleGAN3: scale and bias, up, leaky ReLU with gain and clamp, down. */
typedef struct LoomFilteredLrelu {
  LoomPictures input;
  LoomPictures output; /* height and width by loomFilteredLreluSize; count and channels as the input's */
  LoomElement inputElement;
  LoomElement outputElement;
  const void* pixels;
  void* result;
  const float* scale;    /* count x channels; behind it */
  const float* bias;     /* channels */
  const float* upFilter; /* upTaps, of a separable filter; NULL: one tap of 1 */
  const float*
      downFilter; /* downTaps of a separable filter, or downTaps x downTaps where downIsSquare; NULL likewise */
  int up;
  int down;
  int upTaps;
  int downTaps;
  int downIsSquare;
  int padLeft; /* zeros around the upsampled picture; below 0 it is cut */
  int padRight;
  int padTop;
  int padBottom;
  float slope;
  float gain;
  float clamp; /* below 0: none */
} LoomFilteredLrelu;

static inline int loomFilteredLreluSize(int pixels, int up, int down, int padBefore, int padAfter, int upTaps,
                                        int downTaps) {
  return loomUpfirdnSize(pixels, up, down, padBefore, padAfter, upTaps + downTaps - 1);
}

/* factors[n, o] = gain / sqrt(sum over i of styles[n, i]^2 * squares[o, i] + epsilon). */
typedef struct LoomDemodulation {
  int count;
  int inChannels;
  int outChannels;
  const float* styles;  /* count x inChannels */
  const float* squares; /* outChannels x inChannels: each kernel's sum of squares */
  float* factors;       /* count x outChannels */
  float epsilon;
  float gain;
} LoomDemodulation;

/* The weights of one picture: result = weights * styles[i] * factors[o]. Both lie in memory alike, dense, in whichever
 * order of their dimensions the strides tell. */
typedef struct LoomModulatedWeights {
  int inChannels;
  int outChannels;
  int taps;      /* of one kernel */
  int inStride;  /* elements from one input channel to the next */
  int outStride; /* from one output channel to the next */
  LoomElement resultElement;
  const float* weights;
  const float* styles;  /* inChannels */
  const float* factors; /* outChannels; NULL: 1 */
  void* result;
} LoomModulatedWeights;

#ifdef __cplusplus
}
#endif

#endif

/* The door of libloom_cuda_graphs: work on a GPU is recorded once and then asked for as a whole (CUDA graphs).
 *
 * A library of its own, since it needs LibTorch's CUDA half: torch's allocator has to keep the memory of a recording
 * apart. It is opened after that half was (model/device/cuda_graphs.h), and links neither. Plain C.
 *
 * Every function answers NULL when all went well, else a sentence that stays valid until the next call in the same thread. */
#ifndef LOOM_GRAPH_INTERFACE_H
#define LOOM_GRAPH_INTERFACE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Grows with every change of the table; program and library must agree exactly. */
#define LOOM_GRAPH_INTERFACE_VERSION 1U

/* Name of the one exported symbol, of type LoomGraphGetInterface. */
#define LOOM_GRAPH_INTERFACE_SYMBOL "loomGraphInterface"

typedef const char* LoomGraphError;

typedef struct LoomGraphInterface {
  uint32_t version; /* LOOM_GRAPH_INTERFACE_VERSION of the library; read before anything else */
  uint32_t size;    /* sizeof(LoomGraphInterface) of the library */

  LoomGraphError (*make)(void** graph);
  void (*release)(void* graph);
  /* Between the two, what this thread queues on its current stream (not the default one) is recorded and not done. Tensors
   * that are made meanwhile keep their places until the graph is released. */
  LoomGraphError (*begin)(void* graph);
  LoomGraphError (*end)(void* graph);
  /* Queues the whole on the thread's current stream; does not wait. */
  LoomGraphError (*replay)(void* graph);
} LoomGraphInterface;

typedef const LoomGraphInterface* (*LoomGraphGetInterface)(void);

#ifdef __cplusplus
}
#endif

#endif

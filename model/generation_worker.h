// The generation worker: a thread of its own that turns latent states into frames. Newest wins, nothing queues.
#pragma once

#include "model/frame.h"
#include "model/opened_model.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace loom::model {

struct RenderRequest {
  std::uint64_t generation = 0;  ///< grows with every request of one window
  LatentState latent;
  std::shared_ptr<const FloatTensor> picture = nullptr;  ///< 1×C×H×W, of an image-to-image generator; else null
};

/// A small picture for a wall, a strip, a board: made while no request waits.
struct PreviewRequest {
  std::uint64_t id = 0;  ///< of the window's choice
  LatentState latent;
};

struct Preview {
  std::uint64_t id = 0;
  Frame frame;  ///< in host memory; its generation is 0
};

/// A picture that could not be made: the exception as a value. `message` is a sentence for people.
struct RenderFailure {
  std::uint64_t model = 0;
  std::uint64_t generation = 0;
  std::string message;
};

/// Of one request several frames may come, each better than the one before (Frame::quality); the last is exact, unless a
/// newer request came. All are called on the worker's thread; hand over by a queued call and return at once.
struct WorkerListener {
  std::function<void(Frame)> frame;
  std::function<void(RenderFailure)> failure;
  std::function<void(Preview)> preview = {};
  /// A preview could not be made, and is not tried again.
  std::function<void(std::uint64_t id, std::string message)> previewFailure = {};
};

/// All members may be called from any thread and never wait for a tensor.
class GenerationWorker {
 public:
  explicit GenerationWorker(WorkerListener listener);
  /// Stops between two layers of the frame at hand and joins.
  ~GenerationWorker();

  /// From now on requests are answered by `model` (null: by nobody). A request that waits stays and is answered by the
  /// new model; a frame in the making is given up.
  void setModel(std::shared_ptr<const OpenedModel> model);

  /// Replaces the request that waits. The frame in the making is given up for it when little of it is done; a hand that
  /// moves without pause still sees frames, since no two frames in a row are given up.
  void request(RenderRequest request);

  /// These and no others are to be made, in this order, `side` pixels at most; one that is in the making is finished
  /// without being made again. They wait for requests, and are void with the model.
  void setPreviews(std::vector<PreviewRequest> requests, int side);

  /// True while a request waits or a frame is in the making.
  bool busy() const;

 private:
  class Thread;
  std::unique_ptr<Thread> m_thread;
};

}  // namespace loom::model

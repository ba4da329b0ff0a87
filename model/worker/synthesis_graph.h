// A network that makes picture after picture of one shape asks its device for the same work again and again. On a GPU
// that is recorded, and from then on asked for as a whole: a picture then costs one call, not hundreds.
#pragma once

#include "model/device/recording.h"
#include "model/synthesis_settings.h"

#include <torch/torch.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace loom::model {

class SynthesisGraph {
 public:
  using MakeRecording = std::function<std::unique_ptr<Recording>()>;
  using Work = std::function<torch::Tensor(const torch::Tensor& w)>;

  explicit SynthesisGraph(MakeRecording make) : m_make(std::move(make)) {}

  /// What work(w) gives. `work` has to ask for the same on every call with one shape of w and one `settings`: no
  /// numbers drawn at random, nothing fetched from the device on the way. After some calls it is recorded, and no
  /// longer called. A recording is kept only if it gave the picture that `work` itself gave; where it did not, or could
  /// not be made, there is none for this generator from then on.
  torch::Tensor run(const torch::Tensor& w, const SynthesisSettings& settings, const Work& work);

  /// Lets the recording and its memory go; the next is made as the first was.
  void drop();

  /// Whether the last call was a replay.
  bool replayed() const { return m_replayed; }
  /// Why there is no recording to be had; empty where none was refused.
  const std::string& problem() const { return m_problem; }

 private:
  void record(const torch::Tensor& w, const torch::Tensor& expected, const Work& work);

  MakeRecording m_make;
  std::unique_ptr<Recording> m_recording;
  torch::Tensor m_input;
  torch::Tensor m_output;
  SynthesisSettings m_settings;
  std::vector<std::int64_t> m_shape;
  int m_calls = 0;  // of these settings and this shape
  bool m_replayed = false;
  std::string m_problem;
};

}  // namespace loom::model

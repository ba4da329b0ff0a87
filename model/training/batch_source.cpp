#include "model/training/batch_source.h"

#include <cstring>

namespace loom::model {

BatchSource::BatchSource(const TrainingSettings& settings, std::shared_ptr<const TrainingData> data)
    : m_settings(settings), m_data(std::move(data)) {
  if (settings.family == Family::Toy) {
    m_toy = toyData(settings.toy);
  } else {
    m_reader = std::make_unique<BatchReader>(m_data, BatchOptions{settings.batch, settings.seed, settings.mirror, 1, 3});
  }
}

DataShape BatchSource::shape() const {
  if (!m_reader) {
    return {};
  }
  const TrainingDataInfo& info = m_data->info();
  return {info.channels, info.resolution, static_cast<int>(info.classNames.size())};
}

RealBatch BatchSource::read(std::int64_t number) {
  if (!m_reader) {
    const std::vector<float> points = toyBatch(m_toy, m_settings.batch, m_settings.seed, number);
    return {torch::tensor(points).view({m_settings.batch, 2}), {}};
  }
  const TrainingBatch batch = m_reader->read(number);
  const auto& info = m_data->info();
  const auto count = static_cast<std::int64_t>(batch.indices.size());
  torch::Tensor bytes = torch::empty({count, info.channels, info.resolution, info.resolution}, torch::kUInt8);
  std::memcpy(bytes.data_ptr(), batch.pixels.data(), batch.pixels.size());
  RealBatch real{bytes.to(torch::kFloat32).div_(127.5).sub_(1.0), {}};
  if (!batch.labels.empty()) {
    real.labels = torch::tensor(batch.labels, torch::kInt64);
  }
  return real;
}

}  // namespace loom::model

#include "model/training_session.h"

#include "model/checkpoint/checkpoint_reader.h"
#include "model/checkpoint/safetensors_writer.h"
#include "model/training/batch_source.h"
#include "model/training/class_watch.h"
#include "model/training/settings_check.h"
#include "model/training_scalars.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <sstream>
#include <unordered_map>

namespace loom::model {
namespace {

using torch::Tensor;
using Json = nlohmann::ordered_json;

constexpr const char* kOmitted = "not grown yet";  // beginnings of names of tensors that make no picture so far
constexpr int kSheetCount = 64;
constexpr int kSheetColumns = 8;
constexpr int kDiversitySamples = 64;
constexpr int kClassSamples = 128;
constexpr int kToySamples = 2500;
constexpr int kToyScalarsEvery = 5;  // toys make hundreds of steps a second

DType dtypeOf(const Tensor& tensor) {
  switch (tensor.scalar_type()) {
    case torch::kInt64: return DType::I64;
    case torch::kUInt8: return DType::U8;
    case torch::kFloat64: return DType::F64;
    default: return DType::F32;
  }
}

torch::ScalarType scalarOf(DType dtype) {
  switch (dtype) {
    case DType::I64: return torch::kInt64;
    case DType::U8: return torch::kUInt8;
    case DType::F32: return torch::kFloat32;
    case DType::F64: return torch::kFloat64;
    default: throw std::runtime_error("it holds numbers of a kind that no training writes");
  }
}

/// Tensors as views for a writer, kept alive in `held`.
std::vector<TensorView> viewsOf(const std::vector<std::pair<std::string, Tensor>>& tensors, std::vector<Tensor>& held) {
  std::vector<TensorView> views;
  for (const auto& [name, tensor] : tensors) {
    held.push_back(tensor.detach().to(torch::kCPU).contiguous());
    const Tensor& whole = held.back();
    const auto* bytes = static_cast<const std::byte*>(whole.const_data_ptr());
    views.push_back({name, dtypeOf(whole), whole.sizes().vec(), contiguousStrides(whole.sizes().vec()),
                     std::span(bytes, whole.nbytes())});
  }
  return views;
}

/// The tensors of a snapshot by name; copies.
std::unordered_map<std::string, Tensor> readTensors(const std::filesystem::path& path, TextPairs& metadata) {
  const Checkpoint file = readCheckpoint(path);
  metadata = file.metadata;
  std::unordered_map<std::string, Tensor> tensors;
  for (const TensorGroup& group : file.groups) {
    for (const TensorView& view : group.tensors) {
      Tensor tensor = torch::empty(view.shape, scalarOf(view.dtype));
      std::memcpy(tensor.data_ptr(), view.bytes.data(), tensor.nbytes());
      tensors.emplace(view.name, std::move(tensor));
    }
  }
  return tensors;
}

std::string valueIn(const TextPairs& pairs, const std::string& key) {
  for (const auto& [name, value] : pairs) {
    if (name == key) {
      return value;
    }
  }
  return {};
}

Json readJson(const RunFolder& run) {
  const auto json = Json::parse(run.json(), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("settings") || !json["settings"].is_object()) {
    throw TrainingError((run.path() / "run.json").string() + " holds no settings of a training.");
  }
  return json;
}

std::string textIn(const Json& json, const char* key) {
  return json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : std::string();
}

}  // namespace

struct TrainingSession::Parts {
  Parts(TrainingSettings given, std::shared_ptr<const TrainingData> readData, RunFolder folder, PngEncoder encoder)
      : settings(std::move(given)), data(std::move(readData)), run(std::move(folder)), png(std::move(encoder)),
        source(settings, data) {
    const DataShape shape = source.shape();
    const std::vector<std::string> classNames = shape.isPoints() ? std::vector<std::string>{} : data->info().classNames;
    checkSettings(settings, shape);
    trainer = std::make_unique<Trainer>(settings, shape, classNames,
                                        [this](std::int64_t number) { return batchToLearn(number); });
    if (shape.classes > 1) {
      watch = std::make_unique<ClassWatch>(shape, settings.seed);
      realShares.assign(static_cast<std::size_t>(shape.classes), 0.0);
      for (std::int64_t i = 0; i < data->info().count; ++i) {
        realShares.at(static_cast<std::size_t>(data->label(i))) += 1.0 / static_cast<double>(data->info().count);
      }
    }
  }

  /// What D learns from; the small classifier looks at some of it, too.
  RealBatch batchToLearn(std::int64_t number) {
    constexpr std::int64_t kEvery = 4;
    RealBatch batch = source.read(number);
    if (watch && number % kEvery == 0) {
      watch->learn(batch.pictures, batch.labels);
    }
    return batch;
  }

  /// Everything that the next step depends on.
  std::vector<std::pair<std::string, Tensor>> state() const {
    auto all = trainer->state();
    if (watch) {
      for (auto& tensor : watch->state()) {
        all.push_back(std::move(tensor));
      }
    }
    return all;
  }

  void addScalars(const StepReport& report) {
    if (trainer->shape().isPoints() && report.step % kToyScalarsEvery != 0) {
      return;
    }
    for (const auto& [tag, value] : scalarsOf(report, settings)) {
      run.addScalar(tag, report.step, static_cast<float>(value));
    }
  }

  void mark(const char* tag, const std::string& text) {
    RunMark mark;
    mark.step = trainer->steps();
    mark.wallTime = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    mark.tag = tag;
    mark.text = text;
    run.addMark(mark);
  }

  void raise(const std::vector<Alarm>& fresh) {
    for (const Alarm& alarm : fresh) {
      mark("health", std::string(nameOf(alarm.kind)) + ": " + alarm.words);
      alarms.push_back(alarm);
    }
  }

  TextPairs snapshotMetadata() const {
    TextPairs metadata{{"format", "latent-loom training snapshot 1"},
                       {"step", std::to_string(trainer->steps())},
                       {"seconds", std::to_string(seconds)},
                       {"settings", settingsToJson(settings)}};
    for (const auto& [key, value] : trainer->generator().metadata) {
      metadata.emplace_back("generator." + key, value);
    }
    std::string omitted;
    for (const std::string& prefix : trainer->notGrown()) {
      omitted += prefix + " ";
    }
    if (!omitted.empty()) {
      metadata.emplace_back(kOmitted, omitted);
    }
    return metadata;
  }

  void restore(const std::filesystem::path& path, bool withSettings) {
    try {
      TextPairs metadata;
      const auto tensors = readTensors(path, metadata);
      const auto find = [&](const std::string& name) {
        const auto it = tensors.find(name);
        return it == tensors.end() ? Tensor() : it->second;
      };
      trainer->restore(find);
      m_diversity.reset();
      restoreWatch(find);
      if (withSettings) {
        settings = settingsFromJson(valueIn(metadata, "settings"));
        seconds = std::strtod(valueIn(metadata, "seconds").c_str(), nullptr);
      }
    } catch (const c10::Error& error) {
      throw TrainingError(path.string() + " cannot be taken up: " + error.what_without_backtrace());
    } catch (const std::runtime_error& error) {
      throw TrainingError(path.string() + " cannot be taken up: " + error.what() + ".");
    }
  }

  void restoreWatch(const std::function<Tensor(const std::string&)>& find) {
    const torch::NoGradGuard noGrad;
    for (auto& [name, tensor] : watch ? watch->state() : std::vector<std::pair<std::string, Tensor>>{}) {
      const Tensor stored = find(name);
      if (!stored.defined() || stored.sizes() != tensor.sizes()) {
        throw std::runtime_error("its tensor " + name + " is missing, or not what these data make");
      }
      tensor.copy_(stored);
    }
  }

  void writeLatest() {
    std::vector<Tensor> held;
    TextPairs metadata = trainer->generator().metadata;
    metadata.emplace_back("step", std::to_string(trainer->steps()));
    metadata.emplace_back("preset", settings.preset);
    run.writeLatest(viewsOf(trainer->bestGenerator(), held), metadata);
  }

  void writeSheet() {
    const TrainingSheet made = sheetOf(kSheetCount);
    if (made.channels == 0 || !png) {
      return;
    }
    // Sixty-four beside one another, eight in a row.
    const int side = made.resolution;
    const int rows = (made.count + kSheetColumns - 1) / kSheetColumns;
    const int width = kSheetColumns * side;
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(width) * rows * side * made.channels, 0);
    for (int i = 0; i < made.count; ++i) {
      for (int y = 0; y < side; ++y) {
        const auto from = (static_cast<std::size_t>(i) * side + y) * side * made.channels;
        const auto to = ((static_cast<std::size_t>(i / kSheetColumns) * side + y) * width +
                         static_cast<std::size_t>(i % kSheetColumns) * side) * made.channels;
        std::copy_n(made.pixels.begin() + static_cast<std::ptrdiff_t>(from), side * made.channels,
                    pixels.begin() + static_cast<std::ptrdiff_t>(to));
      }
    }
    const std::vector<std::byte> file = png(width, rows * side, made.channels, pixels);
    run.writeSheet(made.step, file);
    run.addPicture("samples", made.step, width, rows * side, file);
  }

  TrainingSheet sheetOf(int count) const {
    const Tensor made = trainer->fixedSamples(count).to(torch::kCPU, torch::kFloat32);
    TrainingSheet sheet;
    sheet.step = trainer->steps();
    sheet.count = static_cast<int>(made.size(0));
    if (trainer->shape().isPoints()) {
      const Tensor whole = trainer->samples(kToySamples, 1).contiguous();
      sheet.count = static_cast<int>(whole.size(0));
      sheet.points.assign(whole.data_ptr<float>(), whole.data_ptr<float>() + whole.numel());
      return sheet;
    }
    sheet.channels = static_cast<int>(made.size(1));
    sheet.resolution = static_cast<int>(made.size(2));
    const Tensor bytes = made.add(1.0).mul_(127.5).round_().clamp_(0, 255).to(torch::kUInt8).permute({0, 2, 3, 1}).contiguous();
    sheet.pixels.assign(bytes.data_ptr<std::uint8_t>(), bytes.data_ptr<std::uint8_t>() + bytes.numel());
    return sheet;
  }

  double dataDiversity() {
    if (!m_dataDiversity) {
      std::int64_t number = 0;
      Tensor real = source.read(number).pictures;
      while (real.size(0) < kDiversitySamples && number < kDiversitySamples) {
        real = torch::cat({real, source.read(++number).pictures});
      }
      m_dataDiversity = torch::pdist(real.slice(0, 0, kDiversitySamples).flatten(1)).mean().item<double>();
    }
    return *m_dataDiversity;
  }

  /// Of the step at hand; made once.
  const DiversityReport& diversity() {
    if (!m_diversity || m_diversity->step != trainer->steps()) {
      m_diversity = measuredDiversity();
    }
    return *m_diversity;
  }

  DiversityReport measuredDiversity() {
    DiversityReport report;
    report.step = trainer->steps();
    if (trainer->shape().isPoints()) {
      const Tensor made = trainer->samples(kToySamples, 2).contiguous();
      const ToyScore score = scoreToy(source.toy(), {made.data_ptr<float>(), made.data_ptr<float>() + made.numel()});
      report.modesHit = score.modesHit;
      report.modesNear = score.modesNear;
      report.modes = source.toy().modes();
      report.highQuality = score.highQuality;
    }
    const Tensor made = trainer->samples(kDiversitySamples, 3).flatten(1);
    const double real = dataDiversity();
    if (watch && watch->knows() && settings.conditioning == Conditioning::None) {
      const std::vector<double> shares = watch->shares(trainer->samples(kClassSamples, 4));
      for (std::size_t i = 0; i < shares.size(); ++i) {
        report.classShares.emplace_back(data->info().classNames[i], shares[i] / std::max(1e-9, realShares[i]));
      }
    }
    report.diversity = real > 0.0 ? torch::pdist(made).mean().item<double>() / real : 1.0;
    return report;
  }

  TrainingSettings settings;
  std::shared_ptr<const TrainingData> data;
  RunFolder run;
  PngEncoder png;
  BatchSource source;
  std::unique_ptr<Trainer> trainer;
  std::unique_ptr<ClassWatch> watch;  // null without classes
  std::vector<double> realShares;     // of the classes
  HealthWatch health;
  std::vector<Alarm> alarms;
  double seconds = 0.0;

 private:
  std::optional<double> m_dataDiversity;
  std::optional<DiversityReport> m_diversity;
};

TrainingSession::TrainingSession(std::unique_ptr<Parts> parts) : m_parts(std::move(parts)) {}
TrainingSession::~TrainingSession() = default;

std::unique_ptr<TrainingSession> TrainingSession::start(const TrainingSettings& settings,
                                                        std::shared_ptr<const TrainingData> data,
                                                        const std::filesystem::path& out, PngEncoder png) {
  if (settings.family != Family::Toy && !data) {
    throw TrainingError("this preset learns from pictures: give it a folder, a zip or an idx file.");
  }
  DataShape shape;
  if (data) {
    shape = {data->info().channels, data->info().resolution, static_cast<int>(data->info().classNames.size())};
  }
  checkSettings(settings, shape);  // before a folder is made
  Json json;
  json["settings"] = Json::parse(settingsToJson(settings));
  if (data && settings.family != Family::Toy) {
    json["data"] = data->info().path;
    json["fingerprint"] = data->info().fingerprint;
    json["pictures"] = data->info().count;
    json["classes"] = data->info().classNames;
  }
  RunFolder run = RunFolder::create(out, json.dump(2));
  std::unique_ptr<TrainingSession> session(new TrainingSession(
      std::make_unique<Parts>(settings, std::move(data), std::move(run), std::move(png))));
  session->snapshot();
  return session;
}

std::unique_ptr<TrainingSession> TrainingSession::resume(RunFolder run, std::shared_ptr<const TrainingData> data,
                                                         PngEncoder png) {
  const Json json = readJson(run);
  const TrainingSettings settings = settingsOf(run);
  if (data && settings.family != Family::Toy && textIn(json, "fingerprint") != data->info().fingerprint) {
    throw TrainingError(data->info().path + " is not what the run " + run.path().string() +
                        " learnt from: pictures were added, removed or changed since. Begin a new run with it.");
  }
  const auto snapshots = run.snapshots();
  if (snapshots.empty()) {
    throw TrainingError(run.path().string() + " has no whole snapshot to go on from.");
  }
  std::unique_ptr<TrainingSession> session(new TrainingSession(
      std::make_unique<Parts>(settings, std::move(data), std::move(run), std::move(png))));
  session->m_parts->restore(snapshots.back().second, true);
  session->m_parts->run.rewindTo(snapshots.back().first);
  session->m_parts->mark("command", "resume");
  return session;
}

TrainingSettings TrainingSession::settingsOf(const RunFolder& run) {
  try {
    return settingsFromJson(readJson(run)["settings"].dump());
  } catch (const TrainingError&) {
    throw;
  } catch (const std::runtime_error& error) {
    throw TrainingError((run.path() / "run.json").string() + ": " + error.what() + ".");
  }
}

std::string TrainingSession::dataPathOf(const RunFolder& run) { return textIn(readJson(run), "data"); }

const TrainingSettings& TrainingSession::settings() const { return m_parts->settings; }
const RunFolder& TrainingSession::run() const { return m_parts->run; }
std::int64_t TrainingSession::step() const { return m_parts->trainer->steps(); }
double TrainingSession::secondsSpent() const { return m_parts->seconds; }
const HealthWatch& TrainingSession::health() const { return m_parts->health; }

StepReport TrainingSession::advance() {
  Parts& parts = *m_parts;
  StepReport report;
  try {
    report = parts.trainer->step(parts.settings);
  } catch (const c10::Error& error) {
    throw TrainingError(std::string("The step could not be made: ") + error.what_without_backtrace());
  }
  parts.seconds += report.seconds;
  parts.raise(parts.health.see(report, parts.settings));
  if (!report.finite) {
    return report;
  }
  parts.addScalars(report);
  if (report.step % parts.settings.samplesEvery == 0) {
    parts.writeSheet();
    parts.writeLatest();
    const DiversityReport spread = parts.diversity();
    for (const auto& [tag, value] : scalarsOf(spread)) {
      parts.run.addScalar(tag, spread.step, static_cast<float>(value));
    }
    parts.raise(parts.health.see(spread, parts.settings));
  }
  if (report.step % parts.settings.snapshotEvery == 0) {
    snapshot();
  }
  return report;
}

std::vector<Alarm> TrainingSession::takeAlarms() { return std::exchange(m_parts->alarms, {}); }

void TrainingSession::set(const std::string& name, const std::string& value) {
  for (const SettingInfo& info : settingTable()) {
    if (info.name == name && !info.live) {
      throw TrainingError(name + " cannot be changed while a run goes on; begin a new one.");
    }
  }
  setSetting(m_parts->settings, name, value);
  m_parts->mark("command", name + " " + settingValue(m_parts->settings, name));
}

void TrainingSession::snapshot() {
  Parts& parts = *m_parts;
  std::vector<Tensor> held;
  auto state = parts.state();
  const auto views = viewsOf(state, held);
  parts.run.writeSnapshot(parts.trainer->steps(), views, parts.snapshotMetadata());
  parts.writeLatest();
  parts.mark("snapshot", "step " + std::to_string(parts.trainer->steps()));
  parts.run.flush();
}

void TrainingSession::rollBack(std::int64_t step) {
  for (const auto& [at, path] : m_parts->run.snapshots()) {
    if (at == step) {
      m_parts->restore(path, false);
      m_parts->health = {};
      m_parts->run.rewindTo(step);
      m_parts->mark("command", "roll back to step " + std::to_string(step));
      return;
    }
  }
  throw TrainingError("There is no snapshot of step " + std::to_string(step) + ".");
}

void TrainingSession::mark(const std::string& text) { m_parts->mark("command", text); }
void TrainingSession::flush() { m_parts->run.flush(); }
TrainingSheet TrainingSession::sheet(int count) const { return m_parts->sheetOf(count); }
DiversityReport TrainingSession::diversity() const { return m_parts->diversity(); }

TrainingMap TrainingSession::map(int side) const {
  TrainingMap map;
  if (!m_parts->trainer->shape().isPoints()) {
    return map;
  }
  map.side = side;
  const Tensor line = torch::linspace(-map.reach, map.reach, side);
  const Tensor plane =
      torch::stack({line.unsqueeze(0).expand({side, side}), line.unsqueeze(1).expand({side, side})}, 2).view({-1, 2});
  const Tensor scores = m_parts->trainer->scores(plane).to(torch::kFloat32).contiguous();
  map.values.assign(scores.data_ptr<float>(), scores.data_ptr<float>() + scores.numel());
  return map;
}

void TrainingSession::writeGenerator(const std::filesystem::path& snapshot, const std::filesystem::path& out) {
  const Checkpoint file = readCheckpoint(snapshot);
  std::vector<TensorView> averaged;
  std::vector<TensorView> plain;
  for (const TensorGroup& group : file.groups) {
    for (TensorView view : group.tensors) {
      if (view.name.starts_with("ema.")) {
        view.name = view.name.substr(4);
        averaged.push_back(std::move(view));
      } else if (view.name.starts_with("G.")) {
        view.name = view.name.substr(2);
        plain.push_back(std::move(view));
      }
    }
  }
  if (plain.empty()) {
    throw RunError(snapshot.string() + " is no snapshot of a training.");
  }
  std::istringstream omitted(valueIn(file.metadata, kOmitted));
  for (std::string prefix; omitted >> prefix;) {
    const auto begins = [&](const TensorView& view) { return view.name.starts_with(prefix); };
    std::erase_if(averaged, begins);
    std::erase_if(plain, begins);
  }
  TextPairs metadata{{"step", valueIn(file.metadata, "step")}};
  for (const auto& [key, value] : file.metadata) {
    if (key.starts_with("generator.")) {
      metadata.emplace_back(key.substr(10), value);
    }
  }
  try {
    writeSafetensors(out, averaged.empty() ? plain : averaged, metadata);
  } catch (const std::runtime_error& error) {
    throw RunError(error.what());
  }
}

}  // namespace loom::model

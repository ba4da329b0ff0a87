#include "app/commands/generate_command.h"

#include "app/commands/generate_request.h"
#include "app/commands/latent_inputs.h"
#include "app/commands/output_names.h"
#include "app/commands/progress_line.h"
#include "app/export/export_error.h"
#include "app/export/file_hash.h"
#include "app/export/model_provenance.h"
#include "app/export/picture_file.h"
#include "app/export/picture_format.h"
#include "model/checkpoint/safetensors_writer.h"
#include "model/compute_device.h"
#include "model/cuda_library.h"


#include <algorithm>

namespace loom::app {
namespace {

namespace fs = std::filesystem;

std::shared_ptr<model::OpenedModel> openModel(const GenerateRequest& request, const Streams& streams,
                                              const std::stop_token& stop) {
  if (request.cpuOnly && !model::useCpuOnly()) {
    throw std::runtime_error("--device cpu came too late: " + model::computeDevice().name + " is in use already.");
  }
  ProgressLine progress(streams);
  auto opened = model::OpenedModel::open(
      request.checkpoint,
      {.stop = stop, .progress = [&](double fraction) { progress.show("Opening", fraction); }, .limits = {}},
      request.group);
  const std::string name = request.checkpoint.filename().string();
  if (opened->info().input != model::InputKind::Latent) {
    throw std::runtime_error(name + " takes pictures, not latents: it cannot be used here.");
  }
  if (request.truncation && !opened->info().hasTruncation) {
    throw std::runtime_error(name + " (" + opened->info().architecture +
                             ") has no truncation: leave --truncation out.");
  }
  if (request.truncation && !request.raw.empty()) {
    throw std::runtime_error("--raw takes no --truncation: it holds what z gives as it is.");
  }
  progress.clear();
  for (const std::string& note : opened->notes()) {
    streams.err << "note: " << note << '\n';
  }
  return opened;
}

/// The pictures to make, one state each; those of --inputs are edits of every dimension, so that z is exact.
class Recipes {
 public:
  Recipes(const GenerateRequest& request, const model::GeneratorInfo& info, const std::stop_token& stop)
      : m_request(request) {
    if (!request.inputs.empty()) {
      m_z = readLatentInputs(request.inputs, info, stop);
    }
  }

  std::size_t count() const {
    return m_request.inputs.empty() ? m_request.seeds.size() : static_cast<std::size_t>(m_z.shape[0]);
  }

  model::LatentState state(std::size_t index) const {
    model::LatentState state;
    if (m_request.inputs.empty()) {
      state = model::withSeed(state, m_request.seeds[index]);
    } else {
      const auto width = static_cast<std::ptrdiff_t>(m_z.shape[1]);
      const auto row = m_z.values.begin() + static_cast<std::ptrdiff_t>(index) * width;
      state = stateOfGivenZ({row, row + width});
    }
    state.truncation = m_request.truncation.value_or(1.0);
    return state;
  }

  std::vector<PictureNumber> numbers() const {
    std::vector<PictureNumber> numbers(count());
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      numbers[i] = {i, m_request.inputs.empty() ? std::optional(m_request.seeds[i]) : std::nullopt};
    }
    return numbers;
  }

 private:
  const GenerateRequest& m_request;
  model::FloatTensor m_z;
};

/// The names of the pictures; of a grid: its one.
std::vector<fs::path> namesFor(const GenerateRequest& request, const std::vector<PictureNumber>& numbers) {
  if (request.output.empty()) {
    return {};
  }
  if (!request.grid) {
    return outputNames(request.output, numbers);
  }
  checkGrid(*request.grid, numbers.size());
  return outputNames(request.output, {numbers.front()});
}

/// With seeds the names are known at once: what is wrong with them is told before a large model is opened.
void checkNamesEarly(const GenerateRequest& request) {
  std::vector<PictureNumber> numbers(request.seeds.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = {i, request.seeds[i]};
  }
  if (numbers.empty()) {
    return;
  }
  const auto names = namesFor(request, numbers);
  if (!names.empty() && !isNewFolder(request.output)) {
    checkPictureTarget(names.front(), {1, 1});
  }
}

/// One call of the command, with the model open.
class Generation {
 public:
  Generation(const GenerateRequest& request, std::shared_ptr<model::OpenedModel> opened, const Streams& streams,
             const std::stop_token& stop)
      : m_request(request),
        m_model(std::move(opened)),
        m_streams(streams),
        m_stop(stop),
        m_recipes(request, m_model->info(), stop),
        m_cell(m_model->info().width, m_model->info().height) {}

  void run() {
    planPictures();
    planRaw();
    {
      ProgressLine progress(m_streams);
      for (std::size_t i = 0; i < m_recipes.count(); ++i) {
        progress.show("Picture " + std::to_string(i + 1) + " of " + std::to_string(m_recipes.count()));
        make(i);
      }
      if (m_sheet) {
        writeSheet();
      }
      if (!m_request.raw.empty()) {
        model::writeSafetensors(m_request.raw, {{"image", m_raw}});
      }
    }
    tellWhatWasWritten();
  }

 private:
  /// Everything that can be wrong with the targets is told before the work begins.
  void planPictures() {
    if (m_request.output.empty()) {
      return;
    }
    m_names = namesFor(m_request, m_recipes.numbers());
    makeFolder();
    if (m_request.grid) {
      GridLayout layout = *m_request.grid;
      layout.gap *= m_request.scale;
      checkPictureTarget(m_names.front(), layout.size(m_cell * m_request.scale));
      m_sheet.emplace(layout, m_cell * m_request.scale, format());
    } else {
      checkPictureTarget(m_names.front(), m_cell * m_request.scale);
    }
    ProgressLine progress(m_streams);
    const auto hash = sha256OfFile(m_request.checkpoint, m_stop,
                                   [&](double fraction) { progress.show("Taking the SHA-256", fraction); });
    if (!hash) {
      throw Stopped();
    }
    m_checkpointSha256 = *hash;
    if (!m_request.inputs.empty()) {
      m_inputsSha256 = sha256OfFile(m_request.inputs).value();
    }
  }

  void makeFolder() const {
    if (!isNewFolder(m_request.output)) {
      return;
    }
    std::error_code error;
    fs::create_directories(m_request.output, error);
    if (error) {
      throw ExportError("The folder " + m_request.output + " cannot be made: " + error.message() + ".");
    }
  }

  void planRaw() {
    if (m_request.raw.empty()) {
      return;
    }
    const fs::path folder = m_request.raw.has_parent_path() ? m_request.raw.parent_path() : fs::path(".");
    std::error_code ignored;
    if (!fs::is_directory(folder, ignored)) {
      throw ExportError(m_request.raw.string() + " cannot be written: the folder " + folder.string() +
                        " does not exist.");
    }
    const auto& info = m_model->info();
    m_raw.shape = {static_cast<std::int64_t>(m_recipes.count()), info.channels, info.height, info.width};
    m_raw.values.reserve(static_cast<std::size_t>(m_raw.elementCount()));
  }

  /// One at a time, as the window does it: a picture's bytes do not depend on its neighbours in a batch.
  void make(std::size_t index) {
    const model::LatentState state = m_recipes.state(index);
    const model::Interrupt interrupt = [this] { return m_stop.stop_requested(); };
    if (interrupt()) {
      throw Stopped();
    }
    try {
      if (!m_request.raw.empty()) {
        const auto image = m_model->generate({{1, m_model->info().zDim}, resolveZ(state, m_model->info())}, interrupt);
        m_raw.values.insert(m_raw.values.end(), image.values.begin(), image.values.end());
      }
      if (!m_request.output.empty()) {
        take(index, state, pictureOf(m_model->render(state, 0, interrupt)));
      }
    } catch (const model::Interrupted&) {
      throw Stopped();
    }
  }

  QImage pictureOf(model::Frame frame) const {
    const model::HostPixels pixels = model::hostPixels(frame);
    if (!pixels.error.empty()) {
      throw ExportError("The picture could not be fetched from the GPU: " + pixels.error);
    }
    frame.pixels = {model::FramePixels::Location::Host, pixels.data, pixels.owner};
    return enlarge(pictureFromFrame(frame, m_model->info().channels), m_request.scale, m_request.resample);
  }

  void take(std::size_t index, const model::LatentState& state, const QImage& picture) {
    if (m_sheet) {
      m_sheet->place(static_cast<int>(index), picture);
    } else {
      writePicture(picture, m_names[index], provenanceAt(state), {m_request.jpegQuality});
    }
  }

  void writeSheet() {
    Provenance provenance = provenanceAt(m_recipes.state(0));
    provenance.grid =
        GridProvenance{m_request.grid->columns, m_request.grid->rows, m_request.grid->gap, m_request.seeds};
    writePicture(m_sheet->sheet(), m_names.front(), provenance, {m_request.jpegQuality});
  }

  Provenance provenanceAt(const model::LatentState& state) const {
    Provenance provenance = provenanceOf(*m_model, state, m_checkpointSha256);
    if (m_request.scale > 1) {
      provenance.enlargement =
          std::to_string(m_request.scale) + (m_request.resample == Resample::Smooth ? " smooth" : " nearest");
    }
    if (!m_request.inputs.empty()) {
      provenance.inputsName = m_request.inputs.filename().string();
      provenance.inputsSha256 = m_inputsSha256;
    }
    return provenance;
  }

  void tellWhatWasWritten() const {
    if (!m_request.raw.empty()) {
      m_streams.out << "wrote " << m_request.raw.string() << '\n';
    }
    if (m_names.size() == 1) {
      m_streams.out << "wrote " << m_names.front().string() << '\n';
    } else if (!m_names.empty()) {
      m_streams.out << "wrote " << m_names.size() << " pictures, " << m_names.front().string() << " to "
                    << m_names.back().string() << '\n';
    }
  }

  QImage::Format format() const {
    return m_model->info().channels == 1 ? QImage::Format_Grayscale8 : QImage::Format_RGB888;
  }

  const GenerateRequest& m_request;
  std::shared_ptr<model::OpenedModel> m_model;
  Streams m_streams;
  std::stop_token m_stop;
  Recipes m_recipes;
  QSize m_cell;
  std::vector<fs::path> m_names;  // of a grid: one
  std::optional<GridSheet> m_sheet;
  model::FloatTensor m_raw;
  std::string m_checkpointSha256;
  std::string m_inputsSha256;
};

ExitCode runGenerate(const Arguments& arguments, const Streams& streams, const std::stop_token& stop) {
  const GenerateRequest request = generateRequest(arguments);
  checkNamesEarly(request);
  try {
    Generation(request, openModel(request, streams, stop), streams, stop).run();
  } catch (const model::CheckpointError& error) {
    if (error.kind() == model::CheckpointError::Kind::Cancelled) {
      throw Stopped();
    }
    throw;
  }
  return kDone;
}

}  // namespace

Command generateCommand() { return {generateSyntax(), runGenerate}; }

}  // namespace loom::app

#include "app/commands/generate_command.h"

#include "app/commands/direction_option.h"

#include "app/commands/generate_request.h"
#include "app/commands/given_inputs.h"
#include "app/commands/look_options.h"
#include "app/commands/open_model.h"
#include "app/commands/progress_line.h"
#include "app/export/background_writes.h"
#include "app/export/export_error.h"
#include "app/export/file_hash.h"
#include "app/export/model_provenance.h"
#include "app/export/output_names.h"
#include "app/export/picture_file.h"
#include "app/export/picture_format.h"
#include "model/checkpoint/safetensors_writer.h"
#include "model/input_check.h"
#include "ui/session/input_picture.h"

#include <QFile>

#include <algorithm>

namespace loom::app {
namespace {

namespace fs = std::filesystem;

/// The pictures to make: what the network is fed with for each, and the state that says so in the picture.
class Recipes {
 public:
  Recipes(const GenerateRequest& request, const model::OpenedModel& opened, const std::stop_token& stop)
      : m_request(request), m_model(opened) {
    if (!request.inputs.empty()) {
      m_given = readGivenInputs(request.inputs, stop);
    }
    const auto& info = opened.info();
    if (!request.inputs.empty()) {
      checkGiven();
    }
    takePicture();
    if (m_given.tensors.z && info.truncation == model::Truncation::TruncatedNormalZ &&
        !info.hasTruncationStatistics && request.look.truncation != 1.0) {
      throw std::runtime_error("--truncation says how this generator's z is drawn, and --inputs gives z: leave one out.");
    }
    if (!request.look.classes.empty() && info.labels == model::LabelKind::None) {
      throw std::runtime_error("--class: " + nameOfModel() + " knows no classes.");
    }
    for (const auto& [index, weight] : request.look.classes) {
      if (index >= info.classCount) {
        throw std::runtime_error("--class: " + nameOfModel() + " has the classes 0 to " +
                                 std::to_string(info.classCount - 1) + ".");
      }
    }
    checkDirections(request.look, info, nameOfModel());
    if (request.look.truncation != 1.0 && info.truncation == model::Truncation::None) {
      throw std::runtime_error(nameOfModel() + " has no truncation: leave --truncation out.");
    }
  }

  std::size_t count() const {
    if (m_picture) {
      return 1;
    }
    return m_request.inputs.empty() ? m_request.seeds.size() : static_cast<std::size_t>(m_given.tensors.count());
  }

  /// A z that is given becomes edits of every dimension, so that it is exact.
  model::LatentState state(std::size_t index) const {
    model::LatentState state = m_request.look;
    if (m_picture) {
      state.input = m_input;
      return state;
    }
    if (m_request.inputs.empty()) {
      return model::withSeed(state, m_request.seeds[index]);
    }
    if (const auto z = m_given.at(static_cast<std::int64_t>(index)).z) {
      state.edits = stateOfGivenZ(z->values).edits;
    }
    return state;
  }

  model::GeneratorInputs inputs(std::size_t index, const model::Interrupt& interrupt) const {
    if (m_request.inputs.empty()) {
      return m_model.inputsFor(state(index), m_picture ? &*m_picture : nullptr, interrupt);
    }
    model::GeneratorInputs inputs = m_given.at(static_cast<std::int64_t>(index));
    if (!inputs.c && inputs.y.empty() && m_model.info().labels != model::LabelKind::None && !inputs.ws) {
      inputs.c = model::FloatTensor{{1, m_model.info().classCount}, resolveLabels(m_request.look, m_model.info())};
    }
    return inputs;
  }

  model::SynthesisSettings settings() const {
    model::SynthesisSettings settings = askedSettings(m_request.look, m_model.info());
    if (m_given.transform) {
      settings.transform = m_given.transform;
    }
    return settings;
  }

  std::vector<PictureNumber> numbers() const {
    std::vector<PictureNumber> numbers(count());
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      numbers[i] = {i, i < m_request.seeds.size() ? std::optional(m_request.seeds[i]) : std::nullopt};
    }
    return numbers;
  }

  /// Of the picture to change as it enters the network; nothing where there is none.
  std::optional<QSize> pictureSize() const {
    if (!m_picture) {
      return std::nullopt;
    }
    return QSize(static_cast<int>(m_picture->shape[3]), static_cast<int>(m_picture->shape[2]));
  }

 private:
  /// Reads the picture to change, where the network changes pictures. Throws std::runtime_error.
  void takePicture() {
    const auto& info = m_model.info();
    if (m_request.picture.empty()) {
      if (info.input == model::InputKind::Picture && m_request.inputs.empty()) {
        throw std::runtime_error("--seeds: " + nameOfModel() + " changes pictures; give it one with --picture FILE.");
      }
      return;
    }
    if (info.input != model::InputKind::Picture) {
      throw std::runtime_error("--picture: " + nameOfModel() + " makes pictures of seeds and changes none.");
    }
    const auto source = ui::readInputSource(QFile::decodeName(m_request.picture.c_str()));
    m_picture = ui::inputTensor(source.pixels, info, m_request.pictureSize);
    m_input = {m_request.picture.filename().string(), source.sha256, m_request.pictureSize};
  }

  /// All rows at once, before the work begins; labels may come from --class instead.
  void checkGiven() const {
    model::GeneratorInputs inputs = m_given.tensors;
    const auto& info = m_model.info();
    if (!inputs.c && inputs.y.empty() && info.labels != model::LabelKind::None) {
      inputs.y.assign(static_cast<std::size_t>(inputs.count()), 0);
    }
    try {
      model::checkInputs(inputs, settings(), info);
    } catch (const model::ModelError& error) {
      throw std::runtime_error(m_request.inputs.filename().string() + " cannot be used as inputs: " + error.what() +
                               ".");
    }
  }

  std::string nameOfModel() const {
    return m_model.path().filename().string() + " (" + m_model.info().architecture + ")";
  }

  const GenerateRequest& m_request;
  const model::OpenedModel& m_model;
  GivenInputs m_given;
  std::optional<model::FloatTensor> m_picture;  // 1×C×H×W
  model::InputPicture m_input;                  // what the state says of it
};

/// The names of the pictures; of a grid: its one.
std::vector<fs::path> namesFor(const GenerateRequest& request, const std::vector<PictureNumber>& numbers) {
  if (request.output.empty()) {
    return {};
  }
  if (request.grid) {
    checkGrid(*request.grid, numbers.size());
  }
  try {
    return request.grid ? outputNames(request.output, {numbers.front()}) : outputNames(request.output, numbers);
  } catch (const OutputNameError& error) {
    throw UsageError(std::string("-o: ") + error.what());
  }
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
        m_recipes(request, *m_model, stop),
        m_settings(m_recipes.settings()) {}

  void run() {
    planRaw();
    planPictures();
    {
      ProgressLine progress(m_streams);
      for (std::size_t i = 0; i < m_recipes.count(); ++i) {
        progress.show("Picture " + std::to_string(i + 1) + " of " + std::to_string(m_recipes.count()));
        take(i, make(i));
      }
      m_writes.finish();
      if (m_sheet) {
        writeSheet();
      }
      if (!m_request.raw.empty()) {
        writeRaw();
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
    const QSize cell = expectedSize() * m_request.scale;
    GridLayout layout = m_request.grid.value_or(GridLayout{});
    layout.gap *= m_request.scale;
    checkPictureTarget(m_names.front(), layout.size(cell));
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

  void planRaw() const {
    if (m_request.raw.empty()) {
      return;
    }
    const fs::path folder = m_request.raw.has_parent_path() ? m_request.raw.parent_path() : fs::path(".");
    std::error_code ignored;
    if (!fs::is_directory(folder, ignored)) {
      throw ExportError(m_request.raw.string() + " cannot be written: the folder " + folder.string() +
                        " does not exist.");
    }
  }

  /// One at a time, as the window does it: a picture's bytes do not depend on its neighbours in a batch.
  model::GeneratorOutputs make(std::size_t index) const {
    const model::Interrupt interrupt = [this] { return m_stop.stop_requested(); };
    if (interrupt()) {
      throw Stopped();
    }
    try {
      return m_model->generate(m_recipes.inputs(index, interrupt), m_settings, interrupt);
    } catch (const model::Interrupted&) {
      throw Stopped();
    } catch (const model::ModelError& error) {
      throw std::runtime_error(m_model->path().filename().string() + ": " + error.what() + ".");
    }
  }

  void take(std::size_t index, const model::GeneratorOutputs& outputs) {
    if (!m_request.raw.empty()) {
      append(m_image, outputs.image);
      append(m_ws, outputs.ws);
    }
    if (m_request.output.empty()) {
      return;
    }
    const QImage picture = pictureFromTensor(outputs.image, 0, m_model->info().range);
    if (m_request.grid) {
      place(static_cast<int>(index), enlarge(picture, m_request.scale, m_request.resample));
      return;
    }
    const auto bytes = static_cast<std::size_t>(picture.sizeInBytes()) * m_request.scale * m_request.scale;
    m_writes.start(2 * bytes, [this, index, picture, provenance = provenanceAt(m_recipes.state(index))] {
      writePicture(enlarge(picture, m_request.scale, m_request.resample), m_names[index], provenance,
                   {m_request.jpegQuality});
    });
  }

  static void append(model::FloatTensor& rows, const model::FloatTensor& row) {
    if (rows.shape.empty()) {
      rows = row;
    } else {
      rows.values.insert(rows.values.end(), row.values.begin(), row.values.end());
      rows.shape[0] += row.shape[0];
    }
  }

  void writeRaw() const {
    std::vector<std::pair<std::string, model::FloatTensor>> tensors{{"image", m_image}};
    if (!m_ws.shape.empty()) {
      tensors.emplace_back("ws", m_ws);
    }
    model::writeSafetensors(m_request.raw, tensors);
  }

  void place(int index, const QImage& picture) {
    if (!m_sheet) {
      GridLayout layout = *m_request.grid;
      layout.gap *= m_request.scale;
      m_sheet.emplace(layout, picture.size(), picture.format());
    }
    m_sheet->place(index, picture);
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

  /// Of one picture, before enlarging; of tensors given to an image-to-image network it is 1 × 1 here.
  QSize expectedSize() const {
    const auto& info = m_model->info();
    if (const auto picture = m_recipes.pictureSize()) {
      return *picture;
    }
    if (m_settings.resolution > 0) {
      return {m_settings.resolution, m_settings.resolution};
    }
    return {std::max(info.width, 1), std::max(info.height, 1)};
  }

  const GenerateRequest& m_request;
  std::shared_ptr<model::OpenedModel> m_model;
  Streams m_streams;
  std::stop_token m_stop;
  Recipes m_recipes;
  model::SynthesisSettings m_settings;
  std::vector<fs::path> m_names;  // of a grid: one
  std::optional<GridSheet> m_sheet;
  model::FloatTensor m_image;
  model::FloatTensor m_ws;
  std::string m_checkpointSha256;
  std::string m_inputsSha256;
  BackgroundWrites m_writes;
};

ExitCode runGenerate(const Arguments& arguments, const Streams& streams, const std::stop_token& stop) {
  const GenerateRequest request = generateRequest(arguments);
  checkNamesEarly(request);
  Generation(request, openModel(request.checkpoint, request.open, request.cpuOnly, streams, stop), streams, stop).run();
  return kDone;
}

}  // namespace

Command generateCommand() { return {generateSyntax(), runGenerate}; }

}  // namespace loom::app

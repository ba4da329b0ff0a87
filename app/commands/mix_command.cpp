#include "app/commands/mix_command.h"

#include "app/commands/look_options.h"
#include "app/commands/model_options.h"
#include "app/commands/open_model.h"
#include "app/commands/progress_line.h"
#include "app/export/file_hash.h"
#include "app/export/model_provenance.h"
#include "app/export/picture.h"
#include "app/export/picture_file.h"
#include "app/export/picture_format.h"
#include "app/export/seed_list.h"
#include "model/checkpoint/safetensors_writer.h"

#include <set>

namespace loom::app {
namespace {

constexpr int kGap = 2;  // pixels between pictures

CommandSyntax mixSyntax() {
  CommandSyntax syntax;
  syntax.name = "mix";
  syntax.summary = "Writes a sheet of style mixes: rows keep their seed, columns lend some layers.";
  syntax.usage = {"FILE --rows LIST --cols LIST --layers LIST [options] -o PICTURE"};
  syntax.operands = {{"FILE", "The checkpoint; of a generator with styles (StyleGAN 1 to 3)."}};
  syntax.mostOperands = 1;
  syntax.options = {{"--rows", "", "LIST", "Seeds whose pictures are changed, as in 1,2,3 or 0-5."},
                    {"--cols", "", "LIST", "Seeds that lend their style."},
                    {"--layers", "", "LIST", "Layers that take the column's style: 0-3 coarse, the last ones fine."},
                    {"--output", "-o", "PICTURE", "PNG, JPEG or TIFF; the sources stand in its first row and column."},
                    {"--raw", "", "FILE", "Write the mixes as tensor image, rows × columns of them, as safetensors."},
                    {"--device", "", "DEVICE", "cpu: the CPU even where there is a GPU."}};
  for (const auto& options : {openOptionSyntax(), lookOptionSyntax()}) {
    syntax.options.insert(syntax.options.end(), options.begin(), options.end());
  }
  syntax.details =
      "Example:\n"
      "  latent-loom mix ffhq.pkl --rows 1,2,3 --cols 4,5 --layers 0-3 --truncation 0.7 -o mix.png\n";
  return syntax;
}

std::vector<std::uint32_t> listOf(const Arguments& arguments, const char* option) {
  const auto text = arguments.value(option);
  if (!text) {
    throw UsageError(std::string("say ") + option + " LIST");
  }
  try {
    return seedsFromText(*text);
  } catch (const SeedListError& error) {
    throw UsageError(std::string(option) + ": " + error.what());
  }
}

class Mixing {
 public:
  Mixing(const Arguments& arguments, const Streams& streams, const std::stop_token& stop)
      : m_rows(listOf(arguments, "--rows")), m_columns(listOf(arguments, "--cols")), m_look(lookFrom(arguments)),
        m_output(arguments.value("--output").value_or("")), m_raw(arguments.value("--raw").value_or("")), m_stop(stop) {
    const auto layers = listOf(arguments, "--layers");
    m_layers = {layers.begin(), layers.end()};
    if (arguments.operands().size() != 1 || (m_output.empty() && m_raw.empty())) {
      throw UsageError("say which checkpoint and where the sheet goes: FILE … -o mix.png");
    }
    constexpr std::size_t kMostPictures = 10'000;
    if ((m_rows.size() + 1) * (m_columns.size() + 1) > kMostPictures) {
      throw UsageError("a sheet has at most 10,000 pictures");
    }
    const auto device = arguments.value("--device");
    if (device && *device != "cpu" && *device != "auto") {
      throw UsageError("--device takes cpu or auto, not '" + *device + "'");
    }
    m_model = openModel(arguments.operands()[0], openOptions(arguments), device == "cpu", streams, stop);
    check();
  }

  void run(const Streams& streams) {
    const GridLayout layout{static_cast<int>(m_columns.size()) + 1, static_cast<int>(m_rows.size()) + 1, kGap, Qt::black};
    const int side = m_look.resolution > 0 ? m_look.resolution : m_model->info().width;
    if (!m_output.empty()) {
      checkPictureTarget(m_output, layout.size({side, side}));
      m_sha256 = sha256OfFile(m_model->path(), m_stop).value_or("");
    }
    ProgressLine progress(streams);
    for (int i = 0; i < layout.cells(); ++i) {
      progress.show("Picture " + std::to_string(i + 1) + " of " + std::to_string(layout.cells()));
      place(layout, i);
    }
    progress.clear();
    if (!m_output.empty()) {
      write(layout);
      streams.out << "wrote " << m_output << '\n';
    }
    if (!m_raw.empty()) {
      model::writeSafetensors(m_raw, {{"image", m_images}});
      streams.out << "wrote " << m_raw << '\n';
    }
  }

 private:
  void check() const {
    const auto& info = m_model->info();
    const std::string name = m_model->path().filename().string();
    if (info.mixLayers() == 0) {
      throw std::runtime_error(name + " (" + info.architecture +
                               ") has no layers of its own style that could be mixed: that takes a StyleGAN or a BigGAN.");
    }
    for (const std::uint32_t layer : m_layers) {
      if (layer >= static_cast<std::uint32_t>(info.mixLayers())) {
        throw std::runtime_error("--layers: " + name + " has the layers 0 to " + std::to_string(info.mixLayers() - 1) + ".");
      }
    }
  }

  /// The state of a cell; row 0 and column 0 have the sources.
  model::LatentState stateOf(int row, int column) const {
    if (row == 0) {
      return model::withSeed(m_look, m_columns[static_cast<std::size_t>(column - 1)]);
    }
    model::LatentState state = model::withSeed(m_look, m_rows[static_cast<std::size_t>(row - 1)]);
    if (column > 0) {
      model::LatentState source;
      source.seed = m_columns[static_cast<std::size_t>(column - 1)];
      for (const std::uint32_t layer : m_layers) {
        model::takeStyle(state, static_cast<int>(layer), source);
      }
    }
    return state;
  }

  void place(const GridLayout& layout, int index) {
    const int row = index / layout.columns;
    const int column = index % layout.columns;
    const bool isMix = row > 0 && column > 0;
    if ((row == 0 && column == 0) || (m_output.empty() && !isMix)) {
      return;
    }
    const model::Interrupt interrupt = [this] { return m_stop.stop_requested(); };
    const model::LatentState state = stateOf(row, column);
    model::GeneratorOutputs made;
    try {
      made = m_model->generate(m_model->inputsFor(state, nullptr, interrupt), askedSettings(state, m_model->info()), interrupt);
    } catch (const model::Interrupted&) {
      throw Stopped();
    } catch (const model::ModelError& error) {
      throw std::runtime_error(m_model->path().filename().string() + ": " + error.what() + ".");
    }
    if (!m_output.empty()) {
      const QImage picture = pictureFromTensor(made.image, 0, m_model->info().range);
      if (!m_sheet) {
        m_sheet.emplace(layout, picture.size(), picture.format());
      }
      m_sheet->place(index, picture);
    }
    if (isMix && !m_raw.empty()) {
      if (m_images.shape.empty()) {
        m_images.shape = made.image.shape;
        m_images.shape[0] = 0;
      }
      ++m_images.shape[0];
      m_images.values.insert(m_images.values.end(), made.image.values.begin(), made.image.values.end());
    }
  }

  void write(const GridLayout& layout) const {
    if (m_stop.stop_requested()) {
      throw Stopped();
    }
    Provenance provenance = provenanceOf(*m_model, stateOf(1, 1), m_sha256);
    provenance.grid = GridProvenance{layout.columns, layout.rows, layout.gap, {}};
    writePicture(m_sheet->sheet(), m_output, provenance, {});
  }

  std::vector<std::uint32_t> m_rows;
  std::vector<std::uint32_t> m_columns;
  std::set<std::uint32_t> m_layers;
  model::LatentState m_look;
  std::string m_output;
  std::string m_raw;
  std::stop_token m_stop;
  std::shared_ptr<model::OpenedModel> m_model;
  std::string m_sha256;
  std::optional<GridSheet> m_sheet;
  model::FloatTensor m_images;
};

ExitCode runMix(const Arguments& arguments, const Streams& streams, const std::stop_token& stop) {
  Mixing(arguments, streams, stop).run(streams);
  return kDone;
}

}  // namespace

Command mixCommand() { return {mixSyntax(), runMix}; }

}  // namespace loom::app

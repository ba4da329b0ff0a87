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
  syntax.operands = {{"FILE", "The checkpoint; of a generator whose layers are fed one by one (StyleGAN 1 to 3, BigGAN)."}};
  syntax.mostOperands = 1;
  syntax.options = {{"--rows", "", "LIST", "Seeds whose pictures are changed, as in 1,2,3 or 0-5."},
                    {"--cols", "", "LIST", "Seeds that lend their style."},
                    {"--layers", "", "LIST", "Layers that take the column's style: 0-3 coarse, the last ones fine."},
                    {"--row-classes", "", "LIST", "The class of each row, or one for all; of generators with classes."},
                    {"--col-classes", "", "LIST", "The class of each column, which its layers take with them."},
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

/// Seeds and classes of the rows or of the columns.
struct Lines {
  std::vector<std::uint32_t> seeds;
  std::vector<std::uint32_t> classes;  ///< as many; empty: the picture's own

  model::LatentState take(model::LatentState state, int index) const {
    const auto at = static_cast<std::size_t>(index);
    state.seed = seeds[at];
    if (!classes.empty()) {
      state.classes = {{static_cast<int>(classes[at]), 1.0F}};
    }
    return state;
  }
};

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

Lines linesOf(const Arguments& arguments, const char* seeds, const char* classes) {
  Lines lines{listOf(arguments, seeds), {}};
  if (arguments.has(classes)) {
    lines.classes = listOf(arguments, classes);
    if (lines.classes.size() == 1) {
      lines.classes.assign(lines.seeds.size(), lines.classes.front());
    }
    if (lines.classes.size() != lines.seeds.size()) {
      throw UsageError(std::string(classes) + " takes one class, or as many as " + seeds + " has seeds");
    }
  }
  return lines;
}

class Mixing {
 public:
  Mixing(const Arguments& arguments, const Streams& streams, const std::stop_token& stop)
      : m_rows(linesOf(arguments, "--rows", "--row-classes")), m_columns(linesOf(arguments, "--cols", "--col-classes")), m_look(lookFrom(arguments)),
        m_output(arguments.value("--output").value_or("")), m_raw(arguments.value("--raw").value_or("")), m_stop(stop) {
    const auto layers = listOf(arguments, "--layers");
    m_layers = {layers.begin(), layers.end()};
    if (arguments.operands().size() != 1 || (m_output.empty() && m_raw.empty())) {
      throw UsageError("say which checkpoint and where the sheet goes: FILE … -o mix.png");
    }
    constexpr std::size_t kMostPictures = 10'000;
    if ((m_rows.seeds.size() + 1) * (m_columns.seeds.size() + 1) > kMostPictures) {
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
    const GridLayout layout{static_cast<int>(m_columns.seeds.size()) + 1, static_cast<int>(m_rows.seeds.size()) + 1, kGap, Qt::black};
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
    for (const auto* lines : {&m_rows, &m_columns}) {
      for (const std::uint32_t chosen : lines->classes) {
        if (chosen >= static_cast<std::uint32_t>(info.classCount)) {
          throw std::runtime_error(name + (info.classCount > 0 ? " has the classes 0 to " + std::to_string(info.classCount - 1) + ", there is no class " + std::to_string(chosen) + "."
                                                               : " knows no classes: leave --row-classes and --col-classes out."));
        }
      }
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
      return m_columns.take(m_look, column - 1);
    }
    model::LatentState state = m_rows.take(m_look, row - 1);
    if (column > 0) {
      model::LatentState source;
      if (!m_rows.classes.empty()) {  // else it would be the row's
        source.classes = m_look.classes.empty() ? std::map<int, float>{{0, 1.0F}} : m_look.classes;
      }
      source = m_columns.take(std::move(source), column - 1);
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

  Lines m_rows;
  Lines m_columns;
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

#include "app/commands/dataset_command.h"

#include "app/commands/look_options.h"
#include "app/commands/model_options.h"
#include "app/commands/open_model.h"
#include "app/commands/progress_line.h"
#include "app/export/atomic_file.h"
#include "app/export/export_error.h"
#include "app/export/file_hash.h"
#include "app/export/model_provenance.h"
#include "app/export/picture.h"
#include "app/export/picture_file.h"

#include <nlohmann/json.hpp>

#include <QDateTime>

#include <zip.h>

#include <cstdio>
#include <fstream>
#include <limits>

namespace loom::app {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kPlanName = ".latent-loom-dataset.json";  // what the folder is to become
constexpr const char* kPartSuffix = ".part";                    // the folder that a zip is made of

CommandSyntax datasetSyntax() {
  CommandSyntax syntax;
  syntax.name = "dataset";
  syntax.summary = "Writes a synthetic data set: pictures, labels, and a page that says what it is.";
  syntax.usage = {"FILE --count N [--per-class] [options] -o DIR|OUT.zip"};
  syntax.operands = {{"FILE", "The checkpoint."}};
  syntax.mostOperands = 1;
  syntax.options = {{"--count", "", "N", "How many pictures; with --per-class of each class."},
                    {"--per-class", "", "", "So many of every class of a conditional generator, labelled."},
                    {"--seed", "", "SEED", "The first one (0); each picture has the next."},
                    {"--output", "-o", "DIR|OUT.zip", "A new folder, or a zip. Called again, an interrupted one goes on."},
                    {"--device", "", "DEVICE", "cpu: the CPU even where there is a GPU."}};
  for (const auto& options : {openOptionSyntax(), lookOptionSyntax()}) {
    syntax.options.insert(syntax.options.end(), options.begin(), options.end());
  }
  syntax.details =
      "The layout is that of NVIDIA's dataset_tool.py: 00000/img00000000.png and dataset.json.\n"
      "DATASET.md names the model and says that all of it is synthetic.\n\n"
      "Example:\n"
      "  latent-loom dataset cgan.safetensors --count 100 --per-class -o digits.zip\n";
  return syntax;
}

void writeText(const fs::path& path, const std::string& text) {
  FileDraft draft(path);
  std::ofstream file(draft.path(), std::ios::binary);
  file << text;
  file.close();
  if (!file) {
    throw ExportError(path.string() + " cannot be written: the disk may be full.");
  }
  draft.commit();
}

std::string nameOf(std::int64_t index) {
  constexpr std::int64_t kInFolder = 1000;
  char text[48];
  std::snprintf(text, sizeof text, "%05lld/img%08lld.png", static_cast<long long>(index / kInFolder), static_cast<long long>(index));
  return text;
}

class DatasetWriter {
 public:
  DatasetWriter(const Arguments& arguments, const Streams& streams, const std::stop_token& stop)
      : m_look(lookFrom(arguments)), m_streams(streams), m_stop(stop) {
    const auto count = arguments.value("--count");
    const auto output = arguments.value("--output");
    if (arguments.operands().size() != 1 || !count || !output) {
      throw UsageError("say FILE, --count N and -o DIR or OUT.zip");
    }
    constexpr int kMost = 100'000'000;
    m_count = wholeNumber("--count", *count, 1, kMost);
    m_firstSeed = static_cast<std::uint32_t>(
        wholeNumber("--seed", arguments.value("--seed").value_or("0"), 0, std::numeric_limits<int>::max()));
    const auto device = arguments.value("--device");
    if (device && *device != "cpu" && *device != "auto") {
      throw UsageError("--device takes cpu or auto, not '" + *device + "'");
    }
    m_output = *output;
    m_zip = m_output.extension() == ".zip";
    m_folder = m_zip ? fs::path(m_output.string() + kPartSuffix) : m_output;
    if (std::error_code error; m_zip && fs::exists(m_output, error)) {
      throw ExportError(m_output.string() + " is there already; choose another name, or remove it.");
    }
    m_model = openModel(arguments.operands()[0], openOptions(arguments), device == "cpu", streams, stop);
    const auto& info = m_model->info();
    const std::string name = m_model->path().filename().string();
    if (info.input == model::InputKind::Picture) {
      throw std::runtime_error(name + " (" + info.architecture + ") changes pictures: it makes none of seeds.");
    }
    if (arguments.has("--per-class")) {
      if (info.labels != model::LabelKind::Classes) {
        throw std::runtime_error("--per-class: " + name + " (" + info.architecture + ") knows no classes.");
      }
      if (arguments.has("--class")) {
        throw UsageError("--class and --per-class contradict each other");
      }
      m_classes = info.classCount;
    }
    m_sha256 = sha256OfFile(m_model->path(), stop).value_or("");
  }

  void run() {
    takeFolder();
    const std::int64_t all = m_count * std::max(1, m_classes);
    ProgressLine progress(m_streams);
    for (std::int64_t i = 0; i < all; ++i) {
      if (m_stop.stop_requested()) {
        throw Stopped();
      }
      progress.show("Picture " + std::to_string(i + 1) + " of " + std::to_string(all), static_cast<double>(i) / static_cast<double>(all));
      make(i);
    }
    writeText(m_folder / "dataset.json", labels(all).dump() + '\n');
    writeText(m_folder / "DATASET.md", page(all));
    if (m_zip) {
      progress.show("Writing the zip");
      pack(all);
    }
    std::error_code ignored;
    fs::remove(m_folder / kPlanName, ignored);
    if (m_zip) {
      fs::remove_all(m_folder, ignored);
    }
    progress.clear();
    m_streams.out << "wrote " << all << " pictures to " << m_output.string() << '\n';
  }

 private:
  /// All that decides over the pixels: two calls that agree in it make the same data set.
  std::string plan() const {
    return Json{{"checkpoint-sha256", m_sha256}, {"group", m_model->group()}, {"count", m_count}, {"classes", m_classes},
                {"first-seed", m_firstSeed}, {"look", Json::parse(model::latentStateToJson(m_look))}}
        .dump(2);
  }

  /// A new folder, or one that an interrupted call with the same plan has left.
  void takeFolder() const {
    std::error_code error;
    const fs::path planFile = m_folder / kPlanName;
    if (fs::exists(planFile, error)) {
      std::ifstream file(planFile, std::ios::binary);
      const std::string found((std::istreambuf_iterator<char>(file)), {});
      if (found != plan()) {
        throw ExportError(m_folder.string() + " is a data set that was begun with another model or other settings: choose "
                          "another name, or remove it.");
      }
      return;
    }
    if (fs::exists(m_folder, error) && !(fs::is_directory(m_folder, error) && fs::is_empty(m_folder, error))) {
      throw ExportError(m_folder.string() + " holds other files: a synthetic data set goes into a folder of its own.");
    }
    fs::create_directories(m_folder, error);
    if (error) {
      throw ExportError("The folder " + m_folder.string() + " cannot be made: " + error.message() + ".");
    }
    writeText(planFile, plan());
  }

  int classOf(std::int64_t index) const { return m_classes > 0 ? static_cast<int>(index / m_count) : -1; }

  model::LatentState stateOf(std::int64_t index) const {
    model::LatentState state = model::withSeed(m_look, m_firstSeed + static_cast<std::uint32_t>(index));
    if (m_classes > 0) {
      state.classes = {{classOf(index), 1.0F}};
    }
    return state;
  }

  void make(std::int64_t index) const {
    const fs::path target = m_folder / nameOf(index);
    std::error_code error;
    if (fs::exists(target, error)) {
      return;  // whole, since pictures appear whole or not at all
    }
    fs::create_directories(target.parent_path(), error);
    const model::LatentState state = stateOf(index);
    const model::Interrupt interrupt = [this] { return m_stop.stop_requested(); };
    try {
      const auto made = m_model->generate(m_model->inputsFor(state, nullptr, interrupt), askedSettings(state, m_model->info()), interrupt);
      writePicture(pictureFromTensor(made.image, 0, m_model->info().range), target, provenanceOf(*m_model, state, m_sha256));
    } catch (const model::Interrupted&) {
      throw Stopped();
    } catch (const model::ModelError& problem) {
      throw std::runtime_error(m_model->path().filename().string() + ": " + problem.what() + ".");
    }
  }

  Json labels(std::int64_t all) const {
    Json labels;
    if (m_classes > 0) {
      labels = Json::array();
      for (std::int64_t i = 0; i < all; ++i) {
        labels.push_back(Json::array({nameOf(i), classOf(i)}));
      }
    }
    return Json{{"labels", labels}};
  }

  std::string page(std::int64_t all) const {
    const auto& info = m_model->info();
    std::string text = "# A synthetic data set\n\n**Every picture in it is synthetic**: made by a generative network, of nothing and nobody.\n\n";
    const auto row = [&](const std::string& name, const std::string& value) { text += "| " + name + " | " + value + " |\n"; };
    text += "| | |\n| --- | --- |\n";
    row("Pictures", std::to_string(all) + (m_classes > 0 ? ", " + std::to_string(m_count) + " of each of " + std::to_string(m_classes) + " classes" : ""));
    row("Model", m_model->path().filename().string() + " (" + info.architecture + ")");
    row("SHA-256 of the model", m_sha256);
    row("Seeds", std::to_string(m_firstSeed) + " to " + std::to_string(m_firstSeed + static_cast<std::uint64_t>(all) - 1));
    row("Truncation psi", Json(m_look.truncation).dump());
    row("Digital source type", kDigitalSourceType);
    row("Made by", std::string("Latent Loom ") + LOOM_VERSION);
    row("Date", QDateTime::currentDateTimeUtc().date().toString(Qt::ISODate).toStdString());
    if (!info.classNames.empty() && m_classes > 0) {
      text += "\n| class | name |\n| --- | --- |\n";
      for (std::size_t i = 0; i < info.classNames.size(); ++i) {
        row(std::to_string(i), info.classNames[i]);
      }
    }
    return text + "\nEach picture carries its own state as XMP: `latent-loom inspect FILE` tells it. The whole look as JSON:\n\n```json\n" +
           Json::parse(model::latentStateToJson(m_look)).dump(2) + "\n```\n";
  }

  /// Pictures are stored, not packed again; dates are fixed, so that the same files give the same zip.
  void pack(std::int64_t all) const {
    FileDraft draft(m_output);
    int code = 0;
    zip_t* archive = zip_open(draft.path().c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
    const auto fail = [&](const std::string& why) {
      if (archive) {
        zip_discard(archive);
      }
      throw ExportError(m_output.string() + " cannot be written: " + why + ".");
    };
    if (!archive) {
      fail("no zip can be made there");
    }
    constexpr time_t kFixed = 315'619'200;  // 1980-01-02
    const auto add = [&](const std::string& name) {
      zip_source_t* source = zip_source_file(archive, (m_folder / name).c_str(), 0, -1);
      const auto entry = source ? zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8) : -1;
      if (entry < 0) {
        zip_source_free(source);
        fail(zip_strerror(archive));
      }
      zip_set_file_compression(archive, static_cast<zip_uint64_t>(entry), ZIP_CM_STORE, 0);
      zip_file_set_mtime(archive, static_cast<zip_uint64_t>(entry), kFixed, 0);
    };
    for (std::int64_t i = 0; i < all; ++i) {
      add(nameOf(i));
    }
    add("dataset.json");
    add("DATASET.md");
    if (zip_close(archive) != 0) {
      fail(zip_strerror(archive));
    }
    draft.commit();
  }

  model::LatentState m_look;
  Streams m_streams;
  std::stop_token m_stop;
  std::int64_t m_count = 0;
  std::uint32_t m_firstSeed = 0;
  int m_classes = 0;  // 0: not by class
  fs::path m_output;
  fs::path m_folder;
  bool m_zip = false;
  std::shared_ptr<model::OpenedModel> m_model;
  std::string m_sha256;
};

ExitCode runDataset(const Arguments& arguments, const Streams& streams, const std::stop_token& stop) {
  DatasetWriter(arguments, streams, stop).run();
  return kDone;
}

}  // namespace

Command datasetCommand() { return {datasetSyntax(), runDataset}; }

}  // namespace loom::app

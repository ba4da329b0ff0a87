#include "app/export/dataset.h"

#include "app/export/atomic_file.h"
#include "app/export/background_writes.h"
#include "app/export/export_error.h"
#include "app/export/file_hash.h"
#include "app/export/model_provenance.h"
#include "app/export/picture.h"
#include "app/export/picture_file.h"

#include <nlohmann/json.hpp>

#include <QDateTime>

#include <zip.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace loom::app {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kPlanName = ".latent-loom-dataset.json";  // what the folder is to become
constexpr const char* kPartSuffix = ".part";                    // the folder that a zip is made of

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
  std::snprintf(text, sizeof text, "%05lld/img%08lld.png", static_cast<long long>(index / kInFolder),
                static_cast<long long>(index));
  return text;
}

class DatasetWriter {
 public:
  DatasetWriter(const model::OpenedModel& opened, const DatasetRequest& request, std::string sha256,
                std::stop_token stop)
      : m_model(opened),
        m_request(request),
        m_sha256(std::move(sha256)),
        m_stop(std::move(stop)),
        m_classes(request.perClass ? opened.info().classCount : 0),
        m_zip(request.target.extension() == ".zip"),
        m_folder(m_zip ? fs::path(request.target.string() + kPartSuffix) : request.target) {
    if (std::error_code error; m_zip && fs::exists(request.target, error)) {
      throw ExportError(request.target.string() + " is there already; choose another name, or remove it.");
    }
  }

  /// False where it was stopped.
  bool run(const std::function<void(std::int64_t)>& progress) const {
    takeFolder();
    const std::int64_t all = picturesOf(m_request, m_model.info());
    BackgroundWrites writes;
    const auto together = static_cast<std::size_t>(m_model.sideBySide());
    std::vector<std::int64_t> missing;
    for (std::int64_t i = 0; i < all; ++i) {
      if (m_stop.stop_requested()) {
        return false;
      }
      // What is there is whole, since pictures appear whole or not at all.
      if (std::error_code error; !fs::exists(m_folder / nameOf(i), error)) {
        missing.push_back(i);
      }
      if (missing.size() == together || i + 1 == all) {
        make(missing, writes);
        missing.clear();
        progress(i + 1);
      }
    }
    writes.finish();
    writeText(m_folder / "dataset.json", labels(all).dump() + '\n');
    writeText(m_folder / "DATASET.md", page(all));
    if (m_zip) {
      pack(all);
    }
    std::error_code ignored;
    fs::remove(m_folder / kPlanName, ignored);
    if (m_zip) {
      fs::remove_all(m_folder, ignored);
    }
    return true;
  }

 private:
  /// All that decides over the pixels: two calls that agree in it make the same data set.
  std::string plan() const {
    return Json{{"checkpoint-sha256", m_sha256},     {"group", m_model.group()},
                {"count", m_request.count},          {"classes", m_classes},
                {"first-seed", m_request.firstSeed}, {"look", Json::parse(model::latentStateToJson(m_request.look))}}
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
        throw ExportError(m_folder.string() +
                          " is a data set that was begun with another model or other settings: choose "
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

  int classOf(std::int64_t index) const { return m_classes > 0 ? static_cast<int>(index / m_request.count) : -1; }

  model::LatentState stateOf(std::int64_t index) const {
    model::LatentState state = model::withSeed(m_request.look, m_request.firstSeed + static_cast<std::uint32_t>(index));
    if (m_classes > 0) {
      state.classes = {{classOf(index), 1.0F}};
    }
    return state;
  }

  void make(const std::vector<std::int64_t>& pictures, BackgroundWrites& writes) const {
    std::vector<model::LatentState> states;
    for (const std::int64_t index : pictures) {
      states.push_back(stateOf(index));
    }
    const auto frames = m_model.renderEach(states, [this] { return m_stop.stop_requested(); });
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      const fs::path target = m_folder / nameOf(pictures[i]);
      std::error_code error;
      fs::create_directories(target.parent_path(), error);
      const QImage picture = pictureFromFrame(frames[i], m_model.info().channels);
      writes.start(2 * static_cast<std::size_t>(picture.sizeInBytes()),
                   [picture, target, provenance = provenanceOf(m_model, states[i], m_sha256)] {
                     writePicture(picture, target, provenance);
                   });
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
    const auto& info = m_model.info();
    std::string text =
        "# A synthetic data set\n\n**Every picture in it is synthetic**: made by a generative network, of nothing and nobody.\n\n";
    const auto row = [&](const std::string& name, const std::string& value) {
      text += "| " + name + " | " + value + " |\n";
    };
    text += "| | |\n| --- | --- |\n";
    row("Pictures", std::to_string(all) + (m_classes > 0 ? ", " + std::to_string(m_request.count) + " of each of " +
                                                               std::to_string(m_classes) + " classes"
                                                         : ""));
    row("Model", m_model.path().filename().string() + " (" + info.architecture + ")");
    row("SHA-256 of the model", m_sha256);
    row("Seeds", std::to_string(m_request.firstSeed) + " to " +
                     std::to_string(m_request.firstSeed + static_cast<std::uint64_t>(all) - 1));
    row("Truncation psi", Json(m_request.look.truncation).dump());
    row("Digital source type", kDigitalSourceType);
    row("Made by", std::string("Latent Loom ") + LOOM_VERSION);
    row("Date", QDateTime::currentDateTimeUtc().date().toString(Qt::ISODate).toStdString());
    if (!info.classNames.empty() && m_classes > 0) {
      text += "\n| class | name |\n| --- | --- |\n";
      for (std::size_t i = 0; i < info.classNames.size(); ++i) {
        row(std::to_string(i), info.classNames[i]);
      }
    }
    return text +
           "\nEach picture carries its own state as XMP: `latent-loom inspect FILE` tells it. The whole look as JSON:\n\n```json\n" +
           Json::parse(model::latentStateToJson(m_request.look)).dump(2) + "\n```\n";
  }

  /// Pictures are stored, not packed again; dates are fixed, so that the same files give the same zip.
  void pack(std::int64_t all) const {
    FileDraft draft(m_request.target);
    int code = 0;
    zip_t* archive = zip_open(draft.path().c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
    const auto fail = [&](const std::string& why) {
      if (archive) {
        zip_discard(archive);
      }
      throw ExportError(m_request.target.string() + " cannot be written: " + why + ".");
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

  const model::OpenedModel& m_model;
  const DatasetRequest& m_request;
  std::string m_sha256;
  std::stop_token m_stop;
  int m_classes;  // 0: not by class
  bool m_zip;
  fs::path m_folder;
};

}  // namespace

std::int64_t picturesOf(const DatasetRequest& request, const model::GeneratorInfo& info) {
  return request.count * (request.perClass ? std::max(1, info.classCount) : 1);
}

bool writeDataset(const model::OpenedModel& opened, const DatasetRequest& request, const std::stop_token& stop,
                  const std::function<void(std::int64_t)>& progress) {
  const auto& info = opened.info();
  if (info.input == model::InputKind::Picture) {
    throw model::ModelError("this " + info.architecture + " changes pictures: it makes none of seeds");
  }
  if (request.perClass && info.labels != model::LabelKind::Classes) {
    throw model::ModelError("this " + info.architecture + " knows no classes");
  }
  const auto sha256 = sha256OfFile(opened.path(), stop);
  if (!sha256) {
    return false;
  }
  try {
    return DatasetWriter(opened, request, *sha256, stop).run(progress);
  } catch (const model::Interrupted&) {
    return false;
  }
}

}  // namespace loom::app

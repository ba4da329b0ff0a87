#include "app/program_directions.h"

#include "app/export/file_hash.h"
#include "app/gallery/gallery.h"
#include "model/direction_file.h"
#include "model/example_directions.h"
#include "model/latent_directions.h"

#include <QCryptographicHash>
#include <QFile>
#include <QFileInfo>

#include <algorithm>

namespace loom::app {
namespace {

using ui::KeptDirection;

std::filesystem::path nativePath(const QString& path) { return {QFile::encodeName(path).toStdString()}; }

/// The same values have the same id, whoever finds them.
std::string idOf(const std::vector<float>& values) {
  const auto bytes = QByteArray::fromRawData(reinterpret_cast<const char*>(values.data()),
                                             static_cast<qsizetype>(values.size() * sizeof(float)));
  return QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex().left(32).toStdString();
}

KeptDirection made(std::string name, std::vector<float> values, float unit, std::string how, int first = 0, int last = -1) {
  const std::string id = idOf(values);
  return {id, std::move(how), model::Direction{std::move(name), std::move(values)}, unit, first, last};
}

std::vector<float> row(const model::FloatTensor& table, std::int64_t index) {
  const std::int64_t width = table.shape[1];
  const auto begin = table.values.begin() + index * width;
  return {begin, begin + width};
}

/// w of the state, the mean of its layers where they differ; without a mapping network its z.
std::vector<float> placeOf(const model::OpenedModel& model, const model::LatentState& state, const model::Interrupt& interrupt) {
  const auto& info = model.info();
  if (info.wDim == 0) {
    return model::resolveZ(state, info);
  }
  const model::GeneratorInputs inputs = model.inputsFor(state, nullptr, interrupt);
  const model::FloatTensor ws = inputs.ws ? *inputs.ws : model.mapLatents(*inputs.z);
  const auto width = static_cast<std::size_t>(info.wDim);
  const std::size_t layers = ws.values.size() / width;
  std::vector<float> mean(width, 0.0F);
  for (std::size_t i = 0; i < ws.values.size(); ++i) {
    mean[i % width] += ws.values[i] / static_cast<float>(layers);
  }
  return mean;
}

}  // namespace

ProgramDirections::ProgramDirections(QString galleryFolder) : m_galleryFolder(std::move(galleryFolder)) {}

ProgramDirections::~ProgramDirections() = default;

void ProgramDirections::setModel(const Model& model) {
  const bool same = m_model && model && m_model->path() == model->path() && m_model->group() == model->group();
  m_model = model;
  if (!same) {
    m_jobs.cancel();
    m_kept.clear();
    Q_EMIT changed();
  }
}

void ProgramDirections::start(const QString& what, std::function<Found(const model::OpenedModel&, const Watch&)> search) {
  if (!m_model) {
    return;
  }
  m_jobs.start([this, what, model = m_model, search = std::move(search)](const std::stop_token& stop) {
    int told = -1;
    const Watch watch{[&] { return stop.stop_requested(); },
                      [&](double fraction) {
                        if (const int percent = static_cast<int>(fraction * 100.0); percent != std::exchange(told, percent)) {
                          QMetaObject::invokeMethod(this, [this, what, fraction] { Q_EMIT progress(what, fraction); });
                        }
                      },
                      stop};
    watch.progress(0.0);
    QString problem;
    Found found;
    bool stopped = false;
    try {
      found = search(*model, watch);
    } catch (const model::Interrupted&) {
      stopped = true;
    } catch (const std::exception& error) {
      problem = QString::fromStdString(error.what());
    }
    QMetaObject::invokeMethod(this, [this, model, found, problem, stopped = stopped || stop.stop_requested()] {
      if (!problem.isEmpty() && !stopped) {
        Q_EMIT failed(problem);
      } else if (stopped) {
        Q_EMIT done({});
      } else {
        add(model, found);
        Q_EMIT done(found.size() == 1 ? tr("one direction more") : tr("%1 directions more").arg(found.size()));
      }
    });
  });
}

void ProgramDirections::add(const Model& model, const Found& found) {
  if (model != m_model) {
    return;
  }
  for (const KeptDirection& direction : found) {
    if (KeptDirection* known = at(direction.id)) {
      *known = direction;
    } else {
      m_kept.push_back(direction);
    }
  }
  Q_EMIT changed();
}

void ProgramDirections::find(const ui::FindDirections& wanted) {
  const bool pca = wanted.method == ui::FindDirections::Method::Pca;
  start(pca ? tr("Finding directions by PCA") : tr("Finding directions by SeFa"),
        [wanted, pca](const model::OpenedModel& model, const Watch& watch) {
          const auto found = pca ? model::findByPca(model, wanted.count, wanted.samples, 0, watch.interrupt, watch.progress)
                                 : model::findBySefa(model, wanted.count, wanted.firstLayer, wanted.lastLayer);
          // An eigenvalue is no distance: one unit is what the model itself spreads.
          const std::vector<float> units =
              pca ? found.strengths : model::spreadAlong(model, found.directions, 2000, 0, watch.interrupt);
          Found result;
          for (std::int64_t i = 0; i < found.directions.shape[0]; ++i) {
            const std::string number = std::to_string(i + 1);
            const std::string how = pca ? "PCA " + number + " of " + std::to_string(wanted.samples) + " latents"
                                        : "SeFa " + number + (wanted.firstLayer > 0 || wanted.lastLayer >= 0 ? " of a range of layers" : "");
            result.push_back(made((pca ? "PCA " : "SeFa ") + number, row(found.directions, i),
                                  units[static_cast<std::size_t>(i)], how, found.firstLayer, found.lastLayer));
          }
          return result;
        });
}

void ProgramDirections::between(const model::LatentState& from, const model::LatentState& to) {
  start(tr("Drawing a direction"), [from, to](const model::OpenedModel& model, const Watch& watch) {
    const auto way = model::wayBetween(placeOf(model, from, watch.interrupt), placeOf(model, to, watch.interrupt));
    const std::string name = std::to_string(from.seed) + " to " + std::to_string(to.seed);
    return Found{made(name, way.direction, way.strength, "From a picture of seed " + std::to_string(from.seed) + " to one of seed " + std::to_string(to.seed))};
  });
}

void ProgramDirections::fromTag(const QString& tag) {
  start(tr("Looking for what makes %1").arg(tag), [tag, folder = m_galleryFolder](const model::OpenedModel& model, const Watch& watch) {
    const auto sha256 = sha256OfFile(model.path(), watch.stop);
    if (!sha256) {
      throw model::Interrupted();
    }
    const Gallery gallery(folder.isEmpty() ? Gallery::defaultFolder() : folder, {{}, watch.stop});
    GalleryFilter filter;
    filter.modelSha256 = QString::fromStdString(*sha256);
    const int dimensions = model.info().wDim > 0 ? model.info().wDim : model.info().zDim;
    model::FloatTensor with{{0, dimensions}, {}};
    model::FloatTensor without = with;
    for (const EntryId id : gallery.search(filter)) {
      const auto entry = gallery.entry(id);
      if (entry && entry->style.size() == static_cast<std::size_t>(dimensions)) {
        auto& side = entry->tags.contains(tag, Qt::CaseInsensitive) ? with : without;
        side.values.insert(side.values.end(), entry->style.begin(), entry->style.end());
        ++side.shape[0];
      }
    }
    try {
      const auto boundary = model::findBoundary(with, without, {}, watch.interrupt, watch.progress);
      char how[160];
      std::snprintf(how, sizeof how, "Boundary of %lld pictures with the tag and %lld without; %.0f %% right on held-out ones",
                    static_cast<long long>(with.shape[0]), static_cast<long long>(without.shape[0]), boundary.accuracy * 100.0);
      return Found{made(tag.toStdString(), boundary.normal, boundary.strength, how)};
    } catch (const model::ModelError& error) {
      throw std::runtime_error(tr("No direction for the tag %1: %2. Keep more pictures of this model (K) and tag them in the gallery.")
                                   .arg(tag, QString::fromStdString(error.what()))
                                   .toStdString());
    }
  });
}

void ProgramDirections::load(const QString& path) {
  start(tr("Loading %1").arg(QFileInfo(path).fileName()), [path](const model::OpenedModel& model, const Watch& watch) {
    const auto& info = model.info();
    const auto file = model::readDirections(nativePath(path), info.wDim > 0 ? info.wDim : info.zDim, watch.stop);
    const auto spread = model::spreadAlong(model, file.directions, 2000, 0, watch.interrupt);
    const std::string stem = QFileInfo(path).completeBaseName().toStdString();
    Found result;
    for (std::int64_t i = 0; i < file.directions.shape[0]; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const std::string name = file.names.empty() ? stem + " " + std::to_string(i + 1) : file.names[at];
      const float unit = file.units.empty() || file.units[at] == 0.0F ? spread[at] : file.units[at];
      const auto layers = file.layers.empty() ? std::pair(0, -1) : file.layers[at];
      result.push_back(made(name, row(file.directions, i), unit, "From " + QFileInfo(path).fileName().toStdString(), layers.first, layers.second));
    }
    return result;
  });
}

KeptDirection* ProgramDirections::at(const std::string& id) {
  const auto it = std::find_if(m_kept.begin(), m_kept.end(), [&](const KeptDirection& other) { return other.id == id; });
  return it == m_kept.end() ? nullptr : &*it;
}

void ProgramDirections::rename(const std::string& id, const QString& name) {
  if (KeptDirection* direction = at(id)) {
    direction->direction = model::Direction{name.toStdString(), direction->direction->values};
    Q_EMIT changed();
  }
}

void ProgramDirections::setLayers(const std::string& id, int first, int last) {
  if (KeptDirection* direction = at(id)) {
    direction->firstLayer = first;
    direction->lastLayer = last;
    Q_EMIT changed();
  }
}

void ProgramDirections::move(const std::string& id, int by) {
  KeptDirection* direction = at(id);
  const auto from = direction - m_kept.data();
  const auto to = from + by;
  if (direction && to >= 0 && to < static_cast<std::ptrdiff_t>(m_kept.size())) {
    std::swap(m_kept[static_cast<std::size_t>(from)], m_kept[static_cast<std::size_t>(to)]);
    Q_EMIT changed();
  }
}

void ProgramDirections::remove(const std::string& id) {
  std::erase_if(m_kept, [&](const KeptDirection& other) { return other.id == id; });
  Q_EMIT changed();
}

}  // namespace loom::app

#include "app/program_directions.h"

#include "app/directions/gallery_examples.h"
#include "app/export/file_hash.h"
#include "app/gallery/gallery.h"

#include <QCryptographicHash>
#include <QFile>
#include <QFileInfo>

#include <algorithm>

namespace loom::app {
namespace {

std::filesystem::path nativePath(const QString& path) { return {QFile::encodeName(path).toStdString()}; }

/// Of the values alone: it stays while layers and name change.
std::string idOf(const std::vector<float>& values) {
  const auto bytes = QByteArray::fromRawData(reinterpret_cast<const char*>(values.data()),
                                             static_cast<qsizetype>(values.size() * sizeof(float)));
  return QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex().left(32).toStdString();
}

/// The ids that the library knows the direction by.
std::vector<std::string> libraryIds(const DirectionList& list, const std::string& id) {
  std::vector<std::string> ids;
  for (const KeptDirection& direction : list.directions) {
    if (idOf(direction.values) == id) {
      ids.push_back(direction.id);
    }
  }
  return ids;
}

/// What a search says is a clause about the model where it is no whole sentence already.
QString sentence(const model::OpenedModel& model, const std::exception& error) {
  const QString text = QString::fromStdString(error.what());
  return text.endsWith(QLatin1Char('.')) ? text
                                         : QFileInfo(QString::fromStdString(model.path().string())).fileName() +
                                               QStringLiteral(": ") + text + QLatin1Char('.');
}

/// Short enough for a slider's label: where it comes from is told by its tooltip.
FoundDirections called(const std::string& name, FoundDirections found) {
  for (KeptDirection& direction : found.directions) {
    direction.name = name;
  }
  return found;
}

}  // namespace

ProgramDirections::ProgramDirections(QString galleryFolder) : m_galleryFolder(std::move(galleryFolder)) {
  constexpr int kRestMs = 600;
  m_layersRest.setSingleShot(true);
  m_layersRest.setInterval(kRestMs);
  connect(&m_layersRest, &QTimer::timeout, this, &ProgramDirections::storeLayers);
}

ProgramDirections::~ProgramDirections() { storeLayers(); }

void ProgramDirections::setModel(const Model& model) {
  const bool same = m_model && model && m_model->path() == model->path() && m_model->group() == model->group();
  m_model = model;
  if (!same) {
    m_jobs.cancel();
    storeLayers();
    m_kept.clear();
    Q_EMIT changed();
    store([](const DirectionLibrary& library) { return library.load(); });
  }
}

void ProgramDirections::store(std::function<DirectionList(const DirectionLibrary&)> change) {
  if (!m_model) {
    return;
  }
  m_store.start([this, model = m_model, change = std::move(change)](const std::stop_token&) {
    DirectionList list;
    QString problem;
    try {
      const auto& info = model->info();
      const auto sha256 = sha256OfFile(model->path());
      const bool inW = info.wDim > 0;
      list =
          change(DirectionLibrary({model->path(), sha256.value_or(""), inW ? "w" : "z", inW ? info.wDim : info.zDim}));
    } catch (const std::exception& error) {
      problem = QString::fromStdString(error.what());
    }
    QMetaObject::invokeMethod(this, [this, model, list, problem] {
      if (!problem.isEmpty()) {
        Q_EMIT failed(problem);
      } else if (model == m_model) {
        show(list);
      }
    });
  });
}

void ProgramDirections::show(const DirectionList& list) {
  m_kept.clear();
  for (const KeptDirection& direction : list.directions) {
    const std::string id = idOf(direction.values);
    if (at(id)) {
      continue;  // the same way for other layers: one slider
    }
    m_kept.push_back({id, describeOrigin(direction.made), model::Direction{direction.name, direction.values},
                      direction.strength, direction.firstLayer, direction.lastLayer});
    if (const auto chosen = m_newLayers.find(id); chosen != m_newLayers.end()) {
      std::tie(m_kept.back().firstLayer, m_kept.back().lastLayer) = chosen->second;
    }
  }
  if (!list.notice.empty()) {
    Q_EMIT noticed(QString::fromStdString(list.notice));
  }
  Q_EMIT changed();
}

void ProgramDirections::start(const QString& what, Search search) {
  if (!m_model) {
    return;
  }
  m_jobs.start([this, what, model = m_model, search = std::move(search)](const std::stop_token& stop) {
    int told = -1;
    const SearchControl control{
        [&] { return stop.stop_requested(); },
        [&](double fraction) {
          if (const int percent = static_cast<int>(fraction * 100.0); percent != std::exchange(told, percent)) {
            QMetaObject::invokeMethod(this, [this, what, fraction] { Q_EMIT progress(what, fraction); });
          }
        }};
    control.progress(0.0);
    QString problem;
    std::vector<KeptDirection> found;
    bool stopped = false;
    try {
      found = search(*model, control, stop).directions;
    } catch (const model::Interrupted&) {
      stopped = true;
    } catch (const std::exception& error) {
      problem = sentence(*model, error);
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

void ProgramDirections::add(const Model& model, const std::vector<KeptDirection>& found) {
  if (model == m_model) {
    store([found](const DirectionLibrary& library) { return library.add(found); });
  }
}

void ProgramDirections::find(const ui::FindDirections& wanted) {
  const bool pca = wanted.method != ui::FindDirections::Method::Sefa;
  start(pca ? tr("Finding directions by PCA") : tr("Finding directions by SeFa"),
        [wanted](const model::OpenedModel& model, const SearchControl& control, const std::stop_token&) {
          constexpr std::uint32_t kSeed = 0;
          switch (wanted.method) {
            case ui::FindDirections::Method::Pca: break;
            case ui::FindDirections::Method::Activations:
              return searchByActivations(model, wanted.firstLayer, wanted.count, wanted.samples, kSeed, control);
            case ui::FindDirections::Method::Sefa:
              return searchBySefa(model, wanted.count, wanted.firstLayer, wanted.lastLayer, control);
          }
          return searchByPca(model, wanted.count, wanted.samples, kSeed, control);
        });
}

void ProgramDirections::between(const model::LatentState& from, const model::LatentState& to) {
  start(tr("Drawing a direction"),
        [from, to](const model::OpenedModel& model, const SearchControl& control, const std::stop_token&) {
          const std::string first = std::to_string(from.seed);
          const std::string last = std::to_string(to.seed);
          return called(first + " to " + last,
                        searchBetween(placeOf(model, from, control.interrupt), placeOf(model, to, control.interrupt),
                                      "seed " + first, "seed " + last));
        });
}

void ProgramDirections::fromTag(const QString& tag) {
  start(tr("Looking for what makes %1").arg(tag),
        [tag, folder = m_galleryFolder](const model::OpenedModel& model, const SearchControl& control,
                                        const std::stop_token& stop) {
          const auto sha256 = sha256OfFile(model.path(), stop);
          if (!sha256) {
            throw model::Interrupted();
          }
          const Gallery gallery(folder.isEmpty() ? Gallery::defaultFolder() : folder, {{}, stop});
          try {
            const DirectionExamples examples = galleryExamples(gallery, model, *sha256, tag.toStdString(), {}, control);
            return searchByBoundary(model, examples, model::BoundaryOptions().cost, 0, {}, control);
          } catch (const model::ModelError& error) {
            throw std::runtime_error(
                tr("No direction for the tag %1: %2. Keep more pictures of this model (K) and tag them in the gallery.")
                    .arg(tag, QString::fromStdString(error.what()))
                    .toStdString());
          }
        });
}

void ProgramDirections::load(const QString& path) {
  start(tr("Loading %1").arg(QFileInfo(path).fileName()),
        [path](const model::OpenedModel& model, const SearchControl&, const std::stop_token& stop) {
          return searchInFile(model, nativePath(path), stop);
        });
}

ui::KeptDirection* ProgramDirections::at(const std::string& id) {
  const auto it = std::find_if(m_kept.begin(), m_kept.end(), [&](const auto& other) { return other.id == id; });
  return it == m_kept.end() ? nullptr : &*it;
}

void ProgramDirections::rename(const std::string& id, const QString& name) {
  store([id, name](const DirectionLibrary& library) {
    DirectionList list = library.load();
    for (const std::string& known : libraryIds(list, id)) {
      list = library.rename(known, name.toStdString());
    }
    return list;
  });
}

void ProgramDirections::setLayers(const std::string& id, int first, int last) {
  if (ui::KeptDirection* direction = at(id)) {
    direction->firstLayer = first;
    direction->lastLayer = last;
    m_newLayers[id] = {first, last};
    m_layersRest.start();  // while a hand drags them nothing is written
    Q_EMIT changed();
  }
}

void ProgramDirections::storeLayers() {
  m_layersRest.stop();
  if (m_newLayers.empty()) {
    return;
  }
  store([chosen = std::exchange(m_newLayers, {})](const DirectionLibrary& library) {
    DirectionList list = library.load();
    std::vector<std::string> order;
    std::vector<std::string> gone;
    std::vector<KeptDirection> anew;
    for (const KeptDirection& direction : list.directions) {
      const auto layers = chosen.find(idOf(direction.values));
      order.push_back(direction.id);
      if (layers != chosen.end() && std::pair(direction.firstLayer, direction.lastLayer) != layers->second) {
        anew.push_back(keptDirection(direction.name, direction.values, direction.strength, direction.made,
                                     layers->second.first, layers->second.second));
        gone.push_back(direction.id);
        order.back() = anew.back().id;
      }
    }
    if (!gone.empty()) {
      library.remove(gone);
      library.add(anew);
      list = library.reorder(order);
    }
    return list;
  });
}

void ProgramDirections::move(const std::string& id, int by) {
  const ui::KeptDirection* direction = at(id);
  const auto from = direction ? direction - m_kept.data() : -1;
  const auto to = from + by;
  if (from < 0 || to < 0 || to >= static_cast<std::ptrdiff_t>(m_kept.size())) {
    return;
  }
  std::swap(m_kept[static_cast<std::size_t>(from)], m_kept[static_cast<std::size_t>(to)]);
  std::vector<std::string> wanted;
  for (const auto& other : m_kept) {
    wanted.push_back(other.id);
  }
  Q_EMIT changed();
  store([wanted](const DirectionLibrary& library) {
    const DirectionList list = library.load();
    std::vector<std::string> order;
    for (const std::string& other : wanted) {
      const auto ids = libraryIds(list, other);
      order.insert(order.end(), ids.begin(), ids.end());
    }
    return library.reorder(order);
  });
}

void ProgramDirections::remove(const std::string& id) {
  store([id](const DirectionLibrary& library) { return library.remove(libraryIds(library.load(), id)); });
}

}  // namespace loom::app

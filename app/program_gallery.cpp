#include "app/program_gallery.h"

#include "app/export/export_error.h"
#include "app/export/file_hash.h"
#include "app/export/model_provenance.h"
#include "app/export/picture.h"
#include "app/gallery/gallery_folder.h"

#include <QDir>
#include <QMetaObject>

#include <utility>

namespace loom::app {
namespace {

constexpr std::size_t kMostAlike = 200;

/// The picture's place in w, the mean over the layers; in z where there is no mapping network. Empty for a network that
/// changes pictures.
std::vector<float> styleOf(const model::OpenedModel& opened, model::LatentState state) {
  const model::GeneratorInfo& info = opened.info();
  if (info.input == model::InputKind::Picture) {
    return {};
  }
  if (info.styleLayers == 0) {
    return model::resolveZ(state, info);
  }
  state.styleOffsets.try_emplace({-1, 0}, 0.0F);  // without effect, but then the styles are what is answered
  const auto ws = opened.inputsFor(state).ws;
  std::vector<float> mean(static_cast<std::size_t>(info.wDim), 0.0F);
  for (std::size_t i = 0; ws && i < ws->values.size(); ++i) {
    mean[i % mean.size()] += ws->values[i] / static_cast<float>(info.styleLayers);
  }
  return mean;
}

GalleryFilter filterOf(const ui::GalleryQuery& query) {
  GalleryFilter filter;
  filter.text = query.text;
  filter.modelSha256 = query.modelSha256;
  filter.leastRating = query.leastRating;
  filter.from = query.from;
  switch (query.order) {
    case ui::GalleryQuery::Order::Newest: filter.order = GalleryOrder::Newest; break;
    case ui::GalleryQuery::Order::Oldest: filter.order = GalleryOrder::Oldest; break;
    case ui::GalleryQuery::Order::BestRated: filter.order = GalleryOrder::BestRated; break;
  }
  return filter;
}

std::vector<EntryId> answerTo(const ui::GalleryQuery& query, const Gallery& gallery, const GalleryControl& control) {
  using Kind = ui::GalleryQuery::Kind;
  std::vector<EntryId> ids;
  switch (query.kind) {
    case Kind::Filter: return gallery.search(filterOf(query));
    case Kind::AlikeInStyle:
    case Kind::AlikeInPicture:
      ids = query.kind == Kind::AlikeInStyle ? gallery.alikeInStyle(query.like, kMostAlike)
                                             : gallery.alikeInPicture(query.like, kMostAlike);
      ids.insert(ids.begin(), query.like);
      return ids;
    case Kind::Duplicates:
      for (const auto& group : gallery.duplicates(control)) {
        ids.insert(ids.end(), group.begin(), group.end());
      }
      return ids;
  }
  return ids;
}

ui::GalleryDetails detailsOf(const GalleryEntry& entry, const Gallery& gallery) {
  ui::GalleryDetails details;
  details.id = entry.id;
  details.rating = entry.rating;
  details.tags = entry.tags;
  details.notes = entry.notes;
  details.modelName = entry.model.name;
  details.created = entry.created;
  details.size = entry.size;
  details.seed = model::latentStateFromJson(entry.state.toStdString()).seed;
  details.hasStyle = !entry.style.empty();
  for (const QString& uuid : entry.parents) {
    if (const auto parent = gallery.idOf(uuid); parent && gallery.entry(*parent)) {
      details.parents.push_back(*parent);
    } else {
      ++details.lostParents;
    }
  }
  return details;
}

QString summary(const FolderOutcome& outcome, const QString& done) {
  QString text = done;
  if (outcome.known > 0) {
    text += ProgramGallery::tr(", %1 were there before").arg(outcome.known);
  }
  if (outcome.foreign > 0) {
    text += ProgramGallery::tr(", %1 hold nothing of Latent Loom").arg(outcome.foreign);
  }
  if (!outcome.problems.isEmpty()) {
    text += ProgramGallery::tr(", %1 failed, the first: %2").arg(outcome.problems.size()).arg(outcome.problems.first());
  }
  return text;
}

}  // namespace

ProgramGallery::ProgramGallery(QString folder) : m_folder(std::move(folder)) {
  m_here.moveToThread(&m_thread);
  m_thread.setObjectName(QStringLiteral("gallery"));
  m_thread.start();
}

ProgramGallery::~ProgramGallery() {
  cancel();
  // The connection belongs to its thread, and keeping what was asked for comes first.
  QMetaObject::invokeMethod(
      &m_here, [this] { m_gallery.reset(); }, Qt::BlockingQueuedConnection);
  m_thread.quit();
  m_thread.wait();
}

void ProgramGallery::tell(std::function<void()> tell) {
  QMetaObject::invokeMethod(this, std::move(tell), Qt::QueuedConnection);
}

GalleryControl ProgramGallery::control() {
  const std::lock_guard lock(m_mutex);
  return {[this](const QString& what, double fraction) { tell([=, this] { Q_EMIT progress(what, fraction); }); },
          m_stop.get_token()};
}

void ProgramGallery::cancel() {
  const std::lock_guard lock(m_mutex);
  m_stop.request_stop();
  m_stop = std::stop_source();
}

void ProgramGallery::openGallery(const GalleryControl& control) {
  if (m_gallery) {
    return;
  }
  GalleryControl whole = control;
  whole.checkAll = m_checkAll;
  m_gallery.emplace(m_folder.isEmpty() ? Gallery::defaultFolder() : m_folder, whole);
  m_checkAll = false;
  for (const QString& notice : m_gallery->notices()) {
    tell([=, this] { Q_EMIT noticed(notice); });
  }
  tellFacts(*m_gallery);
}

void ProgramGallery::post(Work work) {
  QMetaObject::invokeMethod(&m_here, [this, work = std::move(work), control = control()] {
    try {
      openGallery(control);
      work(*m_gallery, control);
    } catch (const GalleryStopped& stopped) {
      tell([this, text = QString::fromStdString(stopped.what())] { Q_EMIT done(text); });
    } catch (const GalleryDamaged& damage) {
      m_gallery.reset();
      m_checkAll = true;
      tell([this, text = QString::fromStdString(damage.what())] { Q_EMIT failed(text); });
    } catch (const std::exception& error) {
      tell([this, text = QString::fromStdString(error.what())] { Q_EMIT failed(text); });
    }
  });
}

void ProgramGallery::tellFacts(Gallery& gallery) {
  ui::GalleryFacts facts;
  facts.count = gallery.count();
  facts.tags = gallery.tags();
  for (const GalleryModel& model : gallery.models()) {
    facts.models.push_back({model.sha256, model.name});
  }
  tell([=, this] { Q_EMIT factsChanged(facts); });
}

void ProgramGallery::change(std::vector<ui::GalleryId> ids, Work work) {
  post([this, ids = std::move(ids), work = std::move(work)](Gallery& gallery, const GalleryControl& control) {
    work(gallery, control);
    tellFacts(gallery);
    tell([=, this] { Q_EMIT changed(ids); });
  });
}

void ProgramGallery::keep(const Model& model, const model::Frame& frame, ui::GalleryId parent) {
  change({}, [=, this](Gallery& gallery, const GalleryControl& control) {
    control.progress(tr("Keeping the picture"), 0);
    const auto sha256 = sha256OfFile(model->path(), {});  // not cancelled: what was kept is kept
    Provenance provenance = provenanceOf(*model, frame.latent, *sha256);
    provenance.kept.emplace();
    provenance.kept->style = styleOf(*model, frame.latent);
    if (const auto from = parent != 0 ? gallery.entry(parent) : std::nullopt) {
      provenance.kept->parents = {from->uuid.toStdString()};
    }
    const model::Frame exact =
        frame.quality == model::Quality::Exact ? frame : model->render(frame.latent, frame.generation);
    const EntryId id =
        gallery.keep({pictureFromFrame(exact, model->info().channels), provenance,
                      QString::fromStdString(model->path().string()), QString::fromStdString(frame.latent.input.path)});
    tell([=, this] {
      Q_EMIT kept(id);
      Q_EMIT done(tr("kept in the gallery"));
    });
  });
}

void ProgramGallery::search(std::uint64_t ticket, const ui::GalleryQuery& query) {
  m_newestSearch = ticket;
  post([=, this](Gallery& gallery, const GalleryControl& control) {
    if (ticket != m_newestSearch) {
      return;
    }
    auto ids = answerTo(query, gallery, control);
    tell([this, ticket, ids = std::move(ids), slow = query.kind == ui::GalleryQuery::Kind::Duplicates] {
      Q_EMIT found(ticket, ids);
      if (slow) {
        Q_EMIT done({});
      }
    });
  });
}

void ProgramGallery::fetch(const std::vector<ui::GalleryId>& ids) {
  {
    const std::lock_guard lock(m_mutex);
    const bool waits = m_wanted.has_value();
    m_wanted = ids;
    if (waits) {
      return;
    }
  }
  post([this](Gallery& gallery, const GalleryControl&) {
    std::vector<ui::GalleryId> wanted;
    {
      const std::lock_guard lock(m_mutex);
      wanted = std::exchange(m_wanted, std::nullopt).value_or(std::vector<ui::GalleryId>());
    }
    std::vector<ui::GalleryThumb> thumbs;
    for (const GalleryRow& row : gallery.rows(wanted)) {
      thumbs.push_back({row.id, QImage::fromData(row.thumbnail), row.rating, row.modelName, row.created, row.size});
    }
    tell([this, thumbs = std::move(thumbs)] { Q_EMIT fetched(thumbs); });
  });
}

void ProgramGallery::describe(ui::GalleryId id) {
  post([=, this](Gallery& gallery, const GalleryControl&) {
    if (const auto entry = gallery.entry(id)) {
      tell([this, details = detailsOf(*entry, gallery)] { Q_EMIT described(details); });
    }
  });
}

void ProgramGallery::recall(ui::GalleryId id) { read(id, &ui::GalleryService::recalled); }
void ProgramGallery::lend(ui::GalleryId id) { read(id, &ui::GalleryService::lent); }

void ProgramGallery::read(ui::GalleryId id, Told told) {
  post([=, this](Gallery& gallery, const GalleryControl&) {
    const auto entry = gallery.entry(id);
    if (!entry) {
      throw GalleryError("This picture is not in the gallery any more.");
    }
    const std::string json = entry->state.toStdString();
    const model::SavedState state{model::latentStateFromJson(json), model::zFromJson(json),
                                  entry->model.group.toStdString()};
    tell([=, this] { Q_EMIT (this->*told)(id, entry->model.sha256, entry->model.name, entry->model.path, state); });
  });
}

void ProgramGallery::rate(const std::vector<ui::GalleryId>& ids, int rating) {
  change(ids, [=](Gallery& gallery, const GalleryControl&) { gallery.setRating(ids, rating); });
}

void ProgramGallery::setTags(ui::GalleryId id, const QStringList& tags) {
  change({id}, [=](Gallery& gallery, const GalleryControl&) { gallery.setTags(id, tags); });
}

void ProgramGallery::setNotes(ui::GalleryId id, const QString& notes) {
  change({id}, [=](Gallery& gallery, const GalleryControl&) { gallery.setNotes(id, notes); });
}

void ProgramGallery::remove(const std::vector<ui::GalleryId>& ids) {
  change(ids, [=](Gallery& gallery, const GalleryControl&) { gallery.remove(ids); });
}

void ProgramGallery::bringBack(const std::vector<ui::GalleryId>& ids) {
  change(ids, [=](Gallery& gallery, const GalleryControl&) { gallery.bringBack(ids); });
}

void ProgramGallery::importFolder(const QString& folder) {
  change({}, [=, this](Gallery& gallery, const GalleryControl& control) {
    const FolderOutcome outcome = app::importFolder(gallery, folder, control);
    tell([this, text = summary(outcome, tr("imported %1 pictures").arg(outcome.done))] { Q_EMIT done(text); });
  });
}

void ProgramGallery::exportFolder(const std::vector<ui::GalleryId>& ids, const QString& folder) {
  post([=, this](Gallery& gallery, const GalleryControl& control) {
    const FolderOutcome outcome = app::exportFolder(gallery, ids, folder, control);
    tell(
        [this, text = summary(
                   outcome, tr("exported %1 pictures to %2").arg(outcome.done).arg(QDir::toNativeSeparators(folder)))] {
          Q_EMIT done(text);
        });
  });
}

}  // namespace loom::app

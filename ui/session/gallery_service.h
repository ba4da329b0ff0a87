// What the window asks of the gallery of kept pictures. app/ answers from a thread of its own; every call returns at
// once.
#pragma once

#include "model/frame.h"
#include "model/opened_model.h"

#include <QDateTime>
#include <QImage>
#include <QObject>
#include <QSize>
#include <QString>
#include <QStringList>

#include <cstdint>
#include <memory>
#include <vector>

namespace loom::ui {

using GalleryId = qint64;

/// Which entries are wanted, and in which order. Everything that is given must hold.
struct GalleryQuery {
  enum class Kind { Filter, AlikeInStyle, AlikeInPicture, Duplicates };
  enum class Order { Newest, Oldest, BestRated };
  Kind kind = Kind::Filter;
  QString text;         ///< words, each the beginning of one in notes, tags or the model's name
  QString modelSha256;  ///< empty: any
  int leastRating = 0;
  QDateTime from;  ///< kept then or later; invalid: any time
  Order order = Order::Newest;
  GalleryId like = 0;  ///< of the kinds that compare
};

/// What the grid shows of an entry.
struct GalleryThumb {
  GalleryId id = 0;
  QImage picture;
  int rating = 0;
  QString modelName;
  QDateTime created;
  QSize size;
};

/// What the fields below the grid show of it.
struct GalleryDetails {
  GalleryId id = 0;
  int rating = 0;
  QStringList tags;
  QString notes;
  QString modelName;
  QDateTime created;
  QSize size;
  std::uint32_t seed = 0;
  std::vector<GalleryId> parents;  ///< that are in this gallery
  int lostParents = 0;             ///< that are not
  bool hasStyle = false;
};

struct GalleryModelName {
  QString sha256;
  QString name;
};

/// What the filters offer.
struct GalleryFacts {
  std::int64_t count = 0;
  std::vector<GalleryModelName> models;
  QStringList tags;
};

class GalleryService : public QObject {
  Q_OBJECT

 public:
  using Model = std::shared_ptr<const model::OpenedModel>;

  /// Keeps the frame with its state; `parent`: the entry that the hand came from, 0 where there is none.
  virtual void keep(const Model& model, const model::Frame& frame, GalleryId parent) = 0;
  /// Answered by `found` with the same ticket, a search that was overtaken by a newer one not at all.
  virtual void search(std::uint64_t ticket, const GalleryQuery& query) = 0;
  /// Answered by `fetched`. A call takes the place of one that waits: ask for all that is wanted.
  virtual void fetch(const std::vector<GalleryId>& ids) = 0;
  virtual void describe(GalleryId id) = 0;
  /// Answered by `recalled`.
  virtual void recall(GalleryId id) = 0;
  /// Answered by `lent`: the entry is wanted as a source for the picture that is open.
  virtual void lend(GalleryId id) = 0;

  virtual void rate(const std::vector<GalleryId>& ids, int rating) = 0;
  virtual void setTags(GalleryId id, const QStringList& tags) = 0;
  virtual void setNotes(GalleryId id, const QString& notes) = 0;
  virtual void remove(const std::vector<GalleryId>& ids) = 0;
  virtual void bringBack(const std::vector<GalleryId>& ids) = 0;

  virtual void importFolder(const QString& folder) = 0;
  virtual void exportFolder(const std::vector<GalleryId>& ids, const QString& folder) = 0;
  /// Ends an import, an export or a search for duplicates; what is done already stays.
  virtual void cancel() = 0;

 Q_SIGNALS:
  void found(std::uint64_t ticket, const std::vector<loom::ui::GalleryId>& ids);
  void fetched(const std::vector<loom::ui::GalleryThumb>& thumbs);
  void described(const loom::ui::GalleryDetails& details);
  /// The entry's state, and the checkpoint that it belongs to.
  void recalled(loom::ui::GalleryId id, const QString& sha256, const QString& modelName, const QString& modelPath,
                const loom::model::SavedState& state);
  void lent(loom::ui::GalleryId id, const QString& sha256, const QString& modelName, const QString& modelPath,
            const loom::model::SavedState& state);
  void kept(loom::ui::GalleryId id);
  /// Entries came, went or changed: lists are to be searched anew, `ids` fetched anew.
  void changed(const std::vector<loom::ui::GalleryId>& ids);
  void factsChanged(const loom::ui::GalleryFacts& facts);
  void progress(const QString& what, double fraction);
  /// The long piece of work is over; what there is to tell, or nothing.
  void done(const QString& message);
  /// Worth knowing, nothing failed: a damaged gallery was saved.
  void noticed(const QString& message);
  void failed(const QString& message);
};

}  // namespace loom::ui

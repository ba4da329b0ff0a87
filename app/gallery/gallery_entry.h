// What the gallery keeps of a picture, and how it is asked for it: plain values.
#pragma once

#include "app/export/provenance.h"

#include <QByteArray>
#include <QDateTime>
#include <QImage>
#include <QSize>
#include <QString>
#include <QStringList>

#include <functional>
#include <stop_token>
#include <vector>

namespace loom::app {

/// Number of an entry in one database; never given twice. Between galleries entries are told apart by their UUID.
using EntryId = qint64;

inline constexpr int kBestRating = 5;

/// The checkpoint that made a picture.
struct GalleryModel {
  QString sha256;  ///< 64 lower-case hexadecimal digits
  QString group;   ///< network in the file; empty for a bare one
  QString name;    ///< file name without folder
  QString path;    ///< where it was when it was last used; empty: unknown
  QString architecture;
  bool operator==(const GalleryModel&) const = default;
};

/// What a list shows of an entry; cheap to fetch by the page.
struct GalleryRow {
  EntryId id = 0;
  QDateTime created;
  QSize size;  ///< pixels of the picture
  int rating = 0;
  QString modelName;
  QByteArray thumbnail;  ///< encoded picture, see picture_look.h
};

struct GalleryEntry {
  EntryId id = 0;
  QString uuid;
  QDateTime created;
  QSize size;
  int rating = 0;  ///< 0 (unrated) to 5
  QStringList tags;
  QString notes;
  GalleryModel model;
  QString state;        ///< JSON of model::latentStateToJson with z
  QStringList parents;  ///< UUIDs of the entries that it came from; they may be elsewhere
  std::vector<float> style;
  QString picturePath;
};

/// A picture to be kept.
struct NewEntry {
  QImage picture;
  Provenance provenance;  ///< what is in `kept` is taken: rating, tags, notes, parents, style; with an id, that id
  QString modelPath;      ///< where the checkpoint is; may be empty
  /// Where the picture is that an image-to-image network changed; may be empty. The gallery is the user's own and keeps
  /// the folder, which the PNG does not tell.
  QString inputPath = {};
};

enum class GalleryOrder { Newest, Oldest, BestRated };

/// Everything that is given must hold.
struct GalleryFilter {
  QString text;         ///< words, each the beginning of one in notes, tags or the model's name
  QString modelSha256;  ///< empty: any
  int leastRating = 0;
  QStringList tags;    ///< the entry has all of them
  QDateTime from, to;  ///< both ends belong to it; invalid: open
  GalleryOrder order = GalleryOrder::Newest;
};

/// How a long piece of work is watched and ended.
struct GalleryControl {
  std::function<void(const QString& what, double fraction)> progress;
  std::stop_token stop;
  bool checkAll = false;  ///< of opening: the whole database is checked, however large it is
};

}  // namespace loom::app

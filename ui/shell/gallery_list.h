// The entries that were found, as a list for the grid: ids are all there, pictures come when they are looked at.
#pragma once

#include "ui/session/gallery_service.h"

#include <QAbstractListModel>
#include <QCache>

namespace loom::ui {

class GalleryList : public QAbstractListModel {
  Q_OBJECT

 public:
  explicit GalleryList(QObject* parent = nullptr);

  void setIds(std::vector<GalleryId> ids);
  const std::vector<GalleryId>& ids() const { return m_ids; }
  GalleryId idAt(int row) const;  ///< 0 where there is no such row
  int rowOf(GalleryId id) const;  ///< −1 where it is not in the list

  /// What is known of a row; null until it was fetched.
  const GalleryThumb* thumbAt(int row) const;
  void takeThumbs(const std::vector<GalleryThumb>& thumbs);
  /// They changed: what is shown of them stays until they are fetched anew.
  void markStale(const std::vector<GalleryId>& ids);
  /// Those of the rows whose thumbs are not there or are stale.
  std::vector<GalleryId> wanted(int firstRow, int lastRow) const;

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;

 private:
  struct Kept {
    GalleryThumb thumb;
    bool stale = false;
  };

  std::vector<GalleryId> m_ids;
  std::vector<std::pair<GalleryId, int>> m_rows;  // by id
  QCache<GalleryId, Kept> m_thumbs;
};

}  // namespace loom::ui

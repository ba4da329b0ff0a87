#include "ui/shell/gallery_list.h"

#include <QLocale>

#include <algorithm>

namespace loom::ui {
namespace {

constexpr int kThumbsInMemory = 2000;  // some 200 MB at the very most

}  // namespace

GalleryList::GalleryList(QObject* parent) : QAbstractListModel(parent), m_thumbs(kThumbsInMemory) {}

void GalleryList::setIds(std::vector<GalleryId> ids) {
  beginResetModel();
  m_ids = std::move(ids);
  m_rows.clear();
  m_rows.reserve(m_ids.size());
  for (std::size_t i = 0; i < m_ids.size(); ++i) {
    m_rows.emplace_back(m_ids[i], static_cast<int>(i));
  }
  std::sort(m_rows.begin(), m_rows.end());
  endResetModel();
}

GalleryId GalleryList::idAt(int row) const {
  return row >= 0 && static_cast<std::size_t>(row) < m_ids.size() ? m_ids[static_cast<std::size_t>(row)] : 0;
}

int GalleryList::rowOf(GalleryId id) const {
  const auto at = std::lower_bound(m_rows.begin(), m_rows.end(), std::pair(id, 0));
  return at != m_rows.end() && at->first == id ? at->second : -1;
}

const GalleryThumb* GalleryList::thumbAt(int row) const {
  const Kept* kept = m_thumbs.object(idAt(row));
  return kept ? &kept->thumb : nullptr;
}

void GalleryList::takeThumbs(const std::vector<GalleryThumb>& thumbs) {
  for (const GalleryThumb& thumb : thumbs) {
    m_thumbs.insert(thumb.id, new Kept{thumb, false});
    if (const int row = rowOf(thumb.id); row >= 0) {
      Q_EMIT dataChanged(index(row), index(row));
    }
  }
}

void GalleryList::markStale(const std::vector<GalleryId>& ids) {
  for (const GalleryId id : ids) {
    if (Kept* kept = m_thumbs.object(id)) {
      kept->stale = true;
    }
  }
}

std::vector<GalleryId> GalleryList::wanted(int firstRow, int lastRow) const {
  std::vector<GalleryId> ids;
  for (int row = std::max(firstRow, 0); row <= lastRow && row < rowCount(); ++row) {
    const Kept* kept = m_thumbs.object(idAt(row));
    if (!kept || kept->stale) {
      ids.push_back(idAt(row));
    }
  }
  return ids;
}

int GalleryList::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_ids.size());
}

QVariant GalleryList::data(const QModelIndex& index, int role) const {
  const GalleryThumb* thumb = thumbAt(index.row());
  if (!thumb || (role != Qt::ToolTipRole && role != Qt::AccessibleTextRole)) {
    return {};
  }
  const QString rating = thumb->rating > 0 ? tr(", rated %1").arg(thumb->rating) : QString();
  const QString text = tr("%1, %2 × %3%4, %5")
                           .arg(thumb->modelName)
                           .arg(thumb->size.width())
                           .arg(thumb->size.height())
                           .arg(rating, QLocale().toString(thumb->created, QLocale::ShortFormat));
  // The name comes from anywhere: a tooltip must not take it for rich text.
  return role == Qt::ToolTipRole ? QStringLiteral("<qt>%1</qt>").arg(text.toHtmlEscaped()) : text;
}

}  // namespace loom::ui

#include "ui/shell/gallery_grid.h"

#include "ui/shell/gallery_list.h"
#include "ui/theme/qt_theme.h"

#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>

namespace loom::ui {
namespace {

constexpr int kSmallestCell = 112;
constexpr int kInset = 4;

/// 0 to 5 for the digit keys; −1 for all others.
int digitOf(const QKeyEvent& event) {
  const bool plain = (event.modifiers() & ~Qt::KeypadModifier) == Qt::NoModifier;
  return plain && event.key() >= Qt::Key_0 && event.key() <= Qt::Key_5 ? event.key() - Qt::Key_0 : -1;
}

}  // namespace

GalleryGrid::GalleryGrid(GalleryList& list, QWidget* parent) : QAbstractItemView(parent), m_list(list) {
  setModel(&list);
  setSelectionMode(ExtendedSelection);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn);  // the columns do not jump when it comes
  setVerticalScrollMode(ScrollPerPixel);
  setEditTriggers(NoEditTriggers);
  setFrameShape(QFrame::NoFrame);
  setAccessibleName(tr("Kept pictures"));
  m_look.setSingleShot(true);
  m_look.setInterval(0);
  connect(&m_look, &QTimer::timeout, this, &GalleryGrid::look);
}

void GalleryGrid::setPalette(const Palette& palette) {
  m_palette = &palette;
  viewport()->update();
}

std::vector<qint64> GalleryGrid::selectedIds() const {
  std::vector<qint64> ids;
  for (const QItemSelectionRange& range : selectionModel()->selection()) {
    for (int row = range.top(); row <= range.bottom(); ++row) {
      ids.push_back(m_list.idAt(row));
    }
  }
  return ids;
}

int GalleryGrid::columns() const { return std::max(1, viewport()->width() / kSmallestCell); }
int GalleryGrid::cellSide() const { return std::max(1, viewport()->width() / columns()); }
int GalleryGrid::rows() const { return (m_list.rowCount() + columns() - 1) / columns(); }
int GalleryGrid::verticalOffset() const { return verticalScrollBar()->value(); }

QRect GalleryGrid::visualRect(const QModelIndex& index) const {
  if (!index.isValid()) {
    return {};
  }
  const int side = cellSide();
  return {index.row() % columns() * side, index.row() / columns() * side - verticalOffset(), side, side};
}

QModelIndex GalleryGrid::indexAt(const QPoint& point) const {
  const int side = cellSide();
  const int column = point.x() / side;
  const int y = point.y() + verticalOffset();
  if (point.x() < 0 || column >= columns() || y < 0) {
    return {};
  }
  return m_list.index(y / side * columns() + column);
}

void GalleryGrid::scrollTo(const QModelIndex& index, ScrollHint hint) {
  const QRect cell = visualRect(index);
  if (!index.isValid() || (hint == EnsureVisible && viewport()->rect().contains(cell))) {
    return;
  }
  int by = cell.top();
  if (hint == PositionAtCenter) {
    by = cell.center().y() - viewport()->height() / 2;
  } else if (hint == PositionAtBottom || (hint == EnsureVisible && cell.top() > 0)) {
    by = cell.bottom() - viewport()->height() + 1;
  }
  verticalScrollBar()->setValue(verticalOffset() + by);
}

void GalleryGrid::reset() {
  QAbstractItemView::reset();
  updateGeometries();
  m_look.start();
}

void GalleryGrid::updateGeometries() {
  QAbstractItemView::updateGeometries();
  const int side = cellSide();
  verticalScrollBar()->setSingleStep(side / 3);
  verticalScrollBar()->setPageStep(viewport()->height());
  verticalScrollBar()->setRange(0, std::max(0, rows() * side - viewport()->height()));
}

void GalleryGrid::resizeEvent(QResizeEvent* event) {
  const QModelIndex top = indexAt(QPoint(1, 1));
  QAbstractItemView::resizeEvent(event);
  updateGeometries();
  if (top.isValid() && currentIndex().isValid()) {
    scrollTo(currentIndex());
  }
  m_look.start();
}

void GalleryGrid::scrollContentsBy(int, int) {
  viewport()->update();
  m_look.start();
}

void GalleryGrid::look() {
  const int side = cellSide();
  const int first = verticalOffset() / side * columns();
  const int last = ((verticalOffset() + viewport()->height()) / side + 1) * columns() - 1;
  if (isVisible() && m_list.rowCount() > 0) {
    Q_EMIT looked(first, std::min(last, m_list.rowCount() - 1));
  }
}

QModelIndex GalleryGrid::moveCursor(CursorAction action, Qt::KeyboardModifiers) {
  const int count = m_list.rowCount();
  if (count == 0) {
    return {};
  }
  const int current = currentIndex().row();
  if (current < 0) {
    return m_list.index(0);
  }
  const int page = std::max(1, viewport()->height() / cellSide()) * columns();
  int row = current;
  switch (action) {
    case MoveLeft:
    case MovePrevious: row -= 1; break;
    case MoveRight:
    case MoveNext: row += 1; break;
    case MoveUp: row -= current >= columns() ? columns() : 0; break;
    case MoveDown: row += current + columns() < count ? columns() : 0; break;
    case MovePageUp: row -= page; break;
    case MovePageDown: row += page; break;
    case MoveHome: row = 0; break;
    case MoveEnd: row = count - 1; break;
  }
  return m_list.index(std::clamp(row, 0, count - 1));
}

void GalleryGrid::setSelection(const QRect& rect, QItemSelectionModel::SelectionFlags flags) {
  const QRect area = rect.normalized();
  const int side = cellSide();
  const int count = m_list.rowCount();
  const auto clampColumn = [&](int x) { return std::clamp(x / side, 0, columns() - 1); };
  QItemSelection selection;
  if (area.width() <= 1 && area.height() <= 1) {  // a click
    if (const QModelIndex index = indexAt(area.topLeft()); index.isValid()) {
      selection.select(index, index);
    }
  } else if ((flags & QItemSelectionModel::Current) != 0 && state() != DragSelectingState) {
    // Shift: everything from the one cell to the other, in reading order.
    const QModelIndex a = indexAt(rect.topLeft());
    const QModelIndex b = indexAt(rect.bottomRight());
    if (a.isValid() && b.isValid()) {
      selection.select(m_list.index(std::min(a.row(), b.row())), m_list.index(std::max(a.row(), b.row())));
    }
  } else {
    for (int line = std::max(0, (area.top() + verticalOffset()) / side);
         line <= (area.bottom() + verticalOffset()) / side; ++line) {
      const int first = line * columns() + clampColumn(area.left());
      const int last = std::min(line * columns() + clampColumn(area.right()), count - 1);
      if (first <= last) {
        selection.select(m_list.index(first), m_list.index(last));
      }
    }
  }
  selectionModel()->select(selection, flags);
}

QRegion GalleryGrid::visualRegionForSelection(const QItemSelection&) const { return viewport()->rect(); }

void GalleryGrid::selectionChanged(const QItemSelection& selected, const QItemSelection& deselected) {
  QAbstractItemView::selectionChanged(selected, deselected);
  viewport()->update();
  Q_EMIT selectionMoved();
}

void GalleryGrid::dataChanged(const QModelIndex&, const QModelIndex&, const QList<int>&) { viewport()->update(); }

bool GalleryGrid::event(QEvent* event) {
  // 1 is a shortcut of the window, too; here it rates.
  if (event->type() == QEvent::ShortcutOverride && digitOf(static_cast<QKeyEvent&>(*event)) >= 0) {
    event->accept();
    return true;
  }
  return QAbstractItemView::event(event);
}

void GalleryGrid::keyPressEvent(QKeyEvent* event) {
  if (const int digit = digitOf(*event); digit >= 0) {
    Q_EMIT rated(digit);
  } else if (event->key() == Qt::Key_Delete) {
    Q_EMIT removed();
  } else if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && currentIndex().isValid()) {
    Q_EMIT activated(currentIndex());
  } else {
    QAbstractItemView::keyPressEvent(event);
  }
}

void GalleryGrid::paintCell(QPainter& painter, int row, const QRect& cell) const {
  const QModelIndex index = m_list.index(row);
  const bool selected = selectionModel()->isSelected(index);
  const QRect frame = cell.adjusted(kInset, kInset, -kInset, -kInset);
  if (selected) {
    painter.fillRect(cell.adjusted(1, 1, -1, -1), toQColor(m_palette->accent));
  } else if (index == currentIndex() && hasFocus()) {
    painter.setPen(toQColor(m_palette->accent));
    painter.drawRect(cell.adjusted(1, 1, -2, -2));
  }
  painter.fillRect(frame, toQColor(m_palette->ground));
  const GalleryThumb* thumb = m_list.thumbAt(row);
  if (!thumb) {
    return;
  }
  if (thumb->picture.isNull()) {
    painter.setPen(toQColor(m_palette->quiet));
    painter.drawText(frame, Qt::AlignCenter | Qt::TextWordWrap, tr("no picture"));
  } else {
    QRect place(QPoint(), thumb->picture.size().scaled(frame.size(), Qt::KeepAspectRatio));
    place.moveCenter(frame.center());
    painter.drawImage(place, thumb->picture);
  }
  if (thumb->rating > 0) {
    const QRect strip(frame.left(), frame.bottom() - 15, frame.width(), 16);
    painter.fillRect(strip, QColor(0, 0, 0, 150));
    painter.setPen(Qt::white);
    painter.drawText(strip.adjusted(4, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
                     QString(thumb->rating, QChar(0x2605)));
  }
}

void GalleryGrid::paintEvent(QPaintEvent*) {
  QPainter painter(viewport());
  painter.setRenderHint(QPainter::SmoothPixmapTransform);
  painter.fillRect(viewport()->rect(), toQColor(m_palette->panel));
  const int side = cellSide();
  const int first = verticalOffset() / side * columns();
  for (int row = first; row < m_list.rowCount(); ++row) {
    const QRect cell = visualRect(m_list.index(row));
    if (cell.top() > viewport()->height()) {
      break;
    }
    paintCell(painter, row, cell);
  }
}

}  // namespace loom::ui

// A grid of pictures that scrolls through a hundred thousand as through ten: where a cell lies follows from its row
// alone.
//
// QListView lays every item out first, which stalls the window for that many.
#pragma once

#include "ui/theme/palette.h"

#include <QAbstractItemView>
#include <QTimer>

namespace loom::ui {

class GalleryList;

class GalleryGrid : public QAbstractItemView {
  Q_OBJECT

 public:
  explicit GalleryGrid(GalleryList& list, QWidget* parent = nullptr);

  void setPalette(const Palette& palette);
  std::vector<qint64> selectedIds() const;
  /// `looked` is told again: what is shown may be stale.
  void lookAgain() { m_look.start(); }

  QRect visualRect(const QModelIndex& index) const override;
  QModelIndex indexAt(const QPoint& point) const override;
  void scrollTo(const QModelIndex& index, ScrollHint hint = EnsureVisible) override;
  void reset() override;

 Q_SIGNALS:
  /// These rows are to be seen now.
  void looked(int firstRow, int lastRow);
  void rated(int rating);
  void removed();
  void selectionMoved();

 protected:
  bool event(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void scrollContentsBy(int dx, int dy) override;
  void updateGeometries() override;
  QModelIndex moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) override;
  int horizontalOffset() const override { return 0; }
  int verticalOffset() const override;
  bool isIndexHidden(const QModelIndex&) const override { return false; }
  void setSelection(const QRect& rect, QItemSelectionModel::SelectionFlags flags) override;
  QRegion visualRegionForSelection(const QItemSelection& selection) const override;
  void selectionChanged(const QItemSelection& selected, const QItemSelection& deselected) override;
  void dataChanged(const QModelIndex& first, const QModelIndex& last, const QList<int>& roles) override;

 private:
  int columns() const;
  int cellSide() const;
  int rows() const;
  void look();
  void paintCell(QPainter& painter, int row, const QRect& cell) const;

  GalleryList& m_list;
  const Palette* m_palette = &kDarkPalette;
  QTimer m_look;
};

}  // namespace loom::ui

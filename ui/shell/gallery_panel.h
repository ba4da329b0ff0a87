// The dock of kept pictures: search, the grid, and what is known of the picture that is selected.
#pragma once

#include "ui/session/gallery_service.h"
#include "ui/theme/palette.h"

#include <QDockWidget>
#include <QTimer>

class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QStackedWidget;
class QToolButton;

namespace loom::ui {

class GalleryGrid;
class GalleryList;

class GalleryPanel : public QDockWidget {
  Q_OBJECT

 public:
  explicit GalleryPanel(GalleryService& gallery, QWidget* parent = nullptr);
  ~GalleryPanel() override;  ///< hands in what was typed last

  void setPalette(const Palette& palette);
  /// Searches with what stands in the fields.
  void search();
  /// The grid takes it, where there is something in it: in an empty search field K would be a letter.
  void takeFocus();
  QSize sizeHint() const override { return {380, 600}; }

  GalleryGrid& grid() { return *m_grid; }
  GalleryList& list() { return *m_list; }

 protected:
  void showEvent(QShowEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  QLabel* buildEmptyState();
  QWidget* buildFilters();
  QWidget* buildDetails();
  QWidget* buildFoot();
  void connectGrid();
  void connectGallery();
  void take(std::uint64_t ticket, const std::vector<GalleryId>& ids);
  void showFacts(const GalleryFacts& facts);
  void showDetails(const GalleryDetails& details);
  void refreshDetails();
  void storeEdits();
  void compare(GalleryQuery::Kind kind);
  void showMenu(const QPoint& place);
  void rate(int rating);
  void removeSelected();
  void importPictures();
  void exportPictures(const std::vector<GalleryId>& ids);
  void refreshEmptyState();

  GalleryService& m_gallery;
  GalleryList* m_list = nullptr;
  GalleryGrid* m_grid = nullptr;
  QLineEdit* m_text = nullptr;
  QComboBox* m_model = nullptr;
  QComboBox* m_rating = nullptr;
  QComboBox* m_time = nullptr;
  QComboBox* m_order = nullptr;
  QStackedWidget* m_stack = nullptr;
  QLabel* m_empty = nullptr;
  QWidget* m_comparing = nullptr;
  QLabel* m_comparingText = nullptr;
  QWidget* m_details = nullptr;
  QLabel* m_facts = nullptr;
  QLineEdit* m_tags = nullptr;
  QPlainTextEdit* m_notes = nullptr;
  QToolButton* m_stars[5] = {};
  QLabel* m_foot = nullptr;

  QTimer m_typing;
  GalleryQuery m_query;
  std::uint64_t m_ticket = 0;
  GalleryDetails m_shown;            ///< id 0: none
  std::vector<GalleryId> m_removed;  ///< the last removal, which can be taken back
  std::int64_t m_count = 0;
  bool m_searched = false;
};

}  // namespace loom::ui

#include "ui/shell/gallery_panel.h"

#include "ui/shell/gallery_grid.h"
#include "ui/shell/gallery_list.h"
#include "ui/theme/qt_theme.h"

#include <QComboBox>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMenu>
#include <QPlainTextEdit>
#include <QSettings>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

namespace loom::ui {
namespace {

constexpr int kTypingMs = 150;

QStringList tagsIn(const QString& text) {
  QStringList tags;
  for (const QString& tag : text.split(QLatin1Char(','))) {
    if (!tag.simplified().isEmpty()) {
      tags << tag.simplified();
    }
  }
  return tags;
}

}  // namespace

GalleryPanel::GalleryPanel(GalleryService& gallery, QWidget* parent)
    : QDockWidget(tr("Gallery"), parent), m_gallery(gallery) {
  setObjectName(QStringLiteral("gallery"));
  m_list = new GalleryList(this);
  auto* body = new QWidget(this);
  auto* column = new QVBoxLayout(body);
  column->setContentsMargins(8, 6, 8, 6);
  column->setSpacing(6);
  constexpr int kWidth = 412;  // of the row of stars and buttons: the dock does not grow when it comes
  body->setMinimumWidth(kWidth);
  column->addWidget(buildFilters());
  m_stack = new QStackedWidget(body);
  m_grid = new GalleryGrid(*m_list, m_stack);
  m_grid->setMinimumSize(260, 150);
  m_grid->setContextMenuPolicy(Qt::CustomContextMenu);
  m_empty = buildEmptyState();
  m_stack->addWidget(m_grid);
  m_stack->addWidget(m_empty);
  column->addWidget(m_stack, 1);
  column->addWidget(buildDetails());
  column->addWidget(buildFoot());
  setWidget(body);
  connectGrid();
  connectGallery();
  m_typing.setSingleShot(true);
  m_typing.setInterval(kTypingMs);
  connect(&m_typing, &QTimer::timeout, this, &GalleryPanel::search);
  refreshDetails();
  refreshEmptyState();
}

GalleryPanel::~GalleryPanel() {
  storeEdits();
  // The fields and the grid go after this object's own members, and tell of it.
  m_notes->removeEventFilter(this);
  for (QObject* child : std::initializer_list<QObject*>{m_grid, m_tags, m_list}) {
    disconnect(child, nullptr, this, nullptr);
  }
}

void GalleryPanel::connectGrid() {
  connect(m_grid, &GalleryGrid::looked, this, [this](int first, int last) {
    if (const auto wanted = m_list->wanted(first, last); !wanted.empty()) {
      m_gallery.fetch(wanted);
    }
  });
  connect(m_grid, &GalleryGrid::rated, this, &GalleryPanel::rate);
  connect(m_grid, &GalleryGrid::removed, this, &GalleryPanel::removeSelected);
  connect(m_grid, &GalleryGrid::selectionMoved, this, &GalleryPanel::refreshDetails);
  connect(m_grid, &QAbstractItemView::activated, this,
          [this](const QModelIndex& index) { m_gallery.recall(m_list->idAt(index.row())); });
  connect(m_grid, &QWidget::customContextMenuRequested, this, &GalleryPanel::showMenu);
}

void GalleryPanel::connectGallery() {
  connect(&m_gallery, &GalleryService::found, this, &GalleryPanel::take);
  connect(&m_gallery, &GalleryService::fetched, m_list, &GalleryList::takeThumbs);
  connect(&m_gallery, &GalleryService::described, this, &GalleryPanel::showDetails);
  connect(&m_gallery, &GalleryService::factsChanged, this, &GalleryPanel::showFacts);
  connect(&m_gallery, &GalleryService::changed, this, [this](const std::vector<GalleryId>& ids) {
    m_list->markStale(ids);
    if (isVisible() || m_searched) {
      m_gallery.search(++m_ticket, m_query);
    }
    if (m_shown.id != 0) {
      m_gallery.describe(m_shown.id);
    }
  });
  connect(&m_gallery, &GalleryService::failed, this, [this](const QString& message) {
    if (!m_searched) {
      m_empty->setText(message);  // the gallery could not be opened; the bar above the picture goes away, this stays
    }
  });
}

void GalleryPanel::setPalette(const Palette& palette) { m_grid->setPalette(palette); }

void GalleryPanel::showEvent(QShowEvent* event) {
  QDockWidget::showEvent(event);
  if (!m_searched) {
    search();
  }
}

void GalleryPanel::takeFocus() {
  if (m_list->rowCount() > 0) {
    m_grid->setFocus();
  }
}

void GalleryPanel::search() {
  m_typing.stop();
  m_query = {};
  m_query.text = m_text->text();
  m_query.modelSha256 = m_model->currentData().toString();
  m_query.leastRating = m_rating->currentIndex();
  if (const int days = m_time->currentData().toInt(); days > 0) {
    m_query.from = QDate::currentDate().addDays(1 - days).startOfDay();
  }
  m_query.order = static_cast<GalleryQuery::Order>(m_order->currentIndex());
  m_comparing->hide();
  m_removed.clear();
  m_gallery.search(++m_ticket, m_query);
}

void GalleryPanel::compare(GalleryQuery::Kind kind) {
  const bool duplicates = kind == GalleryQuery::Kind::Duplicates;
  if (!duplicates && m_shown.id == 0) {
    return;
  }
  storeEdits();
  m_query = {};
  m_query.kind = kind;
  m_query.like = duplicates ? 0 : m_shown.id;
  m_comparingText->setText(duplicates ? tr("Pictures that are the same, group by group, the oldest first")
                           : kind == GalleryQuery::Kind::AlikeInStyle
                               ? tr("Nearest in the latent space, the nearest first")
                               : tr("Most alike, the most alike first"));
  m_comparing->show();
  m_gallery.search(++m_ticket, m_query);
}

void GalleryPanel::take(std::uint64_t ticket, const std::vector<GalleryId>& ids) {
  if (ticket != m_ticket) {
    return;
  }
  m_searched = true;
  // What was selected stays so, and nothing jumps, where the list is the same.
  const std::vector<GalleryId> selected = m_grid->selectedIds();
  const GalleryId current = m_list->idAt(m_grid->currentIndex().row());
  if (ids != m_list->ids()) {
    m_list->setIds(ids);
    QItemSelection selection;
    constexpr std::size_t kMostKept = 1000;
    for (std::size_t i = 0; i < std::min(selected.size(), kMostKept); ++i) {
      if (const int row = m_list->rowOf(selected[i]); row >= 0) {
        selection.select(m_list->index(row), m_list->index(row));
      }
    }
    m_grid->selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
    if (const int row = m_list->rowOf(current); row >= 0) {
      m_grid->selectionModel()->setCurrentIndex(m_list->index(row), QItemSelectionModel::NoUpdate);
    } else if (m_query.kind != GalleryQuery::Kind::Filter && !ids.empty()) {
      m_grid->scrollToTop();
    }
  } else {
    m_grid->lookAgain();
  }
  refreshEmptyState();
  refreshDetails();
}

void GalleryPanel::showFacts(const GalleryFacts& facts) {
  m_count = facts.count;
  const QString chosen = m_model->currentData().toString();
  const QSignalBlocker quiet(m_model);
  while (m_model->count() > 1) {
    m_model->removeItem(1);
  }
  for (const GalleryModelName& model : facts.models) {
    if (m_model->findData(model.sha256) < 0) {
      m_model->addItem(model.name, model.sha256);
    }
  }
  m_model->setCurrentIndex(chosen.isEmpty() ? 0 : std::max(0, m_model->findData(chosen)));
  refreshEmptyState();
}

void GalleryPanel::refreshEmptyState() {
  const int listed = m_list->rowCount();
  if (m_searched && m_count == 0) {
    m_empty->setText(
        tr("Nothing is kept yet.\n\nPress K while a picture pleases you: it is kept here with everything that "
           "made it, and a double-click brings it back.\n\nPictures that were saved before are taken in by "
           "More → Import a folder."));
  } else if (m_searched && m_query.kind == GalleryQuery::Kind::Duplicates) {
    m_empty->setText(tr("No two pictures are the same."));
  } else if (m_searched) {
    m_empty->setText(tr("No picture fits the search. Take a word or a filter away."));
  }
  m_stack->setCurrentWidget(listed > 0 ? static_cast<QWidget*>(m_grid) : m_empty);
  QString text = listed == m_count && listed == 1 ? tr("1 picture")
                 : listed == m_count
                     ? tr("%1 pictures").arg(QLocale().toString(listed))
                     : tr("%1 of %2 pictures").arg(QLocale().toString(listed), QLocale().toString(m_count));
  if (!m_removed.empty()) {
    text = tr("%1 removed. <a href='undo'>Undo</a>").arg(m_removed.size());
  }
  m_foot->setText(text);
}

void GalleryPanel::refreshDetails() {
  const std::vector<GalleryId> selected = m_grid->selectedIds();
  if (selected.size() != 1 || selected.front() != m_shown.id) {
    storeEdits();
    m_shown = {};
    m_details->setVisible(false);
  }
  if (selected.size() == 1) {
    m_gallery.describe(selected.front());
  }
}

void GalleryPanel::showDetails(const GalleryDetails& details) {
  const std::vector<GalleryId> selected = m_grid->selectedIds();
  if (selected.size() != 1 || selected.front() != details.id) {
    return;
  }
  const bool another = details.id != m_shown.id;
  // What is being typed is not taken away by an answer that comes late.
  if (another || !m_tags->isModified()) {
    m_tags->setText(details.tags.join(QStringLiteral(", ")));
    m_tags->setModified(false);
  }
  if (another || !m_notes->document()->isModified()) {
    if (m_notes->toPlainText() != details.notes) {
      m_notes->setPlainText(details.notes);
    }
    m_notes->document()->setModified(false);
  }
  m_shown = details;
  QString facts = tr("%1, %2 × %3, seed %4, %5")
                      .arg(details.modelName)
                      .arg(details.size.width())
                      .arg(details.size.height())
                      .arg(details.seed)
                      .arg(QLocale().toString(details.created, QLocale::ShortFormat));
  if (const auto parents = details.parents.size() + static_cast<std::size_t>(details.lostParents); parents > 0) {
    facts += tr(", made from another kept picture");
  }
  m_facts->setText(facts);
  for (int i = 0; i < 5; ++i) {
    m_stars[i]->setText(QChar(i < details.rating ? 0x2605 : 0x2606));
  }
  m_details->setVisible(true);
}

void GalleryPanel::storeEdits() {
  if (m_shown.id == 0) {
    return;
  }
  if (m_tags->isModified()) {
    m_tags->setModified(false);
    m_gallery.setTags(m_shown.id, tagsIn(m_tags->text()));
  }
  if (m_notes->document()->isModified()) {
    m_notes->document()->setModified(false);
    m_gallery.setNotes(m_shown.id, m_notes->toPlainText());
  }
}

bool GalleryPanel::eventFilter(QObject* watched, QEvent* event) {
  if (watched == m_notes && event->type() == QEvent::FocusOut) {
    storeEdits();
  }
  return QDockWidget::eventFilter(watched, event);
}

void GalleryPanel::rate(int rating) {
  if (const auto ids = m_grid->selectedIds(); !ids.empty()) {
    m_gallery.rate(ids, rating);
  }
}

void GalleryPanel::removeSelected() {
  if (auto ids = m_grid->selectedIds(); !ids.empty()) {
    m_gallery.remove(ids);
    m_removed = std::move(ids);
  }
}

void GalleryPanel::showMenu(const QPoint& place) {
  const auto selected = m_grid->selectedIds();
  if (selected.empty()) {
    return;
  }
  auto* menu = new QMenu(this);
  menu->setAttribute(Qt::WA_DeleteOnClose);
  if (selected.size() == 1) {
    menu->addAction(tr("&Bring back"), this, [this, id = selected.front()] { m_gallery.recall(id); });
    menu->addAction(tr("&Mix into the picture"), this, [this, id = selected.front()] { m_gallery.lend(id); });
    menu->addAction(tr("More that &look like this"), this, [this] { compare(GalleryQuery::Kind::AlikeInPicture); });
    QAction* style = menu->addAction(tr("More that are &near in the latent space"), this,
                                     [this] { compare(GalleryQuery::Kind::AlikeInStyle); });
    style->setEnabled(m_shown.hasStyle);
    if (!m_shown.parents.empty()) {
      menu->addAction(tr("Go to the picture that it was made &from"), this, [this, id = m_shown.parents.front()] {
        if (const int row = m_list->rowOf(id); row >= 0) {
          m_grid->setCurrentIndex(m_list->index(row));
        }
      });
    }
    menu->addSeparator();
  }
  menu->addAction(tr("&Export…"), this, [this, selected] { exportPictures(selected); });
  menu->addAction(tr("&Remove"), this, &GalleryPanel::removeSelected);
  menu->popup(m_grid->viewport()->mapToGlobal(place));
}

void GalleryPanel::importPictures() {
  QSettings settings;
  const QString folder = QFileDialog::getExistingDirectory(this, tr("Import pictures from"),
                                                           settings.value(QStringLiteral("gallery/folder")).toString());
  if (!folder.isEmpty()) {
    settings.setValue(QStringLiteral("gallery/folder"), folder);
    m_gallery.importFolder(folder);
  }
}

void GalleryPanel::exportPictures(const std::vector<GalleryId>& ids) {
  QSettings settings;
  const QString folder = QFileDialog::getExistingDirectory(this, tr("Export pictures to"),
                                                           settings.value(QStringLiteral("gallery/folder")).toString());
  if (!folder.isEmpty()) {
    settings.setValue(QStringLiteral("gallery/folder"), folder);
    m_gallery.exportFolder(ids, folder);
  }
}

}  // namespace loom::ui

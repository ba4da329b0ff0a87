#include "ui/shell/gallery_panel.h"

#include "ui/shell/gallery_grid.h"
#include "ui/shell/gallery_list.h"
#include "ui/theme/qt_theme.h"

#include <QComboBox>
#include <QFileDialog>
#include <QHBoxLayout>
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

QLabel* plainLabel(QWidget* parent) {
  auto* label = new QLabel(parent);
  label->setTextFormat(Qt::PlainText);  // names and notes come from anywhere
  label->setWordWrap(true);
  return label;
}

QToolButton* button(const QString& text, const QString& tip, QWidget* parent) {
  auto* made = new QToolButton(parent);
  made->setText(text);
  made->setToolTip(tip);
  return made;
}

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

GalleryPanel::GalleryPanel(GalleryService& gallery, QWidget* parent) : QDockWidget(tr("Gallery"), parent), m_gallery(gallery) {
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
  m_empty = plainLabel(m_stack);
  m_empty->setAlignment(Qt::AlignCenter);
  m_empty->setMargin(24);
  m_empty->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);  // a long sentence makes no wide dock
  m_empty->setObjectName(QStringLiteral("gallery.empty"));
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

QWidget* GalleryPanel::buildFilters() {
  auto* box = new QWidget(this);
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  m_text = new QLineEdit(box);
  m_text->setObjectName(QStringLiteral("gallery.search"));
  m_text->setPlaceholderText(tr("Search tags, notes, models"));
  m_text->setClearButtonEnabled(true);
  m_text->setToolTip(tr("Every word must be the beginning of one in the tags, the notes or the model's name"));
  column->addWidget(m_text);
  auto* row = new QHBoxLayout;
  row->setSpacing(4);
  m_model = new QComboBox(box);
  m_model->addItem(tr("All models"));
  m_model->setToolTip(tr("Only pictures of this model"));
  m_model->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  m_model->setMinimumContentsLength(8);
  m_rating = new QComboBox(box);
  m_rating->addItem(tr("Any rating"));
  for (int rating = 1; rating <= 5; ++rating) {
    m_rating->addItem(QString(rating, QChar(0x2605)) + (rating < 5 ? tr(" or more") : QString()));
  }
  m_order = new QComboBox(box);
  m_order->addItems({tr("Newest"), tr("Oldest"), tr("Best rated")});
  m_order->setToolTip(tr("Which come first"));
  row->addWidget(m_model, 1);
  row->addWidget(m_rating);
  row->addWidget(m_order);
  column->addLayout(row);

  m_comparing = new QWidget(box);
  auto* comparing = new QHBoxLayout(m_comparing);
  comparing->setContentsMargins(0, 0, 0, 0);
  m_comparingText = plainLabel(m_comparing);
  auto* back = button(tr("Show all"), tr("Back to the search"), m_comparing);
  back->setObjectName(QStringLiteral("gallery.all"));
  comparing->addWidget(m_comparingText, 1);
  comparing->addWidget(back);
  m_comparing->hide();
  column->addWidget(m_comparing);

  connect(back, &QToolButton::clicked, this, &GalleryPanel::search);
  connect(m_text, &QLineEdit::textChanged, &m_typing, qOverload<>(&QTimer::start));
  for (QComboBox* choice : {m_model, m_rating, m_order}) {
    connect(choice, &QComboBox::currentIndexChanged, this, &GalleryPanel::search);
  }
  return box;
}

QWidget* GalleryPanel::buildDetails() {
  m_details = new QWidget(this);
  auto* column = new QVBoxLayout(m_details);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  m_facts = plainLabel(m_details);
  m_facts->setObjectName(QStringLiteral("gallery.facts"));
  column->addWidget(m_facts);
  auto* stars = new QHBoxLayout;
  stars->setSpacing(0);
  for (int i = 0; i < 5; ++i) {
    m_stars[i] = button(QString(QChar(0x2606)), tr("Rate with %1 (key %1; 0 takes the rating back)").arg(i + 1), m_details);
    m_stars[i]->setAccessibleName(tr("%1 stars").arg(i + 1));
    connect(m_stars[i], &QToolButton::clicked, this, [this, i] { rate(m_shown.rating == i + 1 ? 0 : i + 1); });
    stars->addWidget(m_stars[i]);
  }
  stars->addStretch(1);
  auto* open = button(tr("Bring back"), tr("Bring the picture's state back (double-click, or Enter)"), m_details);
  open->setObjectName(QStringLiteral("gallery.recall"));
  connect(open, &QToolButton::clicked, this, [this] { m_gallery.recall(m_shown.id); });
  auto* alike = button(tr("More like this"), tr("The pictures that look most like this one"), m_details);
  alike->setObjectName(QStringLiteral("gallery.alike"));
  connect(alike, &QToolButton::clicked, this, [this] { compare(GalleryQuery::Kind::AlikeInPicture); });
  stars->addWidget(open);
  stars->addWidget(alike);
  column->addLayout(stars);
  m_tags = new QLineEdit(m_details);
  m_tags->setObjectName(QStringLiteral("gallery.tags"));
  m_tags->setPlaceholderText(tr("Tags, with commas between"));
  m_notes = new QPlainTextEdit(m_details);
  m_notes->setObjectName(QStringLiteral("gallery.notes"));
  m_notes->setPlaceholderText(tr("Notes"));
  m_notes->setTabChangesFocus(true);
  m_notes->setFixedHeight(54);
  column->addWidget(m_tags);
  column->addWidget(m_notes);
  connect(m_tags, &QLineEdit::editingFinished, this, &GalleryPanel::storeEdits);
  m_notes->installEventFilter(this);
  return m_details;
}

QWidget* GalleryPanel::buildFoot() {
  auto* foot = new QWidget(this);
  auto* row = new QHBoxLayout(foot);
  row->setContentsMargins(0, 0, 0, 0);
  m_foot = new QLabel(foot);
  m_foot->setObjectName(QStringLiteral("gallery.foot"));
  auto* more = button(tr("More"), tr("Import, export, duplicates"), foot);
  more->setPopupMode(QToolButton::InstantPopup);
  auto* menu = new QMenu(more);
  menu->addAction(tr("&Import a folder of pictures…"), this, &GalleryPanel::importPictures);
  menu->addAction(tr("&Export what is listed…"), this, [this] { exportPictures(m_list->ids()); });
  menu->addSeparator();
  menu->addAction(tr("Find &duplicates"), this, [this] { compare(GalleryQuery::Kind::Duplicates); });
  more->setMenu(menu);
  row->addWidget(m_foot, 1);
  row->addWidget(more);
  // The only text here that is no plain one is ours.
  connect(m_foot, &QLabel::linkActivated, this, [this] { m_gallery.bringBack(std::exchange(m_removed, {})); });
  return foot;
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
  connect(m_grid, &QAbstractItemView::activated, this, [this](const QModelIndex& index) { m_gallery.recall(m_list->idAt(index.row())); });
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
  } else {
    m_text->setFocus();
  }
}

void GalleryPanel::search() {
  m_typing.stop();
  m_query = {};
  m_query.text = m_text->text();
  m_query.modelSha256 = m_model->currentData().toString();
  m_query.leastRating = m_rating->currentIndex();
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
                           : kind == GalleryQuery::Kind::AlikeInStyle ? tr("Nearest in the latent space, the nearest first")
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
    m_empty->setText(tr("Nothing is kept yet.\n\nPress K while a picture pleases you: it is kept here with everything that "
                        "made it, and a double-click brings it back.\n\nPictures that were saved before are taken in by "
                        "More → Import a folder."));
  } else if (m_searched && m_query.kind == GalleryQuery::Kind::Duplicates) {
    m_empty->setText(tr("No two pictures are the same."));
  } else if (m_searched) {
    m_empty->setText(tr("No picture fits the search. Take a word or a filter away."));
  }
  m_stack->setCurrentWidget(listed > 0 ? static_cast<QWidget*>(m_grid) : m_empty);
  QString text = listed == m_count ? tr("%1 pictures").arg(QLocale().toString(listed))
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
    menu->addAction(tr("More that &look like this"), this, [this] { compare(GalleryQuery::Kind::AlikeInPicture); });
    QAction* style = menu->addAction(tr("More that are &near in the latent space"), this, [this] { compare(GalleryQuery::Kind::AlikeInStyle); });
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
  const QString folder = QFileDialog::getExistingDirectory(this, tr("Import pictures from"), settings.value(QStringLiteral("gallery/folder")).toString());
  if (!folder.isEmpty()) {
    settings.setValue(QStringLiteral("gallery/folder"), folder);
    m_gallery.importFolder(folder);
  }
}

void GalleryPanel::exportPictures(const std::vector<GalleryId>& ids) {
  QSettings settings;
  const QString folder = QFileDialog::getExistingDirectory(this, tr("Export pictures to"), settings.value(QStringLiteral("gallery/folder")).toString());
  if (!folder.isEmpty()) {
    settings.setValue(QStringLiteral("gallery/folder"), folder);
    m_gallery.exportFolder(ids, folder);
  }
}

}  // namespace loom::ui

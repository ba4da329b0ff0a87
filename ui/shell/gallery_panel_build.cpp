// The widgets of the gallery's dock.
#include "ui/shell/gallery_list.h"
#include "ui/shell/gallery_panel.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <utility>

namespace loom::ui {
namespace {

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

}  // namespace

QLabel* GalleryPanel::buildEmptyState() {
  auto* empty = plainLabel(m_stack);
  empty->setAlignment(Qt::AlignCenter);
  empty->setMargin(24);
  empty->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);  // a long sentence makes no wide dock
  empty->setObjectName(QStringLiteral("gallery.empty"));
  return empty;
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
  m_time = new QComboBox(box);
  m_time->setObjectName(QStringLiteral("gallery.time"));
  m_time->setToolTip(tr("When they were kept"));
  m_time->addItem(tr("Any time"), 0);
  m_time->addItem(tr("Today"), 1);
  m_time->addItem(tr("Last 7 days"), 7);
  m_time->addItem(tr("Last 30 days"), 30);
  m_time->addItem(tr("Last 12 months"), 365);
  m_order = new QComboBox(box);
  m_order->addItems({tr("Newest"), tr("Oldest"), tr("Best rated")});
  m_order->setToolTip(tr("Which come first"));
  row->addWidget(m_model, 1);
  row->addWidget(m_rating);
  column->addLayout(row);
  auto* second = new QHBoxLayout;
  second->addWidget(m_time, 1);
  second->addWidget(m_order, 1);
  column->addLayout(second);

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
  for (QComboBox* choice : {m_model, m_rating, m_time, m_order}) {
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
    m_stars[i] =
        button(QString(QChar(0x2606)), tr("Rate with %1 (key %1; 0 takes the rating back)").arg(i + 1), m_details);
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

}  // namespace loom::ui

// What the gallery answers to a filter.
#include "app/gallery/gallery.h"

#include <algorithm>
#include <cstdlib>

namespace loom::app {
namespace {

/// FTS5's words are quoted, so that nothing a person types is taken for its language; each is a beginning. Words
/// without a letter or a digit find nothing by themselves and are left out.
QString matchOf(const QString& text) {
  QString match;
  for (QString word : text.simplified().split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
    if (std::any_of(word.begin(), word.end(), [](QChar c) { return c.isLetterOrNumber() || c.isSurrogate(); })) {
      match += QStringLiteral("\"%1\"* ").arg(word.replace(QLatin1Char('"'), QStringLiteral("\"\"")));
    }
  }
  return match;
}

QString orderOf(GalleryOrder order) {
  switch (order) {
    case GalleryOrder::Oldest: return QStringLiteral("created, id");
    case GalleryOrder::BestRated: return QStringLiteral("rating DESC, created DESC, id DESC");
    case GalleryOrder::Newest: break;
  }
  return QStringLiteral("created DESC, id DESC");
}

/// What a query answers with one text of numbers, `group_concat(id)`: a hundred thousand rows, one by one through Qt,
/// take longer than the search itself.
std::vector<EntryId> numbersOf(const GalleryDatabase& database, const QString& sql, const QVariantList& values) {
  const QByteArray numbers = database.value(sql, values).toByteArray();
  std::vector<EntryId> ids;
  for (const char* at = numbers.constData(); *at != '\0'; at += *at == ',') {
    char* end = nullptr;
    ids.push_back(std::strtoll(at, &end, 10));
    at = end;
  }
  return ids;
}

}  // namespace

std::vector<EntryId> Gallery::search(const GalleryFilter& filter) const {
  QString where = QStringLiteral("removed IS NULL");
  QVariantList values;
  const auto also = [&](const char* condition, const QVariant& value) {
    where += QStringLiteral(" AND ") + QString::fromLatin1(condition);
    values << value;
  };
  const bool byText = !filter.text.trimmed().isEmpty();
  std::vector<EntryId> matching;
  if (byText) {
    const QString match = matchOf(filter.text);
    if (!match.isEmpty()) {
      matching = numbersOf(
          *m_database, QStringLiteral("SELECT group_concat(rowid) FROM entry_text WHERE entry_text MATCH ?"), {match});
    }
    if (matching.empty()) {
      return {};
    }
  }
  if (!filter.modelSha256.isEmpty()) {
    also("model IN (SELECT id FROM model WHERE sha256 = ?)", filter.modelSha256);
  }
  if (filter.leastRating > 0) {
    also("rating >= ?", filter.leastRating);
  }
  for (const QString& tag : filter.tags) {
    also("id IN (SELECT entry FROM tag WHERE name = ?)", tag.simplified());
  }
  if (filter.from.isValid()) {
    also("created >= ?", filter.from.toMSecsSinceEpoch());
  }
  if (filter.to.isValid()) {
    also("created <= ?", filter.to.toMSecsSinceEpoch());
  }
  std::vector<EntryId> ids = numbersOf(
      *m_database,
      QStringLiteral("SELECT group_concat(id) FROM (SELECT id FROM entry WHERE %1 ORDER BY %2)")
          .arg(where, orderOf(filter.order)),
      values);
  if (byText) {
    // Put together here: as a condition of the other query, a word of all the entries would make SQLite look each of
    // them up and sort them, where the index has them in order.
    std::sort(matching.begin(), matching.end());
    std::erase_if(ids, [&](EntryId id) { return !std::binary_search(matching.begin(), matching.end(), id); });
  }
  return ids;
}

}  // namespace loom::app

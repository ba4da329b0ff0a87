#include "app/gallery/gallery_folder.h"

#include "app/export/picture_file.h"
#include "app/gallery/gallery_record.h"

#include <QDir>
#include <QDirIterator>
#include <QFileInfo>

namespace loom::app {
namespace {

void watch(const GalleryControl& control, const QString& what, std::size_t done, std::size_t all) {
  if (control.stop.stop_requested()) {
    throw GalleryStopped("It was cancelled; what is done already stays.");
  }
  if (control.progress) {
    control.progress(what, static_cast<double>(done) / static_cast<double>(all));
  }
}

std::vector<std::string> plain(const QStringList& texts) {
  std::vector<std::string> plain;
  for (const QString& text : texts) {
    plain.push_back(text.toStdString());
  }
  return plain;
}

/// What the file says of its making, and what the gallery says of it now.
Provenance provenanceNow(const GalleryEntry& entry) {
  Provenance provenance;
  if (const auto written = readProvenance(nativePath(entry.picturePath))) {
    provenance = *written;
  } else {
    throw GalleryError(QStringLiteral("%1 has lost what it told of its making.")
                           .arg(QDir::toNativeSeparators(entry.picturePath))
                           .toStdString());
  }
  provenance.kept = KeptProvenance{entry.uuid.toStdString(),  entry.rating,         plain(entry.tags),
                                   entry.notes.toStdString(), plain(entry.parents), entry.style};
  return provenance;
}

/// A file name from a foreign text.
QString fileNameOf(const GalleryEntry& entry) {
  QString name = QFileInfo(entry.model.name).completeBaseName();
  for (QChar& c : name) {
    if (!c.isLetterOrNumber() && c != QLatin1Char('-') && c != QLatin1Char('_')) {
      c = QLatin1Char('_');
    }
  }
  constexpr int kLongest = 60;
  return QStringLiteral("%1-%2.png").arg(name.isEmpty() ? QStringLiteral("picture") : name.left(kLongest), entry.uuid);
}

}  // namespace

FolderOutcome exportFolder(const Gallery& gallery, const std::vector<EntryId>& ids, const QString& folder,
                           const GalleryControl& control) {
  if (!QDir().mkpath(folder)) {
    throw GalleryError(QStringLiteral("The folder %1 cannot be made. Choose another one, or check its rights.")
                           .arg(QDir::toNativeSeparators(folder))
                           .toStdString());
  }
  FolderOutcome outcome;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    watch(control, QStringLiteral("Exporting from the gallery"), i, ids.size());
    try {
      if (const auto entry = gallery.entry(ids[i])) {
        writePicture(gallery.picture(ids[i]), nativePath(folder + QLatin1Char('/') + fileNameOf(*entry)),
                     provenanceNow(*entry));
        ++outcome.done;
      }
    } catch (const GalleryDamaged&) {
      throw;
    } catch (const std::exception& error) {
      outcome.problems << QString::fromStdString(error.what());
    }
  }
  return outcome;
}

FolderOutcome importFolder(Gallery& gallery, const QString& folder, const GalleryControl& control) {
  QStringList paths;
  const QStringList kinds{QStringLiteral("*.png"), QStringLiteral("*.jpg"), QStringLiteral("*.jpeg"),
                          QStringLiteral("*.tif"), QStringLiteral("*.tiff")};
  QDirIterator files(folder, kinds, QDir::Files, QDirIterator::Subdirectories);
  while (files.hasNext()) {
    paths << files.next();
  }
  paths.sort();
  FolderOutcome outcome;
  for (qsizetype i = 0; i < paths.size(); ++i) {
    watch(control, QStringLiteral("Importing into the gallery"), static_cast<std::size_t>(i),
          static_cast<std::size_t>(paths.size()));
    const std::int64_t before = gallery.count();
    try {
      if (!gallery.keepFile(paths[i])) {
        ++outcome.foreign;
      } else {
        ++(gallery.count() > before ? outcome.done : outcome.known);
      }
    } catch (const GalleryDamaged&) {
      throw;
    } catch (const std::exception& error) {
      outcome.problems << QString::fromStdString(error.what());
    }
  }
  return outcome;
}

}  // namespace loom::app

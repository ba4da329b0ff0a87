// Pictures to keep, and a gallery of very many of them.
#pragma once

#include "app/gallery/gallery.h"
#include "app/gallery/gallery_record.h"
#include "app/gallery/gallery_schema.h"
#include "app/gallery/picture_look.h"

#include <QCryptographicHash>

#include <algorithm>
#include <random>

namespace loom::test {

/// Clouds of colour that differ from seed to seed and are the same in every size.
inline QImage pictureOf(unsigned seed, int side = 32) {
  constexpr int kClouds = 8;
  QImage picture(kClouds, kClouds, QImage::Format_RGB888);
  std::mt19937 random(seed);
  for (int i = 0; i < kClouds * kClouds; ++i) {
    picture.setPixel(i % kClouds, i / kClouds, 0xff000000U | static_cast<QRgb>(random()));
  }
  return picture.scaled(side, side, Qt::IgnoreAspectRatio, Qt::SmoothTransformation)
      .convertToFormat(QImage::Format_RGB888);
}

inline app::NewEntry entryOf(unsigned seed, const QString& model = QStringLiteral("faces.pth")) {
  app::NewEntry entry;
  entry.picture = pictureOf(seed);
  entry.modelPath = QStringLiteral("/models/") + model;
  app::Provenance& provenance = entry.provenance;
  provenance.checkpointName = model.toStdString();
  provenance.checkpointSha256 =
      QCryptographicHash::hash(model.toUtf8(), QCryptographicHash::Sha256).toHex().toStdString();
  provenance.architecture = "DCGAN";
  provenance.latent.seed = seed;
  provenance.z = {0.5F, static_cast<float>(seed)};
  provenance.created = QDateTime({2026, 11, 1}, {12, 0}, Qt::UTC).addSecs(static_cast<qint64>(seed) * 60);
  provenance.kept.emplace();
  return entry;
}

/// Writes `count` entries, without picture files, straight into the database of an empty gallery: entry i is made at
/// minute i, rated i % 6, tagged "tag<i % 50>", noted "note number<i>", of model i % 8, with a style of 512.
inline void fillGallery(const QString& folder, int count, int styleLength = 512) {
  { const app::Gallery make(folder); }
  app::GalleryDatabase database(folder + QStringLiteral("/gallery.sqlite"));
  std::vector<QByteArray> thumbnails;
  for (unsigned i = 0; i < 64; ++i) {
    thumbnails.push_back(app::thumbnailOf(pictureOf(i, 64)));
  }
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  const auto all = [&](const char* insert) {
    database.run(
        QStringLiteral("WITH RECURSIVE i(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM i WHERE n + 1 < %1) ").arg(count) +
        QString::fromLatin1(insert));
  };
  app::GalleryWrite write(database, app::kGalleryVersion);
  for (int i = 0; i < 8; ++i) {
    database.run("INSERT INTO model VALUES(?, ?, '', ?, '', 'StyleGAN2')",
                 {i + 1, QString(63, QLatin1Char('b')) + QString::number(i), QStringLiteral("model%1.pkl").arg(i)});
  }
  const qint64 start = QDateTime({2026, 1, 1}, {0, 0}, Qt::UTC).toMSecsSinceEpoch();
  all(qPrintable(
      QStringLiteral(
          "INSERT INTO entry SELECT n + 1, '00000000-0000-0000-0000-' || substr('000000000000' || n, -12), %1 + 60000 * n, 64, 64,"
          " n % 6, 'note number' || n, n % 8 + 1, printf('{\"seed\":%d}', n), NULL FROM i")
          .arg(start)));
  all("INSERT INTO tag SELECT 'tag' || (n % 50), n + 1 FROM i");
  all("INSERT INTO entry_text(rowid, notes, tags, model) SELECT n + 1, 'note number' || n, 'tag' || (n % 50),"
      " 'model' || (n % 8) || '.pkl StyleGAN2' FROM i");
  std::vector<app::PictureLook> looks;
  for (const QByteArray& thumbnail : thumbnails) {
    looks.push_back(app::lookOf(QImage::fromData(thumbnail)));
  }
  std::vector<float> style(static_cast<std::size_t>(styleLength));
  QSqlQuery insertThumbnail, insertLook, insertStyle;
  for (int i = 0; i < count; ++i) {
    const auto kind = static_cast<std::size_t>(i) % thumbnails.size();
    std::generate(style.begin(), style.end(), [&] { return normal(random); });
    const QByteArray features(reinterpret_cast<const char*>(looks[kind].features.data()), app::kFeatureCount);
    const auto put = [&](QSqlQuery& query, const char* sql, const QVariantList& values) {
      if (i == 0) {
        query = database.run(QString::fromLatin1(sql), values);
        return;
      }
      for (int k = 0; k < values.size(); ++k) {
        query.bindValue(k, values[k]);
      }
      if (!query.exec()) {
        qFatal("the gallery cannot be filled");
      }
    };
    put(insertThumbnail, "INSERT INTO thumbnail VALUES(?, ?)", {i + 1, thumbnails[kind]});
    put(insertLook, "INSERT INTO look VALUES(?, ?, ?, ?)",
        {i + 1, static_cast<qint64>(looks[kind].hash), features, app::floatBytes(app::sketchOf(style))});
    put(insertStyle, "INSERT INTO style VALUES(?, ?)", {i + 1, app::floatBytes(style)});
  }
  write.commit();
}

}  // namespace loom::test

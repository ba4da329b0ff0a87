#include "app/export/export_error.h"
#include "app/export/gif_palette.h"
#include "app/export/video_file.h"
#include "app/export/video_info.h"
#include "app/export/xmp_in_video.h"
#include "tests/app/export/decoded_film.h"
#include "tests/refusal.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <malloc.h>
#include <sys/resource.h>

#include <csignal>
#include <numbers>

using namespace loom;
using namespace loom::app;

namespace {

constexpr int kFrames = 12;

/// Smooth colours that walk with the frames: no two frames, and no two channels, are alike.
QImage frameAt(int index, QSize size, QImage::Format format = QImage::Format_RGB888) {
  QImage picture(size, QImage::Format_RGB888);
  const auto wave = [](double phase) { return static_cast<int>(127.5 + 110 * std::sin(2 * std::numbers::pi * phase)); };
  const double time = static_cast<double>(index) / kFrames;
  for (int y = 0; y < size.height(); ++y) {
    for (int x = 0; x < size.width(); ++x) {
      const double u = static_cast<double>(x) / 120;
      const double v = static_cast<double>(y) / 120;
      picture.setPixel(x, y, qRgb(wave(u + time), wave(v + 0.3 - time), wave(0.5 * u - 0.5 * v + 2 * time)));
    }
  }
  return picture.convertToFormat(format);
}

Provenance someProvenance(int frames = kFrames) {
  Provenance provenance;
  provenance.checkpointName = "fäces.pth";
  provenance.checkpointSha256 = std::string(64, 'a');
  provenance.architecture = "DCGAN";
  provenance.latent.seed = 77;
  provenance.z.assign(200, 0.1F);
  provenance.film = FilmProvenance{frames, "30", -1, R"({"loop":true})"};
  return provenance;
}

model::SavedState stateAt(int index) {
  model::SavedState state;
  state.latent.seed = 1000U + static_cast<std::uint32_t>(index);
  state.z = {static_cast<float>(index)};
  return state;
}

/// A disk that is full after `bytes` of a file, as far as a program can tell.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &m_before);
    rlimit limited = m_before;
    limited.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limited);
  }
  ~SmallDisk() { setrlimit(RLIMIT_FSIZE, &m_before); }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  rlimit m_before{};
};

class TestVideoFile : public QObject {
  Q_OBJECT

  std::unique_ptr<QTemporaryDir> m_folder;

  QString file(const QString& name) const { return m_folder->filePath(name); }
  QStringList everything() const {
    return QDir(m_folder->path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name);
  }
  void write(const QString& path, QSize size, const VideoOptions& options = {}, int frames = kFrames,
             QImage::Format format = QImage::Format_RGB888) const {
    VideoFile film(path.toStdString(), size, options, someProvenance(frames));
    for (int i = 0; i < frames; ++i) {
      film.add(frameAt(i, size, format), stateAt(i));
    }
    if (!film.finish()) {
      throw std::runtime_error("it was not stopped");
    }
  }
  static QByteArray bytes(const QString& path) {
    QFile source(path);
    return source.open(QIODevice::ReadOnly) ? source.readAll() : QByteArray();
  }

  /// Each file name with what is expected of it.
  void formats() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("codec");
    QTest::addColumn<std::optional<VideoCodec>>("asked");
    QTest::addColumn<double>("tolerance");
    const std::optional<VideoCodec> any;
    QTest::newRow("H.264") << "a.mp4" << "h264" << any << 3.0;
    QTest::newRow("VP9") << "a.webm" << "vp9" << any << 3.0;
    QTest::newRow("AV1 in mp4") << "a.MP4" << "av1" << std::optional(VideoCodec::Av1) << 3.0;
    QTest::newRow("AV1 in webm") << "a.webm" << "av1" << std::optional(VideoCodec::Av1) << 3.0;
    QTest::newRow("GIF") << "ä: %d.gif" << "gif" << any << 10.0;
    QTest::newRow("APNG") << "a.apng" << "apng" << any << 0.0;
  }

 private Q_SLOTS:
  void init() { m_folder = std::make_unique<QTemporaryDir>(); }

  void readBackItIsTheSame_data() { formats(); }
  void readBackItIsTheSame() {
    QFETCH(QString, name);
    QFETCH(QString, codec);
    QFETCH(std::optional<VideoCodec>, asked);
    QFETCH(double, tolerance);
    const QSize size(64, 48);
    write(file(name), size, {{25, 1}, asked, {}});
    QCOMPARE(everything(), QStringList{name});
    const DecodedFilm film = decodedFilm(file(name));
    QVERIFY(film.read);
    QCOMPARE(film.codec, codec);
    QCOMPARE(film.size, size);
    QVERIFY2(std::abs(film.perSecond - 25) < 0.01, qPrintable(QString::number(film.perSecond)));
    QCOMPARE(static_cast<int>(film.frames.size()), kFrames);
    if (codec != "apng" && codec != "gif") {  // FFmpeg tells no length of those
      QVERIFY2(std::abs(film.seconds - kFrames / 25.0) < 0.045, qPrintable(QString::number(film.seconds)));
    }
    double least = 1e9;
    for (int i = 0; i < kFrames; ++i) {
      const QImage expected = frameAt(i, size);
      const double difference = meanDifference(film.frames[static_cast<std::size_t>(i)], expected);
      QVERIFY2(difference <= tolerance, qPrintable(QString("frame %1: %2").arg(i).arg(difference)));
      // Neither the frame beside it nor one with two channels exchanged would pass.
      least = std::min({least, meanDifference(film.frames[static_cast<std::size_t>(i)], frameAt(i + 1, size)),
                        meanDifference(film.frames[static_cast<std::size_t>(i)], expected.rgbSwapped())});
    }
    QVERIFY2(least > 2 * tolerance + 1, qPrintable(QString::number(least)));
  }

  void theOriginSurvives_data() { formats(); }
  void theOriginSurvives() {
    QFETCH(QString, name);
    QFETCH(std::optional<VideoCodec>, asked);
    QFETCH(QString, codec);
    write(file(name), {32, 32}, {{}, asked, {}});
    const VideoInfo info = readVideo(file(name).toStdString());
    QVERIFY(info.provenance.has_value());
    QVERIFY(*info.provenance == someProvenance());
    QCOMPARE(QString::fromStdString(info.facts.codec), codec);
    QCOMPARE(info.facts.frames, std::int64_t{kFrames});
    QCOMPARE(info.facts.width, 32);
    QVERIFY(std::abs(static_cast<double>(info.facts.rateNumerator) / info.facts.rateDenominator - 30) < 0.5);
    QVERIFY(bytes(file(name)).contains("trainedAlgorithmicMedia"));
    const auto metadata = decodedFilm(file(name)).metadata;
    if (codec != "apng") {  // it carries all of it as XMP, like every PNG
      const QString comment = metadata.value("comment", metadata.value("COMMENT"));
      for (const char* word : {"Synthetic film of 12 frames", "fäces.pth", "trainedAlgorithmicMedia"}) {
        QVERIFY2(comment.contains(QString::fromUtf8(word)), qPrintable(comment));
      }
    }
    if (name.endsWith("mp4", Qt::CaseInsensitive)) {  // FFmpeg finds the packet where the specification puts it
      QVERIFY(metadata.value("xmp").contains("trainedAlgorithmicMedia"));
    }
    if (name.endsWith("webm")) {
      QVERIFY(metadata.value("XMP").contains("trainedAlgorithmicMedia"));
    }
  }

  void theSameFramesGiveTheSameBytes_data() { formats(); }
  void theSameFramesGiveTheSameBytes() {
    QFETCH(QString, name);
    QFETCH(std::optional<VideoCodec>, asked);
    QVERIFY(QDir(m_folder->path()).mkdir("other"));
    // Large enough for several threads to have something to do.
    write(file(name), {320, 240}, {{}, asked, {}});
    write(file("other/" + name), {320, 240}, {{}, asked, {}});
    QVERIFY(!bytes(file(name)).isEmpty());
    QCOMPARE(bytes(file(name)), bytes(file("other/" + name)));
    write(file(name), {320, 240}, {{}, asked, {}}, kFrames - 1);
    QVERIFY(bytes(file(name)) != bytes(file("other/" + name)));
  }

  /// What an encoder reads without having written it differs with what lay there before: here with each byte.
  void whatLiesInMemoryIsWithoutEffect_data() { formats(); }
  void whatLiesInMemoryIsWithoutEffect() {
    QFETCH(QString, name);
    QFETCH(std::optional<VideoCodec>, asked);
    QVERIFY(QDir(m_folder->path()).mkdir("other"));
    write(file("other/" + name), {320, 240}, {{}, asked, {}});
    for (const int byte : {0x55, 0xAA, 0xFF}) {
      mallopt(M_PERTURB, byte);
      write(file(name), {320, 240}, {{}, asked, {}});
      mallopt(M_PERTURB, 0);
      QVERIFY2(bytes(file(name)) == bytes(file("other/" + name)), qPrintable(QString::number(byte)));
    }
  }

  void oddSizes_data() { formats(); }
  void oddSizes() {
    QFETCH(QString, name);
    QFETCH(QString, codec);
    QFETCH(std::optional<VideoCodec>, asked);
    QFETCH(double, tolerance);
    const QSize size(33, 21);
    write(file(name), size, {{}, asked, {}});
    const DecodedFilm film = decodedFilm(file(name));
    QCOMPARE(static_cast<int>(film.frames.size()), kFrames);
    if (codec == "h264") {
      QCOMPARE(film.size, QSize(34, 22));  // the last column and row once more
      const QImage& last = film.frames.back();
      for (int y = 0; y < 21; ++y) {
        QVERIFY(std::abs(qGreen(last.pixel(32, y)) - qGreen(last.pixel(33, y))) < 16);
      }
    } else {
      QCOMPARE(film.size, size);
    }
    QVERIFY(meanDifference(film.frames[5], frameAt(5, size)) <= 1.5 * tolerance);
    // Small ones, too, as far as an encoder goes: else a sentence that says so.
    const std::string refused = test::refusal<ExportError>([&] { write(file("small" + name), {4, 4}, {{}, asked, {}}); });
    QVERIFY2(refused.empty() || QString::fromStdString(refused).contains("4 x 4"), refused.c_str());
    QCOMPARE(QFile::exists(file("small" + name)), refused.empty());
  }

  void greyPictures() {
    write(file("grey.apng"), {16, 16}, {}, 3, QImage::Format_Grayscale8);
    const DecodedFilm film = decodedFilm(file("grey.apng"));
    QCOMPARE(meanDifference(film.frames[2], frameAt(2, {16, 16}, QImage::Format_Grayscale8)), 0.0);
  }

  /// What does not change costs next to nothing.
  void anApngThatStandsStill() {
    const QImage picture = frameAt(0, {64, 64});
    VideoFile film(file("still.apng").toStdString(), picture.size(), {}, someProvenance(3));
    film.add(picture, stateAt(0));
    film.add(picture.copy(), stateAt(1));
    film.add(frameAt(1, {64, 64}), stateAt(2));
    QVERIFY(film.finish());
    write(file("two.apng"), {64, 64}, {}, 2);
    QVERIFY(bytes(file("still.apng")).size() < bytes(file("two.apng")).size() + 200);
    const DecodedFilm read = decodedFilm(file("still.apng"));
    QCOMPARE(read.frames.size(), std::size_t{3});
    QCOMPARE(meanDifference(read.frames[1], picture), 0.0);
    QCOMPARE(meanDifference(read.frames[2], frameAt(1, {64, 64})), 0.0);
  }

  void oneFrameIsAFilm() {
    for (const char* name : {"one.mp4", "one.webm", "one.gif", "one.apng"}) {
      write(file(name), {32, 32}, {}, 1);
      QCOMPARE(decodedFilm(file(name)).frames.size(), std::size_t{1});
    }
  }

  void aFolderOfPictures() {
    for (const char* name : {"frames/", "plain"}) {
      write(file(name), {16, 12});
      const QDir folder(file(name));
      QCOMPARE(folder.entryList(QDir::Files).size(), kFrames);
      for (int i = 0; i < kFrames; ++i) {
        const QString path = folder.filePath(QStringLiteral("frame%1.png").arg(i, 5, 10, QLatin1Char('0')));
        QCOMPARE(QImage(path).convertToFormat(QImage::Format_RGB888), frameAt(i, {16, 12}));
        const auto provenance = readProvenance(path.toStdString());
        QVERIFY(provenance && provenance->film);
        QCOMPARE(provenance->film->frame, i);
        QCOMPARE(provenance->latent.seed, 1000U + static_cast<std::uint32_t>(i));
        QVERIFY(QString::fromStdString(describe(*provenance)).startsWith(QStringLiteral("Frame %1 of a synthetic film").arg(i + 1)));
      }
    }
    QCOMPARE(everything(), (QStringList{"frames", "plain"}));
    const auto full = test::refusal<ExportError>([&] { write(file("plain"), {16, 12}); });
    QVERIFY2(QString::fromStdString(full).contains("choose a new one"), full.c_str());
    QVERIFY(QDir(m_folder->path()).mkdir("empty"));
    write(file("empty"), {16, 12});
    QCOMPARE(QDir(file("empty")).entryList(QDir::Files).size(), kFrames);
  }

  void whatIsNotFinishedLeavesNothing() {
    for (const char* name : {"a.mp4", "a.webm", "a.gif", "a.apng", "frames/"}) {
      VideoFile film(file(name).toStdString(), {32, 32}, {}, someProvenance());
      film.add(frameAt(0, {32, 32}), stateAt(0));
    }
    QCOMPARE(everything(), QStringList());
    for (const char* name : {"a.gif", "a.mp4"}) {
      VideoFile film(file(name).toStdString(), {32, 32}, {}, someProvenance());
      film.add(frameAt(0, {32, 32}), stateAt(0));
      std::stop_source stop;
      stop.request_stop();
      QVERIFY(!film.finish(stop.get_token()));
    }
    QCOMPARE(everything(), QStringList());
  }

  void aFullDisk_data() { formats(); }
  void aFullDisk() {
    QFETCH(QString, name);
    QFETCH(std::optional<VideoCodec>, asked);
    QFile old(file(name));
    QVERIFY(old.open(QIODevice::WriteOnly) && old.write("old") == 3);
    old.close();
    std::string refused;
    {
      const SmallDisk disk(3000);
      refused = test::refusal<ExportError>([&] { write(file(name), {160, 120}, {{}, asked, {}}); });
    }
    QVERIFY2(QString::fromStdString(refused).contains("cannot be written"), refused.c_str());
    QVERIFY2(QString::fromStdString(refused).contains("File too large"), refused.c_str());
    QCOMPARE(everything(), QStringList{name});
    QCOMPARE(bytes(file(name)), QByteArray("old"));
  }

  void whatCannotBeIsTold() {
    const auto told = [&](const QString& name, const VideoOptions& options = {}) {
      return QString::fromStdString(test::refusal<ExportError>([&] { checkVideoTarget(file(name).toStdString(), options); }));
    };
    QCOMPARE(told("a.mp4"), QString());
    QVERIFY(told("a.avi").contains(".mp4, .webm"));
    QVERIFY(told("nowhere/a.mp4").contains("does not exist"));
    QVERIFY(told("nowhere/frames/").contains("does not exist"));
    QVERIFY(told("a.mp4", {{}, VideoCodec::Vp9, {}}).contains("goes into .webm"));
    QVERIFY(told("a.webm", {{}, VideoCodec::H264, {}}).contains("goes into .mp4"));
    QVERIFY(told("a.gif", {{}, {}, 20}).contains("no choice"));
    QVERIFY(told("a.mp4", {{}, {}, 52}).contains("51"));
    QCOMPARE(told("a.webm", {{}, {}, 63}), QString());
    QVERIFY(told("a.gif", {{60, 1}, {}, {}}).contains("50"));
    QVERIFY(QDir(m_folder->path()).mkdir("folder.mp4"));
    QVERIFY(told("folder.mp4/a.mp4").isEmpty());
    QFile(file("file")).open(QIODevice::WriteOnly);
    QVERIFY(told("file/").contains("in its place") || told("file/").contains("not a folder"));
    const auto other = test::refusal<ExportError>([&] {
      VideoFile film(file("a.mp4").toStdString(), {32, 32}, {}, someProvenance());
      film.add(frameAt(0, {34, 32}), stateAt(0));
    });
    QVERIFY2(QString::fromStdString(other).contains("another size"), other.c_str());
  }

  void qualityCounts() {
    write(file("good.mp4"), {64, 48}, {{}, {}, 10});
    write(file("bad.mp4"), {64, 48}, {{}, {}, 45});
    QVERIFY(bytes(file("good.mp4")).size() > bytes(file("bad.mp4")).size() + 500);
  }

  void ratesAreFractions() {
    QVERIFY(frameRateFromText("30") == (FrameRate{30, 1}));
    QVERIFY(frameRateFromText("12.5") == (FrameRate{25, 2}));
    QVERIFY(frameRateFromText("29.97") == (FrameRate{30000, 1001}));
    QVERIFY(frameRateFromText("23.976") == (FrameRate{24000, 1001}));
    QVERIFY(frameRateFromText("30000/1001") == (FrameRate{30000, 1001}));
    for (const char* text : {"", "0", "-1", "nan", "inf", "1e9", "30x", "30/0", "1.5/2", "0.01", "/", "30/"}) {
      QVERIFY2(!frameRateFromText(text), text);
    }
    write(file("tv.mp4"), {32, 32}, {{30000, 1001}, {}, {}});
    QVERIFY(std::abs(decodedFilm(file("tv.mp4")).perSecond - 30000.0 / 1001) < 1e-6);
  }

  void aGifOfFewColoursIsExact() {
    QImage picture(16, 16, QImage::Format_RGB888);
    picture.fill(QColor(13, 77, 201));
    for (int i = 0; i < 200; ++i) {
      picture.setPixel(i % 16, i / 16, qRgb(i, 255 - i, i / 2));
    }
    VideoFile film(file("few.gif").toStdString(), {16, 16}, {}, someProvenance(2));
    film.add(picture, stateAt(0));
    film.add(picture.mirrored(), stateAt(1));
    QVERIFY(film.finish());
    const DecodedFilm read = decodedFilm(file("few.gif"));
    QCOMPARE(meanDifference(read.frames[0], picture), 0.0);
    QCOMPARE(meanDifference(read.frames[1], picture.mirrored()), 0.0);
  }

  void hostileFilms() {
    write(file("a.mp4"), {32, 32});
    write(file("a.webm"), {32, 32});
    write(file("a.gif"), {32, 32});
    write(file("a.apng"), {32, 32});
    for (const char* name : {"a.mp4", "a.webm", "a.gif", "a.apng"}) {
      const QByteArray whole = bytes(file(name));
      int refused = 0;
      // Cut anywhere, and bytes turned over anywhere: a sentence or a film, nothing else.
      for (int round = 0; round < 200; ++round) {
        QByteArray damaged = whole;
        if (round % 2 == 0) {
          damaged.truncate(whole.size() * round / 200);
        } else {
          for (int i = 0; i < 8; ++i) {
            const qsizetype place = (static_cast<qsizetype>(round) * 7919 + i * 104729) % whole.size();
            damaged[place] = static_cast<char>(damaged[place] ^ (1 << (i % 8)));
          }
        }
        QFile out(file("damaged"));
        QVERIFY(out.open(QIODevice::WriteOnly) && out.write(damaged) == damaged.size());
        out.close();
        try {
          readVideo(file("damaged").toStdString());
        } catch (const ExportError& error) {
          ++refused;
          QVERIFY(std::string(error.what()).find("damaged") == 0);
        } catch (const ProvenanceError&) {
          ++refused;
        }
      }
      QVERIFY2(refused > 20, qPrintable(QString("%1: %2").arg(name).arg(refused)));
    }
  }
};

}  // namespace

QTEST_GUILESS_MAIN(TestVideoFile)
#include "test_video_file.moc"

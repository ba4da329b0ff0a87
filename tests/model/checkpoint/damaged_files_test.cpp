// Whole files cut, bent and misnamed: whatever lies on a disk, the door answers with a CheckpointError that names it.
#include "tests/model/checkpoint/checkpoint_bench.h"

#include <QRandomGenerator>

#include <algorithm>
#include <new>
#include <stdexcept>

using namespace loom::model;
using namespace loom::test;

namespace {

/// Reads every number of every tensor, so that a view beyond the file would be seen (by ASan, or as a crash).
std::size_t touch(const Checkpoint& checkpoint) {
  std::size_t count = 0;
  for (const TensorGroup& group : checkpoint.groups) {
    for (const TensorView& tensor : group.tensors) {
      count += tensor.toFloat32().size();
    }
  }
  return count;
}

std::uint32_t seed() {
  static const std::uint32_t kSeed = qEnvironmentVariableIsSet("LOOM_TEST_SEED")
                                         ? qEnvironmentVariable("LOOM_TEST_SEED").toUInt()
                                         : QRandomGenerator::system()->generate();
  return kSeed;
}

void containers() {
  QTest::addColumn<QString>("file");
  for (const char* name :
       {"training-p2.pth", "training-p4-legacy.pth", "dtypes.safetensors", "views.pth", "views-legacy.pth", "network.pkl",
        "network-tf.pkl", "torchscript.pt"}) {
    QTest::newRow(name) << name;
  }
}

}  // namespace

class DamagedFilesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void cutAtEveryByte_data() { containers(); }
  void cutAtEveryByte() {
    QFETCH(QString, file);
    const std::string name = file.toStdString();
    const std::string whole = bytesOf(dataFile(name));
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const Outcome outcome = openBytes(whole.substr(0, length), "cut-" + name);
      const std::string at = "cut to " + std::to_string(length) + " bytes: " + outcome.message;
      QVERIFY2(!outcome.checkpoint, at.c_str());
      QVERIFY2(outcome.refusal.has_value(), at.c_str());
      QVERIFY2(outcome.says("cut-" + name), at.c_str());
      QVERIFY2(outcome.message.ends_with('.'), at.c_str());
    }
    QVERIFY(openBytes(whole, "cut-" + name).checkpoint);
  }

  void bentBytes_data() { containers(); }
  void bentBytes() {
    QFETCH(QString, file);
    const std::string whole = bytesOf(dataFile(file.toStdString()));
    QRandomGenerator random(seed());
    int refused = 0;
    for (int round = 0; round < 1500; ++round) {
      std::string bent = whole;
      const int flips = 1 + random.bounded(8);
      for (int i = 0; i < flips; ++i) {
        // Half of them early: headers and pickles are where the decisions are made.
        const int end =
            random.bounded(2) ? static_cast<int>(bent.size()) : std::min<int>(static_cast<int>(bent.size()), 900);
        bent[static_cast<std::size_t>(random.bounded(end))] ^= static_cast<char>(1 << random.bounded(8));
      }
      const Outcome outcome = openBytes(bent, "bent.pth");
      const std::string where =
          "LOOM_TEST_SEED=" + std::to_string(seed()) + " round " + std::to_string(round) + ": " + outcome.message;
      if (outcome.checkpoint) {
        QVERIFY2(touch(*outcome.checkpoint) < 10'000'000, where.c_str());
      } else {
        ++refused;
        QVERIFY2(outcome.refusal.has_value(), where.c_str());
        QVERIFY2(outcome.says("bent.pth"), where.c_str());
      }
    }
    QVERIFY2(refused > 100, ("LOOM_TEST_SEED=" + std::to_string(seed())).c_str());
  }

  /// Parts of the file repeated, left out, or replaced by numbers that are large.
  void rearrangedBytes_data() { containers(); }
  void rearrangedBytes() {
    QFETCH(QString, file);
    const std::string whole = bytesOf(dataFile(file.toStdString()));
    QRandomGenerator random(seed());
    const auto place = [&](const std::string& bytes) {
      return static_cast<std::size_t>(random.bounded(static_cast<int>(bytes.size())));
    };
    for (int round = 0; round < 1500; ++round) {
      std::string bent = whole;
      const std::size_t at = place(bent);
      const auto length = static_cast<std::size_t>(1 + random.bounded(16));
      switch (random.bounded(4)) {
        case 0:
          bent.erase(at, length);
          break;
        case 1:
          bent.insert(at, bent.substr(place(bent), length));
          break;
        case 2:
          bent.replace(at, length, std::string(length, '\xff'));
          break;
        default:
          bent.replace(at, length, std::string(length, '\0'));
          break;
      }
      const Outcome outcome = openBytes(bent, "bent.pth");
      const std::string where =
          "LOOM_TEST_SEED=" + std::to_string(seed()) + " round " + std::to_string(round) + ": " + outcome.message;
      QVERIFY2(outcome.checkpoint.has_value() != outcome.refusal.has_value(), where.c_str());
      if (outcome.checkpoint) {
        QVERIFY2(touch(*outcome.checkpoint) < 10'000'000, where.c_str());
      }
    }
  }

  void damagedLegacyFiles_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("part");
    const auto row = [](const char* name, const std::string& bytes, Kind kind, const char* part) {
      QTest::newRow(name) << QByteArray::fromStdString(bytes) << static_cast<int>(kind) << part;
    };
    const std::string eight = le(1.0F) + le(2.0F);
    const std::string magic = LegacyClaim{}.magic;
    row("big-endian numbers", legacy({.littleEndian = "\x89"}), Kind::Unsupported, "big-endian");
    row("another protocol", legacy({.protocol = 1002}), Kind::Unsupported, "the number 1002");
    row("the magic number as a text", pickle("N0" + text(magic.substr(2))) + legacy(), Kind::Broken, "magic number");
    row("a storage of another size", legacy({.storages = le(std::int64_t{3}) + eight + le(3.0F)}), Kind::Broken,
        "another size");
    row("a storage of -1", legacy({.storages = le(std::int64_t{-1}) + eight}), Kind::Broken, "another size");
    row("a storage of 2^62",
        legacy({.object = dict({{"w", tensor({.elements = std::int64_t{1} << 62})}}),
                .storages = le(std::int64_t{1} << 62) + eight}),
        Kind::Broken, "ends too early");
    row("a storage that nothing refers to", legacy({.keys = "](" + text("0") + text("1") + "e"}), Kind::Broken,
        "nothing refers to");
    row("a storage twice",
        legacy({.keys = "](" + text("0") + text("0") + "e",
                .storages = le(std::int64_t{2}) + eight + le(std::int64_t{2}) + eight}),
        Kind::Broken, "a storage twice");
    row("a storage that is missing", legacy({.keys = "]", .storages = ""}), Kind::Broken, "its storage is missing");
    row("a storage of two number types",
        legacy({.object = dict({{"w", tensor()}, {"v", tensor({.storage = "IntStorage"})}})}), Kind::Broken,
        "two things of one storage");
    row("a storage of two sizes", legacy({.object = dict({{"w", tensor()}, {"v", tensor({.elements = 1})}})}),
        Kind::Broken, "two things of one storage");
    row("a tensor beyond its storage", legacy({.object = dict({{"w", tensor({.offset = 1})}})}), Kind::Broken,
        "the tensor w: it reaches beyond");
    row("a number type that nobody knows", legacy({.object = dict({{"w", tensor({.storage = "QInt8Storage"})}})}),
        Kind::Unsupported, "QInt8Storage");
    row("a preamble without an end", pickle(magic) + kProto2 + text(std::string(100'000, 'x')) + ".", Kind::Limit,
        "larger than any");
  }
  void damagedLegacyFiles() {
    QFETCH(QByteArray, bytes);
    QFETCH(int, kind);
    QFETCH(QString, part);
    VERIFY_REFUSED(openBytes(bytes.toStdString()), static_cast<Kind>(kind), part.toStdString());
  }

  void anHonestLegacyFileOpens() {
    const Outcome outcome = openBytes(legacy());
    QVERIFY2(outcome.checkpoint, outcome.message.c_str());
    QCOMPARE(tensorNamed(*outcome.checkpoint, "", "w")->toFloat32(), (std::vector<float>{1, 2}));
  }

  void filesThatAreNoCheckpoint_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("a text named .pth") << "notes.pth" << QByteArray("These are my notes.\n");
    QTest::newRow("a text named .safetensors") << "notes.safetensors" << QByteArray("These are my notes.\n");
    QTest::newRow("a page of the web") << "model.pth" << QByteArray("<!DOCTYPE html><html></html>");
    QTest::newRow("a pickle of something else") << "data.pkl" << QByteArray("\x80\x02}q\x00.", 6);
    QTest::newRow("one byte") << "one.pth" << QByteArray("x");
    QTest::newRow("a pointer of Git LFS")
        << "lfs.pth" << QByteArray("version https://git-lfs.github.com/spec/v1\noid sha256:0\n");
  }
  void filesThatAreNoCheckpoint() {
    QFETCH(QString, name);
    QFETCH(QByteArray, bytes);
    const std::string file = name.toStdString();
    VERIFY_REFUSED(openBytes(bytes.toStdString(), file), Kind::NotACheckpoint,
                   file + " is not a checkpoint that is known here");
  }

  void aTextWithABraceAtTheNinthByte() {
    VERIFY_REFUSED(openBytes("function{ return 1; }", "code.safetensors"), Kind::Broken,
                   "code.safetensors is a damaged safetensors file");
  }

  void whatCannotBeOpened() {
    const QTemporaryDir folder;
    const std::filesystem::path root = folder.path().toStdString();
    VERIFY_REFUSED(openPath(root / "missing.pth"), Kind::CannotOpen,
                   "missing.pth cannot be opened: there is no such file");
    VERIFY_REFUSED(openBytes("", "empty.pth"), Kind::CannotOpen, "empty.pth cannot be opened: it is empty");
    VERIFY_REFUSED(openPath(root), Kind::CannotOpen, root.filename().string() + " cannot be opened: it is a folder");
    VERIFY_REFUSED(openPath(root / ""), Kind::CannotOpen,
                   root.filename().string() + " cannot be opened: it is a folder");
    VERIFY_REFUSED(openPath("/dev/null"), Kind::CannotOpen, "null cannot be opened: it is not a regular file");
    VERIFY_REFUSED(openPath(""), Kind::CannotOpen, "there is no such file");
  }

  void progressIsTold_data() { containers(); }
  void progressIsTold() {
    QFETCH(QString, file);
    std::vector<double> fractions;
    ReadControl control;
    control.progress = [&](double fraction) { fractions.push_back(fraction); };
    QVERIFY(openPath(dataFile(file.toStdString()), control).checkpoint);
    QVERIFY(fractions.size() >= 2);
    QVERIFY(std::is_sorted(fractions.begin(), fractions.end()));
    QVERIFY(fractions.front() >= 0.0);
    QCOMPARE(fractions.back(), 1.0);
  }

  void aStopTokenCancels_data() { containers(); }
  void aStopTokenCancels() {
    QFETCH(QString, file);
    const std::string name = file.toStdString();
    std::stop_source before;
    before.request_stop();
    VERIFY_REFUSED(openPath(dataFile(name), {.stop = before.get_token(), .progress = {}, .limits = {}}),
                   Kind::Cancelled, name);

    std::stop_source during;
    const ReadControl control{
        .stop = during.get_token(), .progress = [&](double) { during.request_stop(); }, .limits = {}};
    VERIFY_REFUSED(openPath(dataFile(name), control), Kind::Cancelled, name + " cannot be read: it was cancelled");
  }

  /// In the middle of a long pickle, and of a long header.
  void aLongReadIsCancelledWithinIt() {
    std::stop_source stop;
    ReadControl control{.stop = stop.get_token(), .progress = [&](double) { stop.request_stop(); }, .limits = {}};
    control.limits.pickleOpcodes = 200'000;
    std::string noise;
    for (int i = 0; i < 100'000; ++i) {
      noise += "N0";
    }
    // Without a STOP: had it not been cancelled within, it would be called cut off.
    VERIFY_REFUSED(openBytes(torchZip(kProto2 + noise), "long.pth", control), Kind::Cancelled, "long.pth");
  }

  /// What a caller's own callback throws is the caller's.
  void anExceptionOfTheCallersProgressPasses() {
    const ReadControl control{.stop = {}, .progress = [](double) { throw std::runtime_error("mine"); }, .limits = {}};
    QVERIFY_EXCEPTION_THROWN(readCheckpoint(dataFile("lone.pth"), control), std::runtime_error);
  }

  void noMemoryIsALimit() {
    const ReadControl control{.stop = {}, .progress = [](double) { throw std::bad_alloc(); }, .limits = {}};
    VERIFY_REFUSED(openPath(dataFile("lone.pth"), control), Kind::Limit,
                   "lone.pth cannot be read: there is not enough memory");
  }
};

QTEST_APPLESS_MAIN(DamagedFilesTest)
#include "damaged_files_test.moc"

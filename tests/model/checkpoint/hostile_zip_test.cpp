// Archives that are no checkpoint, that lie, or that want out of their folder.
#include "tests/model/checkpoint/checkpoint_bench.h"

using namespace loom::model;
using namespace loom::test;

namespace {

const std::string kPickle = pickle(dict({{"w", tensor()}}));
const std::string kStorage = le(1.0F) + le(2.0F);

std::vector<ZipEntry> honest() { return {{"a/data.pkl", kPickle}, {"a/byteorder", "little"}, {"a/data/0", kStorage}}; }

/// An honest archive and one entry more.
std::string with(const ZipEntry& entry) {
  auto entries = honest();
  entries.push_back(entry);
  return zip(entries);
}

/// An honest archive whose storage is changed.
template <typename Change>
std::string withStorage(Change change) {
  auto entries = honest();
  change(entries[2]);
  return zip(entries);
}

std::string zip64Extra(const std::vector<std::uint64_t>& numbers) {
  std::string field;
  for (const auto number : numbers) {
    field += le(number);
  }
  return le(std::uint16_t{1}) + le(static_cast<std::uint16_t>(field.size())) + field;
}

std::uint32_t directoryOf(const std::vector<ZipEntry>& entries) {
  return static_cast<std::uint32_t>(zip(entries).find("PK\x01\x02"));
}

void row(const char* name, const std::string& bytes, Kind kind, const char* part) {
  QTest::newRow(name) << QByteArray::fromStdString(bytes) << static_cast<int>(kind) << part;
}

void liesOfEntries() {
  static constexpr std::uint32_t kIn64 = 0xffffffffU;
  row("an entry whose name leads up", with({"a/../../etc/passwd", "x"}), Kind::Broken,
      "leads out of the archive: a/../../etc");
  row("an entry named ..", with({"..", "x"}), Kind::Broken, "leads out of the archive");
  row("an absolute name", with({"/etc/passwd", "x"}), Kind::Broken, "leads out of the archive");
  row("a name with backslashes", with({"a\\..\\b", "x"}), Kind::Broken, "leads out of the archive");
  row("a name with a zero byte", with({std::string("a/b\0c", 5), "x"}), Kind::Broken, "leads out of the archive");
  row("an entry without a name", with({"", "x"}), Kind::Broken, "leads out of the archive");
  row("an entry twice", with({"a/data/0", kStorage}), Kind::Broken, "a/data/0 is there twice");
  row("a compressed entry", with({.name = "a/x", .content = "x", .method = 8}), Kind::Unsupported, "a/x is compressed");
  row("a zip bomb", with({.name = "a/x", .content = "x", .flags = 8, .method = 8, .size = 0xfffffff0U}),
      Kind::Unsupported, "a/x is compressed");
  row("an encrypted entry", with({.name = "a/x", .content = "x", .flags = 1}), Kind::Unsupported, "a/x is encrypted");
  row("a local header of another name", with({.name = "a/x", .content = "x", .localName = "a/y"}), Kind::Broken,
      "told differently");
  row("a local header that compresses", with({.name = "a/x", .content = "x", .localMethod = 8}), Kind::Broken,
      "told differently");
  row("a local header of another size", with({.name = "a/x", .content = "x", .localSize = 3}), Kind::Broken,
      "told differently");
  row("a stored entry of two sizes", withStorage([](ZipEntry& entry) { entry.size = 4000; }), Kind::Broken,
      "two sizes");
  row("an entry that reaches beyond the file",
      withStorage([](ZipEntry& entry) { entry.stored = entry.size = entry.localSize = 100000; }), Kind::Broken,
      "ends too early");
  row("an entry that reaches into the directory",
      withStorage([](ZipEntry& entry) { entry.stored = entry.size = entry.localSize = 20; }), Kind::Broken, "overlap");
  row("an entry beyond the file", withStorage([](ZipEntry& entry) { entry.offset = 0x7fffffffU; }), Kind::Broken,
      "beyond the end");
  row("an entry that begins elsewhere", withStorage([](ZipEntry& entry) { entry.offset = 1; }), Kind::Broken,
      "does not begin where");
  row("a zip64 size of 2^64-1", withStorage([](ZipEntry& entry) {
        entry.stored = entry.size = kIn64;
        entry.extra = zip64Extra({~std::uint64_t{0}, ~std::uint64_t{0}});
        entry.flags = 8;
      }),
      Kind::Broken, "ends too early");
  row("a zip64 offset of 2^64-1", withStorage([](ZipEntry& entry) {
        entry.offset = kIn64;
        entry.extra = zip64Extra({~std::uint64_t{0}});
      }),
      Kind::Broken, "beyond the end");
  row("a zip64 field without its numbers", withStorage([](ZipEntry& entry) {
        entry.offset = kIn64;
        entry.extra = zip64Extra({});
      }),
      Kind::Broken, "ends too early");
  row("an extra field longer than itself", withStorage([](ZipEntry& entry) { entry.extra = "\x02\x03\xff\xff"; }),
      Kind::Broken, "ends too early");

  // An entry whose content is another whole entry.
  const std::string inner = zip({{"a/data/0", kStorage}});
  auto nested = honest();
  nested[2] = {"a/x", inner.substr(0, inner.find("PK\x01\x02"))};
  const auto at = static_cast<std::uint32_t>(zip(nested).find("a/data/0") - 30);
  nested.push_back({.name = "a/data/0", .content = kStorage, .offset = at});
  row("entries that overlap", zip(nested), Kind::Broken, "overlap");
}

void liesOfTheEnd() {
  const std::uint32_t directory = directoryOf(honest());
  row("more entries than there are", zip(honest(), {.entries = 4}), Kind::Broken, "ends too early");
  row("fewer entries than there are", zip(honest(), {.entries = 2}), Kind::Broken, "more entries than it says");
  row("65535 entries", zip(honest(), {.entries = 0xffff}), Kind::Broken, "ends too early");
  row("a directory beyond the file", zip(honest(), {.directoryOffset = 0x7fffffffU}), Kind::Broken,
      "directory is not where");
  row("a directory longer than the file", zip(honest(), {.directorySize = 0x7fffffffU}), Kind::Broken,
      "directory is not where");
  row("a directory that begins elsewhere", zip(honest(), {.directoryOffset = directory - 3}), Kind::Broken,
      "directory is damaged");
  row("a directory that is cut", zip(honest(), {.directorySize = 60}), Kind::Broken, "ends too early");
  row("an archive over several files", zip(honest(), {.disk = 3}), Kind::Broken, "split over several files");
  row("zip64: 2^64-1 entries",
      zip(honest(), {.entries = 0xffff,
                     .directorySize = 0xffffffffU,
                     .zip64Claim = Zip64Claim{~std::uint64_t{0}, 0, directory, {}}}),
      Kind::Limit, "more entries than any");
  row("zip64: other entries than the classic end", zip(honest(), {.zip64Claim = Zip64Claim{1, 0, directory, {}}}),
      Kind::Broken, "tell different things");
  row("zip64: another directory than the classic end", zip(honest(), {.zip64Claim = Zip64Claim{3, 1, 1, {}}}),
      Kind::Broken, "tell different things");
  row("zip64: an offset that wraps round",
      zip(honest(), {.directorySize = 0xffffffffU,
                     .directoryOffset = 0xffffffffU,
                     .zip64Claim = Zip64Claim{3, 100, ~std::uint64_t{0} - 50, {}}}),
      Kind::Broken, "directory is not where");
  row("zip64: an end beyond the file", zip(honest(), {.zip64Claim = Zip64Claim{3, 0, 0, std::uint64_t{1} << 62U}}),
      Kind::Broken, "end record is not where");
  row("zip64: an end that is something else", zip(honest(), {.zip64Claim = Zip64Claim{3, 0, 0, 0}}), Kind::Broken,
      "end record is missing");
  row("zip64: an end that overlaps its locator",
      zip(honest(), {.zip64Claim = Zip64Claim{3, 0, 0, zip(honest(), {.zip64 = true}).size() - 22 - 20 - 8}}),
      Kind::Broken, "end record is not where");
  row("bytes behind the end", zip(honest()) + "x", Kind::Broken, "end of the archive is missing");
  row("four bytes", "PK\x03\x04", Kind::Broken, "cut off");
}

void wrongArchives() {
  row("a zip of something else", zip({{"photo.jpg", "x"}}), Kind::NotACheckpoint, "it holds no data.pkl");
  row("data.pkl at the top", zip({{"data.pkl", kPickle}, {"data/0", kStorage}}), Kind::NotACheckpoint,
      "it holds no data.pkl");
  row("a file that only ends like data.pkl", zip({{"a/notdata.pkl", kPickle}}), Kind::NotACheckpoint,
      "it holds no data.pkl");
  row("two checkpoints", with({"b/data.pkl", kPickle}), Kind::Broken, "several checkpoints");
  row("big-endian numbers", zip({{"a/data.pkl", kPickle}, {"a/byteorder", "big"}, {"a/data/0", kStorage}}),
      Kind::Unsupported, "big-endian");
  row("numbers of an order nobody knows",
      zip({{"a/data.pkl", kPickle}, {"a/byteorder", "middle"}, {"a/data/0", kStorage}}), Kind::Broken,
      "neither little nor big");
  row("an empty pickle", zip({{"a/data.pkl", ""}}), Kind::Broken, "ends too early");
}

}  // namespace

class HostileZipTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void whatIsHonestOpens_data() {
    QTest::addColumn<QByteArray>("bytes");
    const auto add = [](const char* name, const std::string& bytes) {
      QTest::newRow(name) << QByteArray::fromStdString(bytes);
    };
    add("plain", zip(honest()));
    add("with a zip64 end", zip(honest(), {.zip64 = true}));
    add("with a saturated classic end",
        zip(honest(),
            {.entries = 0xffff, .directorySize = 0xffffffffU, .directoryOffset = 0xffffffffU, .zip64 = true}));
    add("without a byteorder", zip({{"a/data.pkl", kPickle}, {"a/data/0", kStorage}}));
    add("sizes behind the content", withStorage([](ZipEntry& entry) {
          entry.flags = 8;
          entry.localSize = 0;
        }));
    add("a size in a zip64 field", withStorage([](ZipEntry& entry) {
          entry.stored = entry.size = 0xffffffffU;
          entry.extra = zip64Extra({8, 8});
        }));
    add("a folder with a point in its name", zip({{"net.v1..2/data.pkl", kPickle}, {"net.v1..2/data/0", kStorage}}));
  }
  void whatIsHonestOpens() {
    QFETCH(QByteArray, bytes);
    const Outcome outcome = openBytes(bytes.toStdString());
    QVERIFY2(outcome.checkpoint, outcome.message.c_str());
    const TensorView* weight = tensorNamed(*outcome.checkpoint, "", "w");
    QVERIFY(weight);
    QCOMPARE(weight->toFloat32(), (std::vector<float>{1, 2}));
  }

  void whatLiesIsRefused_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("part");
    liesOfEntries();
    liesOfTheEnd();
    wrongArchives();
  }
  void whatLiesIsRefused() {
    QFETCH(QByteArray, bytes);
    QFETCH(int, kind);
    QFETCH(QString, part);
    VERIFY_REFUSED(openBytes(bytes.toStdString()), static_cast<Kind>(kind), part.toStdString());
  }

  void entriesAreLimited() {
    ReadControl control;
    control.limits.zipEntries = 2;
    VERIFY_REFUSED(openBytes(zip(honest()), "case.pth", control), Kind::Limit, "more entries than any");
  }

  /// Its program is told of and left alone, compressed as it may be; its weights are data.
  void aTorchScriptArchiveIsReadAsData_data() {
    QTest::addColumn<QByteArray>("bytes");
    const auto add = [](const char* name, const ZipEntry& entry) {
      QTest::newRow(name) << QByteArray::fromStdString(torchZip(kPickle, {entry}));
    };
    add("by its constants", {"a/constants.pkl", pickle(")")});
    add("by its code", {"a/code/__torch__.py", "x"});
    add("by its compressed code", {.name = "a/code/__torch__.py", .content = "x", .method = 8});
  }
  void aTorchScriptArchiveIsReadAsData() {
    QFETCH(QByteArray, bytes);
    const Outcome outcome = openBytes(bytes.toStdString(), "case.pt");
    QVERIFY2(outcome.checkpoint, outcome.message.c_str());
    QCOMPARE(outcome.checkpoint->container, std::string("TorchScript"));
    QCOMPARE(outcome.checkpoint->notes,
             (std::vector<std::string>{"The file carries a program (TorchScript). Reading it ran nothing."}));
  }
};

QTEST_APPLESS_MAIN(HostileZipTest)
#include "hostile_zip_test.moc"

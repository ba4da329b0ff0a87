// What lies in checkpoints beside plain tensors: NumPy's arrays, tensors of unusual make, other people's objects; and
// values that were chosen to be slow.
#include "tests/model/checkpoint/checkpoint_bench.h"

#include <QElapsedTimer>

using namespace loom::model;
using namespace loom::test;

namespace {

Outcome openValue(const std::string& value) { return openBytes(torchZip(pickle(value))); }

void compare(const Checkpoint& checkpoint, const std::string& name, DType dtype, const std::vector<std::int64_t>& shape,
             const std::vector<float>& values) {
  const TensorView* tensor = tensorNamed(checkpoint, "", name);
  QVERIFY2(tensor, (name + " is missing").c_str());
  QCOMPARE(tensor->dtype, dtype);
  QCOMPARE(tensor->shape, shape);
  QCOMPARE(tensor->toFloat32(), values);
}

/// An array of two float32, 1 and 2, and the lies that it may tell.
struct ArrayClaim {
  std::string shape = tuple({"K\x02"});
  std::string type = "f4";
  std::string order = "<";
  std::string bytes = std::string("C\x08") + le(1.0F) + le(2.0F);
  std::string package = "numpy._core.multiarray";
};

std::string numpyType(const ArrayClaim& claim) {
  return call(global("numpy", "dtype"), {text(claim.type), "\x89", "\x88"}) +
         tuple({"K\x03", text(claim.order), "N", "N", "N", "K\x01", "K\x01", std::string("K\x00", 2)}) + "b";
}

std::string array(const ArrayClaim& claim = {}) {
  return call(global(claim.package, "_reconstruct"), {global("numpy", "ndarray"), tuple({}), text("b")}) +
         tuple({"K\x01", claim.shape, numpyType(claim), "\x89", claim.bytes}) + "b";
}

std::string encoded(const std::string& utf8, const std::string& encoding = "latin1") {
  return call(global("_codecs", "encode"), {text(utf8), text(encoding)});
}

void verifyFast(const std::string& value) {
  QElapsedTimer timer;
  timer.start();
  const Outcome outcome = openValue(value);
  QVERIFY2(outcome.checkpoint, outcome.message.c_str());
  // Seconds here, minutes or more where the cost grows with the square of the file.
  QVERIFY2(timer.elapsed() < 20000, qPrintable(QString::number(timer.elapsed())));
}

}  // namespace

class OtherValuesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void arraysAreTensors_data() {
    QTest::addColumn<QString>("file");
    for (const char* name : {"arrays-p2.pth", "arrays-p4.pth", "arrays-p5.pth"}) {
      QTest::newRow(name) << name;
    }
  }
  void arraysAreTensors() {
    QFETCH(QString, file);
    const Checkpoint checkpoint = readCheckpoint(dataFile(file.toStdString()));
    QCOMPARE(checkpoint.groups.size(), std::size_t{1});
    compare(checkpoint, "ramp", DType::F32, {2, 3}, {0, 1, 2, 3, 4, 5});
    compare(checkpoint, "fortran", DType::F32, {2, 3}, {0, 1, 2, 3, 4, 5});
    compare(checkpoint, "half", DType::F16, {6}, {0, 0.25F, 0.5F, 0.75F, 1, 1.25F});
    compare(checkpoint, "long", DType::I64, {2}, {-1, 0x1p40F});
    compare(checkpoint, "empty", DType::F64, {0, 2}, {});
    compare(checkpoint, "flags", DType::Bool, {2}, {1, 0});
    const std::vector<std::pair<std::string, std::string>> expected{
        {"loss", "0.1"}, {"step", "1152921504606846976"}, {"rate", "0.25"}, {"done", "True"}};
    QCOMPARE(checkpoint.metadata, expected);
    QVERIFY2(checkpoint.notes.empty(), checkpoint.notes.empty() ? "" : checkpoint.notes[0].c_str());
  }

  void arraysThatLie_data() {
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("part");
    const auto row = [](const char* name, const ArrayClaim& claim, const char* part, Kind kind = Kind::Broken) {
      QTest::newRow(name) << QByteArray::fromStdString(array(claim)) << static_cast<int>(kind) << part;
    };
    row("too few bytes", {.bytes = "C\x04" + le(1.0F)}, "not as many bytes");
    row("too many bytes", {.shape = tuple({"K\x01"})}, "not as many bytes");
    row("a shape that overflows", {.shape = integers({std::int64_t{1} << 40, std::int64_t{1} << 40})}, "overflows");
    row("a negative size", {.shape = integers({-2})}, "its shape is no list of numbers");
    row("65 dimensions", {.shape = integers(std::vector<std::int64_t>(65, 1))}, "more dimensions");
    row("a shape of texts", {.shape = tuple({text("2")})}, "its shape is no list of numbers");
    row("big-endian numbers", {.order = ">"}, "big-endian", Kind::Unsupported);
    row("objects", {.type = "O8"}, "number type (NumPy's O8)", Kind::Unsupported);
    row("texts", {.type = "U5"}, "number type (NumPy's U5)", Kind::Unsupported);
    row("a list of objects as content", {.bytes = "](NNe"}, "not plain bytes", Kind::Unsupported);
    row("bytes in a text that cannot hold them", {.bytes = encoded("\xe2\x82\xac")}, "its bytes are damaged");
    row("bytes in a cut text", {.bytes = encoded("\xc3")}, "its bytes are damaged");
    row("bytes in another encoding", {.bytes = encoded("abcdefgh", "utf-16")}, "not plain bytes", Kind::Unsupported);
    const std::string bare = call(global("numpy._core.multiarray", "_reconstruct"), {});
    QTest::newRow("no state") << QByteArray::fromStdString(bare) << static_cast<int>(Kind::Broken) << "incomplete";
    QTest::newRow("an array in itself") << QByteArray::fromStdString(bare + std::string("q\x00", 2) + "(" +
                                                                     std::string("h\x00h\x00h\x00h\x00h\x00", 10) +
                                                                     "tb")
                                        << static_cast<int>(Kind::Broken) << "number type is missing";
  }
  void arraysThatLie() {
    QFETCH(QByteArray, value);
    QFETCH(int, kind);
    QFETCH(QString, part);
    VERIFY_REFUSED(openValue(dict({{"w", value.toStdString()}})), static_cast<Kind>(kind), part.toStdString());
  }

  void arraysOfEveryMake_data() {
    QTest::addColumn<QByteArray>("value");
    const auto row = [](const char* name, const ArrayClaim& claim) {
      QTest::newRow(name) << QByteArray::fromStdString(array(claim));
    };
    const std::string eight = le(1.0F) + le(2.0F);
    row("NumPy 2", {});
    row("NumPy 1", {.package = "numpy.core.multiarray"});
    row("a text of Python 2", {.bytes = "U\x08" + eight});
    row("a quoted text of protocol 0", {.bytes = "S'\\x00\\x00\\x80?\\x00\\x00\\x00@'\n"});
    row("an encoded text", {.bytes = encoded(std::string("\0\0\xc2\x80?\0\0\0@", 9))});
  }
  void arraysOfEveryMake() {
    QFETCH(QByteArray, value);
    const Outcome outcome = openValue(dict({{"w", value.toStdString()}}));
    QVERIFY2(outcome.checkpoint, outcome.message.c_str());
    compare(*outcome.checkpoint, "w", DType::F32, {2}, {1, 2});
  }

  void tensorsOfOtherFunctions() {
    const Checkpoint checkpoint = readCheckpoint(dataFile("wrapped.pth"));
    compare(checkpoint, "tagged", DType::F32, {2}, {1, 2});
    compare(checkpoint, "parameter", DType::F32, {1}, {3});
    compare(checkpoint, "buffer", DType::F32, {1}, {4});
    QCOMPARE(told(checkpoint, "device"), std::string("cuda:1"));
    QCOMPARE(told(checkpoint, "size"), std::string("[2, 3]"));
    QCOMPARE(told(checkpoint, "type"), std::string("torch.float16"));
    QVERIFY2(checkpoint.notes.empty(), checkpoint.notes.empty() ? "" : checkpoint.notes[0].c_str());
  }

  /// A tensor is read or refused by name, never left out.
  void tensorsThatAreNotRead() {
    VERIFY_REFUSED(openPath(dataFile("uint16.pth")), Kind::Unsupported, "the tensor w: its number type (uint16)");
    VERIFY_REFUSED(openPath(dataFile("sparse.pth")), Kind::Unsupported,
                   "a kind that is not supported (_rebuild_sparse");
    VERIFY_REFUSED(openValue(dict({{"w", call(global("torch._utils", "_rebuild_tensor_v2"), {storageId({})})}})),
                   Kind::Broken, "the tensor w: it lacks its size");
  }

  void objectsAreWalkedAsData() {
    const std::string point = global("my.net", "Point") + tuple({tensor(), "K\x03"}) + "\x81";
    const std::string keywords = global("my.net", "Net") + ")" + dict({{"nz", "K\x64"}, {"w", tensor()}}) + "\x92";
    const std::string options = global("argparse", "Namespace") + ")\x81" + dict({{"lr", "K\x02"}}) + "b";
    const std::string old = global("copy_reg", "_reconstructor") +
                            tuple({global("my.net", "Old"), global("__builtin__", "object"), "N"}) + "R" + tensor() +
                            "b";
    const Outcome outcome = openValue(dict({{"point", point}, {"net", keywords}, {"opt", options}, {"old", old}}));
    QVERIFY2(outcome.checkpoint, outcome.message.c_str());
    QVERIFY(tensorNamed(*outcome.checkpoint, "point", "0"));
    QVERIFY(tensorNamed(*outcome.checkpoint, "net", "w"));
    QCOMPARE(told(*outcome.checkpoint, "point.1"), std::string("3"));
    QCOMPARE(told(*outcome.checkpoint, "net.nz"), std::string("100"));
    QCOMPARE(told(*outcome.checkpoint, "opt.lr"), std::string("2"));
    QVERIFY(tensorNamed(*outcome.checkpoint, "old", "state"));
    const std::string suffix = ". It was read as data; nothing of it was run.";
    QCOMPARE(outcome.checkpoint->notes,
             (std::vector<std::string>{"The file names my.net.Point" + suffix, "The file names my.net.Net" + suffix,
                                       "The file names my.net.Old" + suffix}));
  }

  void textsOfProtocol0() {
    const Outcome outcome = openValue("(S'uni'\nV\\u00fc\\U0001f3a8\xe4 \\n\nd");
    QVERIFY2(outcome.checkpoint, outcome.message.c_str());
    QCOMPARE(told(*outcome.checkpoint, "uni"), std::string("ü🎨ä \\n"));
    for (const char* broken : {"V\\u12\n", "V\\uzzzz\n", "V\\Uffffffff\n", "V\\U00\n"}) {
      VERIFY_REFUSED(openValue(broken), Kind::Broken, "damaged escape");
    }
  }

  /// Numbers that would all meet in one place of a hash table.
  void aMemoCannotBeMadeSlow() {
    std::string value = "N";
    for (std::uint64_t i = 0; i < 400'000; ++i) {
      value += "p" + std::to_string(i * 712'697) + "\n";
    }
    verifyFast(value);
  }

  /// Python 2's OrderedDicts, all of one list of pairs.
  void sharedPairsCannotBeMadeSlow() {
    std::string value = global("collections", "OrderedDict") + std::string("q\x01", 2) + "0](";
    for (std::int32_t i = 0; i < 30'000; ++i) {
      value += "](J" + le(i) + "Ne";
    }
    value += std::string("e\x85q\x02", 4) + "0](";
    for (int i = 0; i < 30'000; ++i) {
      value += std::string("h\x01h\x02R", 5);
    }
    verifyFast(value + "e");
  }

  void whatItIsInsteadIsTold_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("part");
    const auto row = [](const char* name, const std::string& bytes, const char* part) {
      QTest::newRow(name) << QByteArray::fromStdString(bytes) << part;
    };
    row("Git LFS", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull");
    row("a web page", " \n<!DOCTYPE HTML><html></html>", "it is a web page");
    row("a text", "These are my notes.\n", "it is a text file");
    row("Keras", "\x89HDF\r\n\x1a\n", "it is an HDF5 file");
    row("gzip", "\x1f\x8b\x08", "packed with gzip");
    row("tar", std::string(257, 'x') + "ustar", "a tar archive");
    row("a picture", "\x89PNG\r\n\x1a\n", "it is a picture");
    row("a pickle", std::string("\x80\x02}q\x00.", 6), "it is a pickle, but there are no tensors in it");
    row("something", std::string("\x01\x02\x03", 3), "it is neither safetensors nor written by torch.save");
  }
  void whatItIsInsteadIsTold() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, part);
    VERIFY_REFUSED(openBytes(bytes.toStdString()), Kind::NotACheckpoint, part.toStdString());
  }

  /// Large enough to be mapped: another program's write shows in the bytes at once.
  void aFileThatChangesWhileItIsReadIsRefused() {
    const QTemporaryDir folder;
    const QString path = folder.filePath("run.pth");
    const std::string bytes = torchZip(pickle(dict({{"w", tensor()}})), {{"a/data/1", std::string(33U << 20U, '\0')}});
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(bytes.data(), static_cast<qint64>(bytes.size())), static_cast<qint64>(bytes.size()));
    QVERIFY(file.flush());
    QVERIFY(openPath(path.toStdString()).checkpoint);
    bool touched = false;
    const ReadControl control{.stop = {},
                              .progress =
                                  [&](double) {
                                    if (!touched) {
                                      touched = file.write("x") == 1 && file.flush();
                                    }
                                  },
                              .limits = {}};
    VERIFY_REFUSED(openPath(path.toStdString(), control), Kind::CannotOpen, "it was changed while it was read");
    QVERIFY(touched);
  }
};

QTEST_APPLESS_MAIN(OtherValuesTest)
#include "other_values_test.moc"

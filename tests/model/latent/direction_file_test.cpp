// Directions out of files that NumPy, PyTorch and others wrote (tests/data/directions/make_files.py), and out of files that
// lie.
#include "model/checkpoint/checkpoint_reader.h"
#include "model/checkpoint/safetensors_writer.h"
#include "model/direction_file.h"
#include "tests/refusal.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace loom::model;

namespace {

constexpr const char* kFolder = LOOM_TEST_DATA "/directions/files/";

/// What every file of three holds, as it was written: not of length 1.
const FloatTensor& table() {
  static const FloatTensor kTable = readTable(std::string(kFolder) + "float32.npy");
  return kTable;
}

double lengthOf(std::size_t row) {
  double squares = 0.0;
  for (std::size_t i = 0; i < 8; ++i) {
    squares += static_cast<double>(table().values[row * 8 + i]) * table().values[row * 8 + i];
  }
  return std::sqrt(squares);
}

/// The largest difference to the table with rows of length 1.
double worstDifference(const FloatTensor& directions) {
  double worst = 0.0;
  for (std::size_t i = 0; i < directions.values.size(); ++i) {
    worst = std::max(worst, std::abs(directions.values[i] - table().values[i] / lengthOf(i / 8)));
  }
  return worst;
}

std::string npy(const std::string& header, const std::string& data, char version = 1) {
  std::string text("\x93NUMPY", 6);
  text += version;
  text += '\0';
  text += static_cast<char>(header.size() & 0xff);
  text += static_cast<char>(header.size() >> 8);
  if (version > 1) {
    text += std::string(2, '\0');
  }
  return text + header + data;
}

std::string floats(std::initializer_list<float> values) {
  return {reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(float)};
}

}  // namespace

class DirectionFileTest : public QObject {
  Q_OBJECT

  QTemporaryDir m_folder;

  std::string write(const QString& name, const QByteArray& bytes) const {
    QFile file(m_folder.filePath(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) {
      qFatal("the test's file could not be written");
    }
    return file.fileName().toStdString();
  }

  /// The sentence that reading the file is refused with.
  static QString refusalOf(const std::string& path, int dimensions = 0) {
    try {
      readDirections(path, dimensions);
    } catch (const CheckpointError& error) {
      return QString::fromUtf8(error.what());
    } catch (const ModelError& error) {
      return QString::fromUtf8(error.what());
    }
    return {};
  }

 private Q_SLOTS:
  void everyKindOfFileIsRead_data() {
    QTest::addColumn<double>("rounding");
    QTest::addColumn<bool>("strengths");
    QTest::newRow("float32.npy") << 1e-6 << false;
    QTest::newRow("float64_columns_first.npy") << 1e-6 << false;
    QTest::newRow("float16_ganspace.npy") << 1e-3 << false;
    QTest::newRow("three.safetensors") << 1e-6 << true;
    QTest::newRow("three.pt") << 1e-6 << false;
    QTest::newRow("named.csv") << 1e-6 << false;
    QTest::newRow("savetxt.csv") << 1e-6 << false;
  }
  void everyKindOfFileIsRead() {
    QFETCH(double, rounding);
    QFETCH(bool, strengths);
    const FileDirections found = readDirections(std::string(kFolder) + QTest::currentDataTag(), 8);
    QCOMPARE(found.directions.shape, (std::vector<std::int64_t>{3, 8}));
    QVERIFY2(worstDifference(found.directions) < rounding, qPrintable(QString::number(worstDifference(found.directions))));
    if (strengths) {
      QCOMPARE(found.units, (std::vector<float>{3.0F, 2.0F, 1.0F}));
      QCOMPARE(found.space, std::string("w"));
      QCOMPARE(found.layers, (std::vector<std::pair<int, int>>(3, {2, 5})));
    } else {
      QCOMPARE(found.units[0], 0.0F);  // of length 1: it says nothing of a step
      QVERIFY(std::abs(found.units[1] - lengthOf(1)) < 2e-3 && std::abs(found.units[2] - lengthOf(2)) < 2e-3);
      QCOMPARE(found.layers, (std::vector<std::pair<int, int>>(3, {0, -1})));
    }
  }

  void aSingleBoundaryIsOne() {
    for (const char* name : {"one.npy", "boundary.safetensors"}) {
      const FileDirections found = readDirections(std::string(kFolder) + name, 8);
      QCOMPARE(found.directions.shape, (std::vector<std::int64_t>{1, 8}));
      QVERIFY(worstDifference(found.directions) < 1e-6);
      QCOMPARE(found.units, std::vector<float>{0.0F});
    }
  }

  void namesAreRead() {
    const FileDirections found = readDirections(std::string(kFolder) + "named.csv");
    QCOMPARE(found.names, (std::vector<std::string>{"smile", "age, \"old\"", "Brille ü"}));
    QVERIFY(readDirections(std::string(kFolder) + "savetxt.csv").names.empty());
    const FileDirections other = readDirections(write("semicolons.csv", "\xef\xbb\xbf# mine\r\nup;1;0\r\n\r\na\x1b[31mb;0;+2.5e0\r\n"));
    QCOMPARE(other.names, (std::vector<std::string>{"up", "a?[31mb"}));
    QCOMPARE(other.directions.values, (std::vector<float>{1, 0, 0, 1}));
    QCOMPARE(other.units, (std::vector<float>{0.0F, 2.5F}));
  }

  void eigenvaluesAreNoSteps() {
    const std::string path = m_folder.filePath("sefa.safetensors").toStdString();
    const std::vector<std::pair<std::string, FloatTensor>> tensors{{"directions", {{1, 2}, {1, 0}}}, {"strengths", {{1}, {44}}}};
    writeSafetensors(path, tensors, {{"method", "sefa"}, {"space", "w"}});
    QCOMPARE(readDirections(path).units, std::vector<float>{0.0F});
    auto more = tensors;
    more.emplace_back("units", FloatTensor{{1}, {0.5F}});
    writeSafetensors(path, more, {{"method", "sefa"}, {"space", "w"}});
    QCOMPARE(readDirections(path).units, std::vector<float>{0.5F});
  }

  void seedsAreATable() {
    const FloatTensor seeds = readTable(std::string(kFolder) + "seeds.npy");
    QCOMPARE(seeds.shape, (std::vector<std::int64_t>{7, 1}));
    QCOMPARE(seeds.values.front(), 5.0F);
    QCOMPARE(seeds.values.back(), 11.0F);
    QVERIFY(loom::test::refusal<ModelError>([] { readTable(std::string(kFolder) + "float16_ganspace.npy"); }).find("3 x 1 x 8") !=
            std::string::npos);
  }

  void whatIsOfAnotherModelIsTold() {
    for (const char* name : {"float32.npy", "three.safetensors", "savetxt.csv"}) {
      const QString message = refusalOf(std::string(kFolder) + name, 512);
      QVERIFY2(message.startsWith(name) && message.contains("have 8 dimensions") && message.contains("512"), qPrintable(message));
    }
    QVERIFY(refusalOf(std::string(kFolder) + "float32.npy", 3).contains("transpose"));
  }

  void foreignFilesAreTold_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("told");
    const auto row = [](const char* tag, const std::string& bytes, const char* name, const char* told) {
      QTest::newRow(tag) << QByteArray::fromStdString(bytes) << name << told;
    };
    const std::string good = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }";
    row("empty", "", "a.npy", "empty");
    row("no npy", "hello, hello, hello", "a.npy", "no NumPy array");
    row("cut in its header", npy(good, "").substr(0, 30), "a.npy", "ends too early");
    row("cut in its numbers", npy(good, floats({1})), "a.npy", "ends too early");
    row("numbers behind its end", npy(good, floats({1, 2, 3})), "a.npy", "more than the array");
    row("version 9", npy(good, floats({1, 2}), 9), "a.npy", "version 9");
    row("a header of 64 MB", std::string("\x93NUMPY\x02\x00\x00\x00\x00\x04", 12) + good, "a.npy", "bytes long");
    row("an overflow", npy("{'descr': '<f8', 'fortran_order': True, 'shape': (4611686018427387904, 4), }", ""), "a.npy", "larger");
    row("a size beyond", npy("{'descr': '<f8', 'fortran_order': True, 'shape': (99999999999999999999,), }", ""), "a.npy", "header");
    row("a negative size", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 2), }", floats({1, 2})), "a.npy", "header");
    row("code", npy("__import__('os').system('true')", floats({1, 2})), "a.npy", "header");
    row("a key twice", npy("{'descr': '<f4', 'descr': '<f4', 'shape': (2,), }", floats({1, 2})), "a.npy", "header");
    row("a quote left open", npy("{'descr", floats({1, 2})), "a.npy", "header");
    row("objects", npy("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", "xx"), "a.npy", "number type");
    row("nothing in it", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 8), }", ""), "a.npy", "0 x 8");
    row("a single number", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", floats({1})), "a.npy", "a single number");
    row("a zero", npy(good, floats({0, 0})), "a.npy", "zero everywhere");
    row("not a number", npy(good, floats({NAN, 0})), "a.npy", "no numbers");
    row("infinite", npy(good, floats({1, INFINITY})), "a.npy", "no numbers");
    row("csv of words", "a\nb\n", "a.csv", "line 2");
    row("csv of headings alone", "name,w0,w1\n", "a.csv", "no line of numbers");
    row("ragged csv", "1,2,3\n1,2\n", "a.csv", "line 2 has 2 numbers and the first one 3");
    row("csv with a word", "up,1,2\ndown,1,two\n", "a.csv", "line 2 has 'two'");
    row("csv with a gap", "up,1,2\ndown,1,\n", "a.csv", "line 2 has ''");
    row("csv with nan", "up,1,nan\n", "a.csv", "no numbers");
    row("csv with an open quote", "\"up,1,2\n", "a.csv", "not closed");
    row("csv of bytes", std::string("\0\xff\xfe,1\n\0,\xff\n", 11), "a.csv", "line 2");
    std::string wide;
    for (int i = 0; i < 1'100'000; ++i) {
      wide += "1,";
    }
    row("a csv line of a million fields", wide, "a.csv", "more than");
    std::string tall;
    for (int i = 0; i < 10'001; ++i) {
      tall += "1,2\n";
    }
    row("a csv of 10001 directions", tall, "a.csv", "10000 directions");
    row("no safetensors", "hello", "a.safetensors", "not a checkpoint");
  }
  void foreignFilesAreTold() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, name);
    QFETCH(QString, told);
    const QString message = refusalOf(write(name, bytes));
    QVERIFY2(message.contains(told) && message.contains(name), qPrintable(message));
  }

  void otherFilesAreTold() {
    QVERIFY(refusalOf(std::string(kFolder) + "big_endian.npy").contains("big-endian"));
    QVERIFY(refusalOf(std::string(kFolder) + "complex.npy").contains("number type"));
    QVERIFY(refusalOf(std::string(kFolder) + "records.npy").contains("records"));
    QVERIFY(refusalOf(std::string(kFolder) + "missing.npy").contains("missing.npy"));
    const QString checkpoint = refusalOf(LOOM_RESOURCES "/checkpoints/emoji-faces.safetensors");
    QVERIFY2(checkpoint.contains("is it a checkpoint?"), qPrintable(checkpoint));
    const std::string path = m_folder.filePath("b.safetensors").toStdString();
    writeSafetensors(path, {{"directions", {{1, 2}, {1, 0}}}, {"strengths", {{2}, {1, 1}}}});
    QVERIFY(refusalOf(path).contains("1 directions and 2 strengths"));
    writeSafetensors(path, {{"directions", {{1, 2}, {1, 0}}}, {"strengths", {{1}, {-1}}}});
    QVERIFY(refusalOf(path).contains("strength"));
    writeSafetensors(path, {{"directions", {{1, 2, 2}, {1, 0, 1, 0}}}});
    QVERIFY(refusalOf(path).contains("1 x 2 x 2"));
  }
};

QTEST_GUILESS_MAIN(DirectionFileTest)
#include "direction_file_test.moc"

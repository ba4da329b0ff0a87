// What is written is read again, number by number; what cannot be written leaves nothing behind.
#include "model/checkpoint/safetensors_writer.h"

#include "tests/model/checkpoint/checkpoint_bench.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

using namespace loom::model;
using namespace loom::test;

namespace {

using Tensors = std::vector<std::pair<std::string, FloatTensor>>;

}  // namespace

class SafetensorsWriterTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void whatIsWrittenIsRead() {
    const float tiny = std::numeric_limits<float>::denorm_min();
    const Tensors tensors{{"z", {{2, 3}, {0.1F, -0.0F, tiny, std::numeric_limits<float>::infinity(), 5, 6}}},
                          {"scalar", {{}, {7}}},
                          {"empty", {{0, 4}, {}}},
                          {"näme \"quoted\"\n", {{1}, {-1.5F}}},
                          {"a", {{1, 1, 2}, {8, 9}}}};
    const std::vector<std::pair<std::string, std::string>> metadata{{"seed", "42"}, {"title", "größer"}};
    const std::filesystem::path path = file("round.safetensors");
    writeSafetensors(path, tensors, metadata);
    const Checkpoint checkpoint = readCheckpoint(path);
    QCOMPARE(checkpoint.container, std::string("safetensors"));
    QCOMPARE(checkpoint.metadata, metadata);
    QCOMPARE(checkpoint.groups.size(), std::size_t{1});
    QCOMPARE(checkpoint.groups[0].tensors.size(), tensors.size());
    for (const auto& [name, tensor] : tensors) {
      const TensorView* read = tensorNamed(checkpoint, "", name);
      QVERIFY2(read, name.c_str());
      QCOMPARE(read->dtype, DType::F32);
      QCOMPARE(read->shape, tensor.shape);
      const auto values = read->toFloat32();
      QCOMPARE(values.size(), tensor.values.size());
      for (std::size_t i = 0; i < values.size(); ++i) {
        QCOMPARE(std::bit_cast<std::uint32_t>(values[i]), std::bit_cast<std::uint32_t>(tensor.values[i]));
      }
    }
  }

  void theDataAreAligned() {
    for (const char* name : {"a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg", "abcdefgh"}) {
      writeSafetensors(file("aligned.safetensors"), {{name, {{1}, {1}}}});
      const std::string bytes = bytesOf(file("aligned.safetensors"));
      QCOMPARE((bytes.size() - sizeof(float)) % 8, std::size_t{0});
    }
  }

  void everyNumberTypeAndStrideIsWritten_data() {
    QTest::addColumn<QString>("name");
    QTest::newRow("all number types") << QStringLiteral("dtypes.pth");
    QTest::newRow("transposed, sliced and shared") << QStringLiteral("views.pth");
  }
  void everyNumberTypeAndStrideIsWritten() {
    QFETCH(QString, name);
    const Checkpoint source = readCheckpoint((QStringLiteral(LOOM_TEST_DATA "/checkpoints/") + name).toStdString());
    const TensorGroup& group = source.groups.at(0);
    QVERIFY(group.tensors.size() > 2);
    const auto path = file("converted.safetensors");
    writeSafetensors(path, std::span<const TensorView>(group.tensors));
    const Checkpoint written = readCheckpoint(path);
    QCOMPARE(written.groups.at(0).tensors.size(), group.tensors.size());
    for (const TensorView& tensor : group.tensors) {
      const auto& all = written.groups.at(0).tensors;
      const auto it = std::find_if(all.begin(), all.end(), [&](const auto& other) { return other.name == tensor.name; });
      QVERIFY2(it != all.end(), tensor.name.c_str());
      QCOMPARE(it->dtype, tensor.dtype);
      QCOMPARE(it->shape, tensor.shape);
      const auto wanted = tensor.toFloat32();
      const auto got = it->toFloat32();
      QCOMPARE(got.size(), wanted.size());
      for (std::size_t i = 0; i < got.size(); ++i) {
        QVERIFY(got[i] == wanted[i] || (std::isnan(got[i]) && std::isnan(wanted[i])));
      }
    }
  }

  void anOlderFileIsReplaced() {
    writeSafetensors(file("twice.safetensors"), {{"a", {{3}, {1, 2, 3}}}});
    writeSafetensors(file("twice.safetensors"), {{"b", {{1}, {4}}}});
    const Checkpoint checkpoint = readCheckpoint(file("twice.safetensors"));
    QCOMPARE(checkpoint.groups[0].tensors.size(), std::size_t{1});
    QCOMPARE(checkpoint.groups[0].tensors[0].toFloat32(), (std::vector<float>{4}));
    QVERIFY(!std::filesystem::exists(file("twice.safetensors.part")));
  }

  void whatCannotBeWrittenIsRefused_data() {
    QTest::addColumn<int>("number");
    QTest::addColumn<QString>("part");
    QTest::newRow("a name twice") << 0 << "the name a is taken";
    QTest::newRow("the name of the metadata") << 1 << "the name __metadata__ is taken";
    QTest::newRow("too few values") << 2 << "not as many values";
    QTest::newRow("a name that is no UTF-8") << 3 << "not UTF-8";
    QTest::newRow("negative sizes") << 4 << "not as many values";
  }
  void whatCannotBeWrittenIsRefused() {
    QFETCH(int, number);
    QFETCH(QString, part);
    const std::vector<Tensors> cases{{{"a", {{1}, {1}}}, {"a", {{1}, {2}}}},
                                     {{"__metadata__", {{1}, {1}}}},
                                     {{"a", {{3}, {1, 2}}}},
                                     {{"\xff", {{1}, {1}}}},
                                     {{"a", {{-1, -2}, {1, 2}}}}};
    const std::filesystem::path path = file("old.safetensors");
    writeSafetensors(path, {{"old", {{1}, {1}}}});
    try {
      writeSafetensors(path, cases[static_cast<std::size_t>(number)]);
      QFAIL("it was written");
    } catch (const std::runtime_error& error) {
      const QString message = QString::fromUtf8(error.what());
      QVERIFY2(message.contains(part) && message.contains("old.safetensors cannot be written"), error.what());
    }
    QVERIFY(tensorNamed(readCheckpoint(path), "", "old"));
    QVERIFY(!std::filesystem::exists(path.string() + ".part"));
  }

  void aFolderThatIsMissing() {
    QVERIFY_EXCEPTION_THROWN(writeSafetensors(file("missing") / "x.safetensors", Tensors{}), std::runtime_error);
  }

  void aTargetThatIsAFolder() {
    const auto target = file("folder.safetensors");
    std::filesystem::create_directories(target / "inside");
    QVERIFY_EXCEPTION_THROWN(writeSafetensors(target, {{"a", {{1}, {1}}}}), std::runtime_error);
    QVERIFY(std::filesystem::exists(target / "inside"));
    QVERIFY(!std::filesystem::exists(target.string() + ".part"));
  }

  void somebodyElsesFolderInTheWayIsKept() {
    const auto target = file("way.safetensors");
    std::filesystem::create_directory(target.string() + ".part");
    QVERIFY_EXCEPTION_THROWN(writeSafetensors(target, {{"a", {{1}, {1}}}}), std::runtime_error);
    QVERIFY(std::filesystem::exists(target.string() + ".part"));
  }

 private:
  std::filesystem::path file(const char* name) const {
    return m_folder.filePath(QString::fromUtf8(name)).toStdString();
  }
  QTemporaryDir m_folder;
};

QTEST_APPLESS_MAIN(SafetensorsWriterTest)
#include "safetensors_writer_test.moc"

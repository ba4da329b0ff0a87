// Files that torch.save and safetensors wrote (tests/data/checkpoints/make.py), compared number by number.
#include "tests/model/checkpoint/checkpoint_bench.h"

#include <cmath>
#include <limits>

using namespace loom::model;
using namespace loom::test;

namespace {

using Shape = std::vector<std::int64_t>;

/// make.py's dtypes(): a ramp of 24.
std::vector<float> ramp(DType dtype) {
  std::vector<float> values(24);
  for (int i = 0; i < 24; ++i) {
    const auto number = static_cast<float>(i);
    switch (dtype) {
      case DType::Bool:
        values[i] = i % 3 == 0 ? 1.0F : 0.0F;
        break;
      case DType::U8:
        values[i] = number;
        break;
      case DType::I8:
      case DType::I16:
      case DType::I32:
      case DType::I64:
        values[i] = number - 12.0F;
        break;
      default:
        values[i] = number / 4.0F - 2.0F;
    }
  }
  return values;
}

void compare(const Checkpoint& checkpoint, const std::string& group, const std::string& name, const Shape& shape,
             const std::vector<float>& values) {
  const TensorView* tensor = tensorNamed(checkpoint, group, name);
  QVERIFY2(tensor, (group + "/" + name + " is missing").c_str());
  QCOMPARE(tensor->shape, shape);
  QCOMPARE(tensor->toFloat32(), values);
}

}  // namespace

class RealFilesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyNumberTypeIsReadExactly_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("container");
    QTest::newRow("safetensors") << "dtypes.safetensors"
                                 << "safetensors";
    QTest::newRow("zip") << "dtypes.pth"
                         << "PyTorch zip";
    QTest::newRow("legacy") << "dtypes-legacy.pth"
                            << "PyTorch legacy";
  }
  void everyNumberTypeIsReadExactly() {
    QFETCH(QString, file);
    QFETCH(QString, container);
    const Checkpoint checkpoint = readCheckpoint(dataFile(file.toStdString()));
    QCOMPARE(QString::fromStdString(checkpoint.container), container);
    QCOMPARE(checkpoint.groups.size(), std::size_t{1});
    QCOMPARE(checkpoint.groups[0].tensors.size(), std::size_t{10});
    QVERIFY(checkpoint.notes.empty());
    for (const TensorView& tensor : checkpoint.groups[0].tensors) {
      QCOMPARE(tensor.name, std::string(nameOf(tensor.dtype)));
      compare(checkpoint, "", tensor.name, {2, 3, 4}, ramp(tensor.dtype));
    }
  }

  void theirMetadataIsKept() {
    const Checkpoint checkpoint = readCheckpoint(dataFile("dtypes.safetensors"));
    QCOMPARE(told(checkpoint, "made by"), std::string("make.py"));
    QCOMPARE(told(checkpoint, "nz"), std::string("100"));
  }

  void tensorsStandInTheFilesOrder() {
    const Checkpoint zip = readCheckpoint(dataFile("dtypes.pth"));
    QCOMPARE(zip.groups[0].tensors.front().name, std::string("float16"));
    QCOMPARE(zip.groups[0].tensors.back().name, std::string("bool"));
  }

  void numbersAtTheEdges_data() {
    QTest::addColumn<QString>("file");
    QTest::newRow("zip") << "specials.pth";
    QTest::newRow("safetensors") << "specials.safetensors";
  }
  void numbersAtTheEdges() {
    QFETCH(QString, file);
    const Checkpoint checkpoint = readCheckpoint(dataFile(file.toStdString()));
    const float infinity = std::numeric_limits<float>::infinity();
    // 65504 and 1/3 as each type rounds them.
    const std::vector<std::pair<std::string, std::vector<float>>> expected{
        {"half", {0.0F, -0.0F, 0x1p-24F, -0x1p-24F, 0x1p-14F, 65504.0F, infinity, -infinity, 0.0F, 0x1.554p-2F}},
        {"brain", {0.0F, -0.0F, 0x1p-24F, -0x1p-24F, 0x1p-14F, 65536.0F, infinity, -infinity, 0.0F, 0x1.56p-2F}},
        {"double", {0.0F, -0.0F, 0x1p-24F, -0x1p-24F, 0x1p-14F, 65504.0F, infinity, -infinity, 0.0F, 1.0F / 3.0F}}};
    for (const auto& [name, values] : expected) {
      const TensorView* tensor = tensorNamed(checkpoint, "", name);
      QVERIFY(tensor);
      const std::vector<float> read = tensor->toFloat32();
      QCOMPARE(read.size(), values.size());
      for (std::size_t i = 0; i < read.size(); ++i) {
        if (i == 8) {
          QVERIFY2(std::isnan(read[i]), name.c_str());
          continue;
        }
        QVERIFY2(read[i] == values[i] && std::signbit(read[i]) == std::signbit(values[i]),
                 (name + "[" + std::to_string(i) + "] is " + std::to_string(read[i])).c_str());
      }
    }
  }

  void viewsAreReadByTheirStrides_data() {
    QTest::addColumn<QString>("file");
    QTest::newRow("zip") << "views.pth";
    QTest::newRow("legacy") << "views-legacy.pth";
  }
  void viewsAreReadByTheirStrides() {
    QFETCH(QString, file);
    const Checkpoint checkpoint = readCheckpoint(dataFile(file.toStdString()));
    std::vector<float> whole(48);
    std::vector<float> odd(24);
    for (int i = 0; i < 48; ++i) {
      whole[i] = static_cast<float>(i);
      if (i % 2) {
        odd[i / 2] = static_cast<float>(i);
      }
    }
    compare(checkpoint, "", "transposed", {4, 3}, {0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11});
    compare(checkpoint, "", "channels_last", {2, 3, 4, 2}, whole);
    compare(checkpoint, "", "every_second", {24}, odd);
    compare(checkpoint, "", "whole", {10}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
    compare(checkpoint, "", "tail", {4}, {6, 7, 8, 9});
    compare(checkpoint, "", "expanded", {3, 2}, {5, 5, 5, 5, 5, 5});
    compare(checkpoint, "", "scalar", {}, {2.5F});
    compare(checkpoint, "", "empty", {0, 3}, {});
    compare(checkpoint, "", "one", {1, 1}, {1.0F});
  }

  void sharedStoragesAreSharedNotCopied() {
    const Checkpoint checkpoint = readCheckpoint(dataFile("views.pth"));
    const auto* whole = tensorNamed(checkpoint, "", "whole");
    const auto* tail = tensorNamed(checkpoint, "", "tail");
    QVERIFY(whole && tail);
    QVERIFY(whole->bytes.data() + 6 * sizeof(float) == tail->bytes.data());
  }

  void aTrainingRunsDictionary_data() {
    QTest::addColumn<QString>("file");
    for (int protocol = 2; protocol <= 5; ++protocol) {
      for (const char* kind : {"", "-legacy"}) {
        const QString name = QStringLiteral("training-p%1%2.pth").arg(protocol).arg(QLatin1String(kind));
        QTest::newRow(qPrintable(name)) << name;
      }
    }
  }
  void aTrainingRunsDictionary() {
    QFETCH(QString, file);
    const Checkpoint checkpoint = readCheckpoint(dataFile(file.toStdString()));
    std::vector<std::string> names;
    for (const TensorGroup& group : checkpoint.groups) {
      names.push_back(group.name);
    }
    QCOMPARE(names, (std::vector<std::string>{"netG_state_dict", "netD_state_dict", "optimizer.state.0",
                                              "ema.shadow_params"}));
    compare(checkpoint, "netG_state_dict", "main.0.weight", {2, 3}, {0, 1, 2, 3, 4, 5});
    compare(checkpoint, "netG_state_dict", "main.0.bias", {2}, {0.5F, -0.5F});
    compare(checkpoint, "netD_state_dict", "main.0.weight", {1, 2}, {7, 7});
    compare(checkpoint, "optimizer.state.0", "step", {}, {4});
    compare(checkpoint, "ema.shadow_params", "1", {1}, {3});
    QCOMPARE(told(checkpoint, "epoch"), std::string("3"));
    QCOMPARE(told(checkpoint, "loss"), std::string("0.25"));
    QCOMPARE(told(checkpoint, "done"), std::string("True"));
    QCOMPARE(told(checkpoint, "name"), std::string("dcgan"));
    QCOMPARE(told(checkpoint, "nothing"), std::string("(nothing)"));
    QCOMPARE(told(checkpoint, "sizes"), std::string("[64, [3, 64.5]]"));
    QCOMPARE(told(checkpoint, "optimizer.param_groups.0.lr"), std::string("0.0002"));
    QVERIFY2(checkpoint.notes.empty(), checkpoint.notes.empty() ? "" : checkpoint.notes[0].c_str());
  }

  void torchsOwnVersionNumbersAreNoMetadata() {
    const Checkpoint checkpoint = readCheckpoint(dataFile("training-p2.pth"));
    for (const auto& [key, value] : checkpoint.metadata) {
      QVERIFY2(key.find("_metadata") == std::string::npos, key.c_str());
    }
  }

  void aLoneTensorIsAGroupOfOne() {
    const Checkpoint checkpoint = readCheckpoint(dataFile("lone.pth"));
    QCOMPARE(checkpoint.groups.size(), std::size_t{1});
    compare(checkpoint, "", "tensor", {1, 2}, {1, 2});
    QVERIFY(checkpoint.notes.empty());
  }

  void complexNumbersAreRefusedByName() {
    VERIFY_REFUSED(openPath(dataFile("complex.pth")), Kind::Unsupported,
                   "the tensor w: its number type (ComplexFloatStorage)");
  }
};

QTEST_APPLESS_MAIN(RealFilesTest)
#include "real_files_test.moc"

// CycleGAN, pix2pix and StarGAN of other sizes and options than the oracle's, equal to what PyTorch computes
// (tests/data/pictures/make_references.py); and files that only look like theirs.
#include "model/checkpoint/checkpoint_reader.h"
#include "model/generators/architecture.h"
#include "model/opened_model.h"

#include <QTest>

#include <cmath>
#include <map>

using namespace loom::model;

namespace {

constexpr double kTolerance = 1e-4;  // of the largest magnitude

using Tensors = std::map<std::string, FloatTensor>;

std::string reference(const QString& name) {
  return (QStringLiteral(LOOM_TEST_DATA "/pictures/%1.safetensors").arg(name)).toStdString();
}

Tensors tensorsOf(const std::string& path) {
  const Checkpoint file = readCheckpoint(path);
  Tensors tensors;
  for (const TensorView& tensor : file.groups.at(0).tensors) {
    tensors[tensor.name] = {tensor.shape, tensor.toFloat32()};
  }
  return tensors;
}

/// Largest difference as a share of the largest magnitude expected.
double difference(const FloatTensor& got, const FloatTensor& expected) {
  if (got.shape != expected.shape) {
    return INFINITY;
  }
  double largest = 0.0;
  double apart = 0.0;
  for (std::size_t i = 0; i < expected.values.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(expected.values[i])));
    const double off = std::abs(static_cast<double>(got.values[i]) - expected.values[i]);
    apart = std::isnan(off) ? INFINITY : std::max(apart, off);
  }
  return apart / largest;
}

/// What is said of the file by its name: "Norm", "Halvings", …
std::string option(const GeneratorInfo& info, const std::string& name) {
  for (const auto& [key, value] : info.options) {
    if (key == name) {
      return value;
    }
  }
  return {};
}

/// A group of tensors whose bytes are few and zero, whatever their shapes say.
TensorGroup groupOf(const std::vector<std::pair<std::string, std::vector<std::int64_t>>>& shapes) {
  static const std::vector<std::byte> kBytes(1 << 20);
  TensorGroup group;
  for (const auto& [name, shape] : shapes) {
    TensorView view;
    view.name = name;
    view.shape = shape;
    view.strides.assign(shape.size(), 0);
    view.bytes = kBytes;
    group.tensors.push_back(view);
  }
  return group;
}

Recognition recognised(const std::string& architecture, const TensorGroup& group) {
  for (const Architecture& candidate : architectures()) {
    if (candidate.name == architecture) {
      return candidate.recognise(group, {});
    }
  }
  throw std::runtime_error("there is no architecture " + architecture);
}

using Shapes = std::vector<std::pair<std::string, std::vector<std::int64_t>>>;

const Shapes kResnet{{"model.1.weight", {2, 3, 7, 7}},
                     {"model.1.bias", {2}},
                     {"model.4.weight", {4, 2, 3, 3}},
                     {"model.4.bias", {4}},
                     {"model.7.conv_block.1.weight", {4, 4, 3, 3}},
                     {"model.7.conv_block.1.bias", {4}},
                     {"model.7.conv_block.5.weight", {4, 4, 3, 3}},
                     {"model.7.conv_block.5.bias", {4}},
                     {"model.8.weight", {4, 2, 3, 3}},
                     {"model.8.bias", {2}},
                     {"model.12.weight", {3, 2, 7, 7}},
                     {"model.12.bias", {3}}};
const Shapes kUnet{{"model.model.0.weight", {2, 3, 4, 4}},
                   {"model.model.1.model.1.weight", {4, 2, 4, 4}},
                   {"model.model.1.model.3.weight", {4, 2, 4, 4}},
                   {"model.model.3.weight", {4, 3, 4, 4}},
                   {"model.model.3.bias", {3}}};
const Shapes kStargan{{"main.0.weight", {2, 8, 7, 7}},
                      {"main.1.weight", {2}},
                      {"main.1.bias", {2}},
                      {"main.3.main.0.weight", {2, 2, 3, 3}},
                      {"main.3.main.3.weight", {2, 2, 3, 3}},
                      {"main.4.weight", {3, 2, 7, 7}}};

}  // namespace

class PictureGeneratorsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void equalsPyTorch_data() {
    QTest::addColumn<QString>("architecture");
    QTest::addColumn<int>("inputChannels");
    QTest::addColumn<int>("channels");
    QTest::addColumn<int>("multiple");
    QTest::addColumn<QString>("norm");
    QTest::newRow("resnet-batch-zeros-dropout") << "CycleGAN" << 3 << 1 << 4 << "batch";
    QTest::newRow("resnet-batch-zeros") << "CycleGAN" << 1 << 1 << 4 << "batch";
    QTest::newRow("resnet-old-instance-dropout") << "CycleGAN" << 1 << 3 << 4 << "instance";
    QTest::newRow("resnet-resized") << "CycleGAN" << 3 << 3 << 4 << "instance";
    QTest::newRow("resnet-unnormed") << "CycleGAN" << 3 << 3 << 8 << "none";
    QTest::newRow("unet-instance") << "pix2pix" << 1 << 1 << 8 << "instance";
    QTest::newRow("unet-batch") << "pix2pix" << 3 << 1 << 16 << "batch";
    QTest::newRow("unet-unnormed") << "pix2pix" << 1 << 3 << 4 << "none";
    QTest::newRow("stargan-two-labels") << "StarGAN" << 3 << 3 << 2 << "";
  }
  void equalsPyTorch() {
    QFETCH(QString, architecture);
    QFETCH(int, inputChannels);
    QFETCH(int, channels);
    QFETCH(int, multiple);
    QFETCH(QString, norm);
    const std::string path = reference(QString::fromUtf8(QTest::currentDataTag()));
    const Tensors tensors = tensorsOf(path);
    const auto model = OpenedModel::open(path);
    const GeneratorInfo& info = model->info();
    QCOMPARE(QString::fromStdString(info.architecture), architecture);
    QVERIFY(info.input == InputKind::Picture);
    QCOMPARE(info.inputChannels, inputChannels);
    QCOMPARE(info.channels, channels);
    QCOMPARE(info.inputMultiple, multiple);
    QCOMPARE(info.width, 0);
    QCOMPARE(info.height, 0);
    QCOMPARE(QString::fromStdString(option(info, "Norm")), norm);
    QCOMPARE(info.hasNormStatistics, tensors.contains("image_instance"));
    GeneratorInputs inputs;
    inputs.x = tensors.at("x");
    if (tensors.contains("c")) {
      inputs.c = tensors.at("c");
      QVERIFY(info.labels == LabelKind::Attributes);
      QCOMPARE(info.classCount, 2);
    }
    const double apart = difference(model->generate(inputs).image, tensors.at("image"));
    QVERIFY2(apart <= kTolerance, qPrintable(QString::number(apart)));
    if (info.hasNormStatistics) {
      SynthesisSettings settings;
      settings.normStatistics = NormStatistics::Instance;
      const double ownApart = difference(model->generate(inputs, settings).image, tensors.at("image_instance"));
      QVERIFY2(ownApart <= kTolerance, qPrintable(QString::number(ownApart)));
    }
  }

  void refusesAPictureWhoseSidesDoNotFit() {
    const auto model = OpenedModel::open(reference(QStringLiteral("unet-batch")));
    GeneratorInputs inputs;
    inputs.x = FloatTensor{{1, 3, 24, 32}, std::vector<float>(3 * 24 * 32)};
    QVERIFY_EXCEPTION_THROWN(model->generate(inputs), ModelError);
  }

  void theSoundShapesAreRecognised() {
    QVERIFY2(recognised("CycleGAN", groupOf(kResnet)), recognised("CycleGAN", groupOf(kResnet)).mismatch.c_str());
    QVERIFY2(recognised("pix2pix", groupOf(kUnet)), recognised("pix2pix", groupOf(kUnet)).mismatch.c_str());
    QVERIFY2(recognised("StarGAN", groupOf(kStargan)), recognised("StarGAN", groupOf(kStargan)).mismatch.c_str());
  }

  void hostileShapesAreRefusedInWords_data() {
    QTest::addColumn<std::vector<std::int64_t>>("shape");
    QTest::newRow("a single number") << std::vector<std::int64_t>{};
    QTest::newRow("a vector") << std::vector<std::int64_t>{4};
    QTest::newRow("empty") << std::vector<std::int64_t>{0, 0, 3, 3};
    QTest::newRow("huge, of no bytes") << std::vector<std::int64_t>{1LL << 40, 1LL << 40, 3, 3};
    QTest::newRow("large, of few bytes") << std::vector<std::int64_t>{8192, 8192, 7, 7};
    QTest::newRow("too deep") << std::vector<std::int64_t>{2, 2, 2, 2, 2, 2};
  }
  void hostileShapesAreRefusedInWords() {
    QFETCH(std::vector<std::int64_t>, shape);
    const std::pair<const char*, const Shapes*> kinds[] = {
        {"CycleGAN", &kResnet}, {"pix2pix", &kUnet}, {"StarGAN", &kStargan}};
    for (const auto& [name, sound] : kinds) {
      for (std::size_t i = 0; i < sound->size(); ++i) {
        Shapes shapes = *sound;
        if (shapes[i].second == shape) {
          continue;  // a bias of four is one
        }
        shapes[i].second = shape;
        const Recognition recognition = recognised(name, groupOf(shapes));
        QVERIFY2(!recognition, shapes[i].first.c_str());
        QVERIFY(!recognition.mismatch.empty());
      }
    }
  }

  void whatIsMissingOrTooMuchIsNamed() {
    const std::pair<const char*, const Shapes*> kinds[] = {
        {"CycleGAN", &kResnet}, {"pix2pix", &kUnet}, {"StarGAN", &kStargan}};
    for (const auto& [name, sound] : kinds) {
      Shapes more = *sound;
      const std::string prefix = more.front().first.substr(0, more.front().first.find('.') + 1);
      more.emplace_back(prefix + "99.extra", std::vector<std::int64_t>{3});
      const std::string mismatch = recognised(name, groupOf(more)).mismatch;
      if (std::string(name) != "pix2pix") {  // whose own prefix is model.model
        QVERIFY2(mismatch.find("99.extra") != std::string::npos, mismatch.c_str());
      }
      Shapes fewer = *sound;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(fewer.size()) - 2, fewer.end());
      QVERIFY(!recognised(name, groupOf(fewer)));
      QVERIFY(!recognised(name, groupOf({})));
      QCOMPARE(recognised(name, groupOf({})).mismatch.empty(), false);
    }
  }

  void blocksWithinBlocksWithoutEndAreRefused() {
    Shapes shapes;
    std::string path = "model.model.";
    for (int depth = 0; depth < 2000; ++depth) {
      shapes.push_back({path + (depth == 0 ? "0" : "1") + ".weight", {1, 1, 4, 4}});
      shapes.push_back({path + "5.weight", {2, 1, 4, 4}});
      path += depth == 0 ? "1.model." : "3.model.";
    }
    QVERIFY(recognised("pix2pix", groupOf(shapes)).mismatch.find("more than 12") != std::string::npos);
  }
};

QTEST_GUILESS_MAIN(PictureGeneratorsTest)
#include "picture_generators_test.moc"

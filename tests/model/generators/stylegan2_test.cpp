// StyleGAN2 in three layouts: pictures equal to what the original programs compute (tests/data/stylegan2/make.py) on the
// paths that the oracle does not take, and clear refusals of what only looks like one.
#include "model/checkpoint/checkpoint_reader.h"
#include "model/compute_device.h"
#include "model/generators/architecture.h"
#include "model/opened_model.h"
#include "tests/model/generators/references.h"
#include "tests/model/small_checkpoints.h"
#include "tests/model/style_checkpoints.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <map>

using namespace loom::model;
using loom::test::difference;
using loom::test::kTolerance;
using loom::test::NamedTensors;
using loom::test::Tensors;
using loom::test::tensorsOf;

namespace {

constexpr double kPsi = 0.6;         // of make.py

std::filesystem::path data(const std::string& name) {
  return std::filesystem::path(LOOM_TEST_DATA "/stylegan2") / (name + ".safetensors");
}

GeneratorInputs inputsOf(const Tensors& reference) {
  GeneratorInputs inputs{.z = reference.at("z")};
  if (reference.contains("c")) {
    inputs.c = reference.at("c");
  }
  return inputs;
}

/// The stored noise where there is some, else none: what make.py took.
NoiseMode noiseOf(const GeneratorInfo& info) {
  const auto& modes = info.noiseModes;
  return std::find(modes.begin(), modes.end(), NoiseMode::Constant) != modes.end() ? NoiseMode::Constant
                                                                                   : NoiseMode::None;
}

SynthesisSettings settingsFor(const GeneratorInfo& info) {
  SynthesisSettings settings;
  if (!info.noiseModes.empty()) {
    settings.noise = noiseOf(info);
  }
  return settings;
}

Recognition recognition(const std::string& architecture, const Checkpoint& file) {
  for (const Architecture& one : architectures()) {
    if (one.name == architecture) {
      return one.recognise(file.groups.at(0), file);
    }
  }
  throw std::runtime_error("no architecture " + architecture);
}

const std::vector<std::pair<std::string, std::string>> kFiles{
    {"orig", "StyleGAN2"},
    {"skip-separable", "StyleGAN2"},
    {"resnet-square", "StyleGAN2"},
    {"skip-unfiltered", "StyleGAN2"},
    {"one-block", "StyleGAN2"},
    {"tensorflow-skip", "StyleGAN2 (TensorFlow)"},
    {"tensorflow-resnet", "StyleGAN2 (TensorFlow)"},
    {"rosinality", "StyleGAN2 (rosinality)"},
    {"rosinality-early", "StyleGAN2 (rosinality)"},
};

}  // namespace

class Stylegan2Test : public QObject {
  Q_OBJECT

  QTemporaryDir m_folder;

  std::filesystem::path write(const NamedTensors& tensors,
                              const std::vector<std::pair<std::string, std::string>>& metadata = {}) {
    const std::filesystem::path path = m_folder.filePath(QStringLiteral("network.safetensors")).toStdString();
    writeSafetensors(path, tensors, metadata);
    return path;
  }

 private Q_SLOTS:
  void equalsTheOriginal_data() {
    QTest::addColumn<QString>("file");
    for (const auto& [file, architecture] : kFiles) {
      QTest::newRow(file.c_str()) << QString::fromStdString(file);
    }
  }
  void equalsTheOriginal() {
    QFETCH(QString, file);
    const auto model = OpenedModel::open(data(file.toStdString()));
    const Tensors reference = tensorsOf(data(file.toStdString() + ".reference"));
    SynthesisSettings settings = settingsFor(model->info());
    const auto compare = [&](const char* suffix) {
      const GeneratorOutputs got = model->generate(inputsOf(reference), settings);
      const double ws = difference(got.ws, reference.at(std::string("ws") + suffix));
      const double image = difference(got.image, reference.at(std::string("image") + suffix));
      qInfo("ws differs by %.2g, the image by %.2g%s", ws, image, suffix);
      QVERIFY2(ws <= kTolerance && image <= kTolerance, qPrintable(QString::number(image)));
    };
    compare("");
    if (reference.contains("ws truncated")) {
      settings.truncation = kPsi;
      if (!file.startsWith(QStringLiteral("rosinality"))) {  // its program truncates all layers alike
        settings.truncationCutoff = 3;
      }
      compare(" truncated");
    }
  }

  /// A batch and its members one by one take different paths through the convolutions.
  void oneByOneAsInABatch_data() { equalsTheOriginal_data(); }
  void oneByOneAsInABatch() {
    QFETCH(QString, file);
    const auto model = OpenedModel::open(data(file.toStdString()));
    const FloatTensor all = loom::test::wave({3, model->info().styleLayers, model->info().wDim}, 1.0F);
    const SynthesisSettings settings = settingsFor(model->info());
    const FloatTensor together = model->generate({.ws = all}, settings).image;
    const auto perPicture = together.values.size() / 3;
    const auto perStyle = all.values.size() / 3;
    for (std::size_t i = 0; i < 3; ++i) {
      FloatTensor one{{1, all.shape[1], all.shape[2]}, {}};
      one.values.assign(all.values.begin() + static_cast<std::ptrdiff_t>(i * perStyle),
                        all.values.begin() + static_cast<std::ptrdiff_t>((i + 1) * perStyle));
      FloatTensor expected{{1, together.shape[1], together.shape[2], together.shape[3]}, {}};
      expected.values.assign(together.values.begin() + static_cast<std::ptrdiff_t>(i * perPicture),
                             together.values.begin() + static_cast<std::ptrdiff_t>((i + 1) * perPicture));
      QVERIFY(difference(model->generate({.ws = one}, settings).image, expected) <= kTolerance);
    }
  }

  void saysWhatItIs_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QList<int>>("numbers");  // zDim, wDim, styleLayers, classCount, channels, pixels
    QTest::addColumn<bool>("truncates");
    QTest::newRow("orig") << "orig" << QList<int>{7, 12, 6, 0, 3, 16} << true;
    QTest::newRow("skip") << "skip-separable" << QList<int>{5, 9, 6, 3, 1, 16} << false;
    QTest::newRow("resnet") << "resnet-square" << QList<int>{6, 8, 6, 2, 3, 16} << true;
    QTest::newRow("one block") << "one-block" << QList<int>{4, 6, 2, 0, 3, 4} << true;
    QTest::newRow("TensorFlow") << "tensorflow-skip" << QList<int>{6, 8, 6, 3, 3, 16} << true;
    QTest::newRow("rosinality") << "rosinality" << QList<int>{9, 9, 6, 0, 3, 16} << true;
    QTest::newRow("rosinality, no mean") << "rosinality-early" << QList<int>{6, 6, 4, 0, 3, 8} << true;
  }
  void saysWhatItIs() {
    QFETCH(QString, file);
    QFETCH(QList<int>, numbers);
    QFETCH(bool, truncates);
    const GeneratorInfo info = OpenedModel::open(data(file.toStdString()))->info();
    QCOMPARE(info.architecture, std::string("StyleGAN2"));
    const QList<int> told{info.zDim, info.wDim, info.styleLayers, info.classCount, info.channels, info.width};
    QCOMPARE(told, numbers);
    QCOMPARE(info.height, info.width);
    QCOMPARE(info.labels, info.classCount ? LabelKind::Classes : LabelKind::None);
    QCOMPARE(info.truncation, truncates ? Truncation::MeanOfW : Truncation::None);
    QCOMPARE(info.range, ValueRange{});
  }

  void noiseAsTheOriginalChooses() {
    using Modes = std::vector<NoiseMode>;
    const auto modes = [](const char* file) { return OpenedModel::open(data(file))->info().noiseModes; };
    QCOMPARE(modes("orig"), (Modes{NoiseMode::Constant, NoiseMode::Random, NoiseMode::None}));
    QCOMPARE(modes("rosinality"), (Modes{NoiseMode::Random, NoiseMode::Constant, NoiseMode::None}));
    QCOMPARE(modes("rosinality-early"), (Modes{NoiseMode::Random, NoiseMode::None}));
    QCOMPARE(modes("skip-separable"), Modes{});
  }

  void randomNoiseComesFromItsSeed() {
    const auto model = OpenedModel::open(data("orig"));
    const GeneratorInputs inputs{.ws = loom::test::wave({1, 6, 12})};
    const auto pixels = [&](std::uint32_t seed) {
      SynthesisSettings settings;
      settings.noise = NoiseMode::Random;
      settings.noiseSeed = seed;
      return model->generate(inputs, settings).image.values;
    };
    QCOMPARE(pixels(5), pixels(5));
    QVERIFY(pixels(5) != pixels(6));
  }

  /// A lower resolution is what the network without its last block would give.
  void lowerResolutions() {
    const auto whole = OpenedModel::open(data("tensorflow-skip"));
    QCOMPARE(whole->info().resolutions, (std::vector<int>{4, 8, 16}));
    QVERIFY(OpenedModel::open(data("orig"))->info().resolutions.empty());
    QVERIFY(OpenedModel::open(data("resnet-square"))->info().resolutions.empty());
    NamedTensors rest;
    for (const auto& [name, tensor] : tensorsOf(data("rosinality"))) {
      const bool last = name.starts_with("convs.2.") || name.starts_with("convs.3.") || name.starts_with("to_rgbs.1.") ||
                        name == "noises.noise_3" || name == "noises.noise_4";
      if (!last) {
        rest.emplace_back(name, tensor);
      }
    }
    const auto half = OpenedModel::open(write(rest));
    QCOMPARE(half->info().width, 8);
    FloatTensor styles = loom::test::wave({1, 6, 9});
    SynthesisSettings settings;
    settings.noise = NoiseMode::Constant;
    settings.resolution = 8;
    const auto got = OpenedModel::open(data("rosinality"))->generate({.ws = styles}, settings).image;
    styles.shape[1] = 4;
    styles.values.resize(4 * 9);
    settings.resolution = 0;
    QVERIFY(difference(got, half->generate({.ws = styles}, settings).image) <= kTolerance);
  }

  /// Without a stored mean it is drawn, or given.
  void draftsAreClose_data() { equalsTheOriginal_data(); }
  void draftsAreClose() {
    QFETCH(QString, file);
    const auto model = OpenedModel::open(data(file.toStdString()));
    const Tensors reference = tensorsOf(data(file.toStdString() + ".reference"));
    const double error = loom::test::draftError(*model, settingsFor(model->info()), inputsOf(reference));
    QVERIFY2(error <= 0.02 && (error > 0.0 || computeDevice().cuda), qPrintable(QString::number(error)));
  }

  /// At the size where it counts: all widths and both ways of modulation.
  void draftsOfARealSizeAreClose() {
    const auto net = loom::test::randomStylegan2(128, 8192);
    const auto path = write(net.tensors, net.metadata);
    const auto model = OpenedModel::open(path);
    QCOMPARE(model->info().width, 128);
    const GeneratorInputs inputs = model->inputsFor({});
    const double error = loom::test::draftError(*model, settingsFor(model->info()), inputs);
    QVERIFY2(error <= 0.02 && (error > 0.0 || computeDevice().cuda), qPrintable(QString::number(error)));
  }

  /// Every way on from what was kept gives the very picture that comes of nothing kept.
  void keptActivationsChangeNothing_data() { equalsTheOriginal_data(); }
  void keptActivationsChangeNothing() {
    QFETCH(QString, file);
    const auto model = OpenedModel::open(data(file.toStdString()));
    const auto pixelsOf = [&](const LatentState& state, const RenderOptions& options) {
      const Frame frame = model->render(state, 0, {}, nullptr, options);
      return std::vector<std::uint8_t>(frame.pixels.data, frame.pixels.data + 4 * frame.width * frame.height);
    };
    std::vector<LatentState> way(1);
    const auto next = [&]() -> LatentState& { return way.emplace_back(way.back()); };
    for (int layer = model->info().styleLayers - 1; layer >= 0; --layer) {
      next().styleOffsets[{layer, 2}] = 2.0F;
      next();  // again
      next().styleOffsets[{layer, 1}] = -1.0F;
    }
    for (const NoiseMode mode : model->info().noiseModes) {
      next().noise = mode;
      next().noiseSeed = 7;
      next().styleOffsets[{model->info().styleLayers - 2, 1}] = 3.0F;
    }
    for (const int resolution : model->info().resolutions) {
      next().resolution = resolution;
      next().resolution = 0;
    }
    next().seed = 4;
    for (const Precision precision : {Precision::Exact, Precision::Draft}) {
      std::vector<std::uint8_t> before;
      int changes = 0;
      for (const LatentState& state : way) {
        const auto kept = pixelsOf(state, {.precision = precision, .keepActivations = true});
        QVERIFY(kept == pixelsOf(state, {.precision = precision}));
        changes += kept != before ? 1 : 0;
        before = kept;
      }
      QVERIFY(changes > model->info().styleLayers);
    }
  }

  void aCoarsePictureComesFirst() {
    const auto net = loom::test::randomStylegan2(64, 512);
    const auto model = OpenedModel::open(write(net.tensors, net.metadata));
    std::vector<Frame> coarse;
    RenderOptions options;
    options.coarse = [&](Frame frame) { coarse.push_back(std::move(frame)); };
    options.coarseResolution = 16;
    const Frame whole = model->render({}, 5, {}, nullptr, options);
    QCOMPARE(coarse.size(), 1U);
    QCOMPARE(coarse[0].generation, 5U);
    QVERIFY(coarse[0].quality == Quality::Coarse && whole.quality == Quality::Exact);
    QVERIFY(coarse[0].width == 64 && coarse[0].height == 64 && whole.width == 64);  // nothing jumps
    double apart = 0.0;
    for (int i = 0; i < 64 * 64 * 4; ++i) {
      apart += std::abs(static_cast<double>(coarse[0].pixels.data[i]) - whole.pixels.data[i]) / (64 * 64 * 4);
    }
    QVERIFY(apart > 0.0);
    coarse.clear();
    LatentState low;
    low.resolution = 16;
    model->render(low, 6, {}, nullptr, options);
    QVERIFY(coarse.empty());  // there is nothing below
  }

  void aMeanThatIsNotStored() {
    const auto model = OpenedModel::open(data("rosinality-early"));
    const auto styles = [&](const FloatTensor& z, const std::optional<FloatTensor>& mean) {
      SynthesisSettings settings;
      settings.truncation = 0.0;
      settings.truncationCutoff = 3;
      return model->generate({.z = z, .wMean = mean}, settings).ws.values;
    };
    const auto drawn = styles(loom::test::wave({1, 6}), {});
    const auto other = styles(loom::test::wave({1, 6}, 2.0F), {});
    const auto end = [](const std::vector<float>& ws) { return ws.begin() + std::ptrdiff_t{3 * 6}; };
    QVERIFY(std::equal(drawn.begin(), end(drawn), other.begin()));
    QVERIFY(std::all_of(drawn.begin(), end(drawn), [&](float value) { return std::isfinite(value); }));
    const FloatTensor mean = loom::test::wave({1, 6});
    const auto given = styles(loom::test::wave({1, 6}, 2.0F), mean);
    QVERIFY(std::equal(mean.values.begin(), mean.values.end(), given.begin()));
    QVERIFY(!std::equal(mean.values.begin(), mean.values.end(), end(given)));
  }

  /// A flat file of several networks, the averaged one among them.
  void belowAPrefix() {
    Checkpoint checkpoint = readCheckpoint(data("orig"));
    auto& tensors = checkpoint.groups.at(0).tensors;
    const auto plain = tensors;
    tensors.clear();
    for (const char* prefix : {"G.", "G_ema.", "D."}) {
      for (TensorView view : plain) {
        view.name = prefix + view.name;
        tensors.push_back(view);
      }
    }
    const auto answer = recognition("StyleGAN2", checkpoint);
    QVERIFY2(answer, answer.mismatch.c_str());
    QCOMPARE(answer.fileName("mapping.w_avg"), std::string("G_ema.mapping.w_avg"));
  }

  void hostileShapes_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("architecture");
    for (const auto& [file, architecture] : kFiles) {
      QTest::newRow(file.c_str()) << QString::fromStdString(file) << QString::fromStdString(architecture);
    }
  }
  /// Every tensor in every hostile shape, or gone: an answer each time, no exception, and no yes to what does not fit.
  void hostileShapes() {
    QFETCH(QString, file);
    QFETCH(QString, architecture);
    Checkpoint checkpoint = readCheckpoint(data(file.toStdString()));
    auto& tensors = checkpoint.groups.at(0).tensors;
    QVERIFY2(recognition(architecture.toStdString(), checkpoint),
             recognition(architecture.toStdString(), checkpoint).mismatch.c_str());
    constexpr std::int64_t kHuge = std::int64_t{1} << 62;
    for (TensorView& tensor : tensors) {
      if (tensor.name == "lod") {
        continue;  // of training
      }
      const auto right = tensor;
      for (const std::vector<std::int64_t>& shape : std::vector<std::vector<std::int64_t>>{{0},
                                                                                           {kHuge},
                                                                                           {0, 0},
                                                                                           {kHuge, 1},
                                                                                           {1, kHuge},
                                                                                           {kHuge, kHuge, 3, 3},
                                                                                           {65536, 65536, 3, 3},
                                                                                           {3, 0, 3, 3},
                                                                                           {-1, -1},
                                                                                           {1, kHuge, kHuge, 3, 3},
                                                                                           {2, 2, 2}}) {
        tensor.shape = shape;
        const auto answer = recognition(architecture.toStdString(), checkpoint);
        QVERIFY2(!answer && !answer.mismatch.empty(), tensor.name.c_str());
      }
      tensor = right;
      const bool mayLack = tensor.name == "mapping.w_avg" || tensor.name == "dlatent_avg" || tensor.name == "latent_avg";
      tensor.name = "gone";
      const auto answer = recognition(architecture.toStdString(), checkpoint);
      QVERIFY2(!answer || (mayLack && right.name == "dlatent_avg"), right.name.c_str());
      tensor = right;
      tensor.bytes = tensor.bytes.first(tensor.bytes.size() - sizeof(float));
      QVERIFY2(!recognition(architecture.toStdString(), checkpoint) || mayLack, right.name.c_str());
      tensor = right;
    }
  }

  void refusals_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("architecture");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("clause");
    QTest::newRow("an activation") << "orig"
                                   << "StyleGAN2"
                                   << "init_kwargs.activation"
                                   << "sine"
                                   << "its activation is sine";
    QTest::newRow("a clamp") << "orig"
                             << "StyleGAN2"
                             << "synthesis.b4.conv1.conv_clamp"
                             << "nan"
                             << "its conv_clamp is nan";
    QTest::newRow("a rate") << "orig"
                            << "StyleGAN2"
                            << "init_kwargs.mapping_kwargs.lr_multiplier"
                            << "-1"
                            << "its mapping's lr_multiplier is -1";
    QTest::newRow("an unknown option") << "tensorflow-skip"
                                       << "StyleGAN2 (TensorFlow)"
                                       << "static_kwargs.normalize_latents"
                                       << "False"
                                       << "its program was given normalize_latents";
    QTest::newRow("a filter") << "tensorflow-resnet"
                              << "StyleGAN2 (TensorFlow)"
                              << "static_kwargs.resample_kernel"
                              << "[1, x]"
                              << "its resample_kernel is [1, x]";
  }
  void refusals() {
    QFETCH(QString, file);
    QFETCH(QString, architecture);
    QFETCH(QString, key);
    QFETCH(QString, value);
    QFETCH(QString, clause);
    Checkpoint checkpoint = readCheckpoint(data(file.toStdString()));
    checkpoint.groups.at(0).attributes = {{key.toStdString(), value.toStdString()}};
    const auto answer = recognition(architecture.toStdString(), checkpoint);
    QVERIFY(!answer);
    QVERIFY2(QString::fromStdString(answer.mismatch).startsWith(clause), answer.mismatch.c_str());
  }

  /// Where nothing tells the clamp, the later program's default holds; its forerunner had none.
  void theClampThatIsNotTold() {
    NamedTensors bare;
    for (const auto& [name, tensor] : tensorsOf(data("orig"))) {
      bare.emplace_back(name, tensor);
    }
    const auto tells = [&](const char* className, const char* clamp) {
      const auto options = OpenedModel::open(write(bare, {{"class", className}}))->info().options;
      return std::find(options.begin(), options.end(), std::pair<std::string, std::string>{"Clamp", clamp}) !=
             options.end();
    };
    QVERIFY(tells("", "±256"));
    QVERIFY(tells("training.networks_stylegan2.Generator", "±256"));
    QVERIFY(tells("training.networks.Generator", "none"));
  }
};

QTEST_GUILESS_MAIN(Stylegan2Test)
#include "stylegan2_test.moc"

// Networks that are pickled whole: torch.save(model), NVIDIA's PyTorch form and its TensorFlow form.
#include "tests/model/checkpoint/checkpoint_bench.h"

#include <map>

using namespace loom::model;
using namespace loom::test;

namespace {

/// An instance of a class: made empty, its __dict__ given after.
std::string instance(const std::string& module, const std::string& name, const std::string& state) {
  return global(module, name) + ")\x81" + state + "b";
}

std::string moduleState(const std::string& parameters, const std::string& modules, const std::string& more = {}) {
  return "}(" + text("training") + "\x89" + text("_parameters") + parameters + text("_buffers") + dict({}) +
         text("_forward_hooks") + dict({}) + text("_modules") + modules + more + "u";
}

/// A module with a child of torch's own and a plain hyper-parameter.
std::string smallModel(const std::string& weight) {
  const std::string child = instance("torch.nn.modules.linear", "Linear",
                                     moduleState(dict({{"weight", weight}, {"bias", "N"}}), dict({}),
                                                 text("in_features") + integer(2)));
  return instance("my.models", "Generator",
                  moduleState(dict({}), dict({{"layer", child}}), text("nz") + integer(100) + text("act") + text("relu")));
}

std::string persistent(const std::string& name, const std::string& state) {
  return call(global("torch_utils.persistence", "_reconstruct_persistent_obj"),
              {dict({{"type", text("class")},
                     {"version", integer(6)},
                     {"module_src", text("import os; os.system('true')")},
                     {"class_name", text(name)},
                     {"state", state}})});
}

/// float32 as NumPy pickles it.
std::string array(const std::vector<std::int64_t>& shape, const std::vector<float>& values) {
  std::string raw;
  for (const float value : values) {
    raw += le(value);
  }
  const std::string dtype = call(global("numpy", "dtype"), {text("f4"), integer(0), integer(1)}) +
                            tuple({integer(3), text("<"), "N", "N", "N", integer(-1), integer(-1), integer(0)}) + "b";
  return call(global("numpy.core.multiarray", "_reconstruct"), {global("numpy", "ndarray"), integers({0}), bytes("b")}) +
         tuple({integer(1), integers(shape), dtype, "\x89", bytes(raw)}) + "b";
}

std::string list(const std::vector<std::string>& items) {
  std::string all = "](";
  for (const std::string& item : items) {
    all += item;
  }
  return all + "e";
}

std::string tfNetwork(const std::string& name, const std::vector<std::pair<std::string, std::string>>& variables,
                      const std::string& components = dict({}), std::int64_t version = 4) {
  std::vector<std::string> items;
  for (const auto& [key, value] : variables) {
    items.push_back(tuple({text(key), value}));
  }
  return instance("dnnlib.tflib.network", "Network",
                  dict({{"version", integer(version)},
                        {"name", text(name)},
                        {"static_kwargs", dict({{"num_channels", integer(3)}, {"resolution", integer(8)}})},
                        {"components", components},
                        {"build_module_src", text("def G(): pass")},
                        {"build_func_name", text("G_style")},
                        {"variables", list(items)}}));
}

std::map<std::string, std::string> attributesOf(const Checkpoint& checkpoint, std::size_t group) {
  return {checkpoint.groups[group].attributes.begin(), checkpoint.groups[group].attributes.end()};
}

}  // namespace

class NetworksTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void wholeModules_data() {
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QString>("container");
    const auto add = [](const char* name, const std::string& file, const char* container) {
      QTest::newRow(name) << QByteArray::fromStdString(file) << container;
    };
    const std::string model = smallModel(tensor());
    add("zip", torchZip(pickle(model)), "PyTorch zip");
    add("legacy", legacy({.object = model}), "PyTorch legacy");
    add("pickle", pickle(smallModel(tensorInBytes(storageStream()))), "pickle");
  }
  void wholeModules() {
    QFETCH(QByteArray, file);
    QFETCH(QString, container);
    const Outcome outcome = openBytes(file.toStdString());
    QVERIFY2(outcome.checkpoint, outcome.message.c_str());
    const Checkpoint& checkpoint = *outcome.checkpoint;
    QCOMPARE(QString::fromStdString(checkpoint.container).left(container.size()), container);
    QCOMPARE(checkpoint.groups.size(), std::size_t{1});
    QCOMPARE(checkpoint.groups[0].className, std::string("my.models.Generator"));
    QCOMPARE(checkpoint.groups[0].tensors.size(), std::size_t{1});
    QCOMPARE(checkpoint.groups[0].tensors[0].name, std::string("layer.weight"));
    QCOMPARE(checkpoint.groups[0].tensors[0].toFloat32(), (std::vector<float>{1, 2}));
    auto attributes = attributesOf(checkpoint, 0);
    QCOMPARE(attributes["nz"], std::string("100"));
    QCOMPARE(attributes["act"], std::string("relu"));
    QCOMPARE(attributes["layer.in_features"], std::string("2"));
    QCOMPARE(attributes["layer.__class__"], std::string("torch.nn.modules.linear.Linear"));
  }

  void nvidiaNetworks() {
    const std::string weight = tensorInBytes(storageStream());
    const std::string network =
        persistent("Generator", moduleState(dict({{"weight", weight}}), dict({}),
                                            text("_init_args") + tuple({integer(64)}) + text("_init_kwargs") +
                                                dict({{"img_resolution", integer(32)},
                                                      {"mapping_kwargs", dict({{"num_layers", integer(2)}})}})));
    const Outcome outcome = openBytes(
        pickle(dict({{"G", "N"}, {"D", network}, {"G_ema", network}, {"training_set_kwargs", dict({})}})), "net.pkl");
    QVERIFY2(outcome.checkpoint, outcome.message.c_str());
    const Checkpoint& checkpoint = *outcome.checkpoint;
    QCOMPARE(checkpoint.container, std::string("NVIDIA network pickle"));
    QCOMPARE(checkpoint.groups.size(), std::size_t{2});
    QCOMPARE(checkpoint.groups[0].name, std::string("D"));
    QCOMPARE(checkpoint.groups[1].name, std::string("G_ema"));
    QCOMPARE(checkpoint.groups[1].className, std::string("Generator"));
    QCOMPARE(checkpoint.groups[1].tensors[0].toFloat32(), (std::vector<float>{1, 2}));
    auto attributes = attributesOf(checkpoint, 1);
    QCOMPARE(attributes["init_args.0"], std::string("64"));
    QCOMPARE(attributes["init_kwargs.img_resolution"], std::string("32"));
    QCOMPARE(attributes["init_kwargs.mapping_kwargs.num_layers"], std::string("2"));
    bool told = false;
    for (const std::string& note : checkpoint.notes) {
      told |= note.find("carries program text") != std::string::npos;
    }
    QVERIFY(told);
  }

  void tensorFlowNetworks() {
    const std::string synthesis = tfNetwork("G_synthesis", {{"4x4/Const/const", array({1, 2}, {3, 4})}});
    const std::string gs = tfNetwork("Gs", {{"lod", array({1}, {0})}}, dict({{"synthesis", synthesis}}));
    const std::string triple = "(" + tfNetwork("G", {{"lod", array({1}, {1})}}) +
                               tfNetwork("D", {{"lod", array({1}, {2})}}) + gs + "t";
    const Outcome outcome = openBytes(pickle(triple), "net.pkl");
    QVERIFY2(outcome.checkpoint, outcome.message.c_str());
    const Checkpoint& checkpoint = *outcome.checkpoint;
    QCOMPARE(checkpoint.container, std::string("NVIDIA TensorFlow pickle"));
    QCOMPARE(checkpoint.groups.size(), std::size_t{3});
    const TensorView* constant = tensorNamed(checkpoint, "Gs", "synthesis/4x4/Const/const");
    QVERIFY(constant);
    QCOMPARE(constant->toFloat32(), (std::vector<float>{3, 4}));
    auto attributes = attributesOf(checkpoint, 2);
    QCOMPARE(attributes["static_kwargs.resolution"], std::string("8"));
    QCOMPARE(attributes["build_func_name"], std::string("G_style"));
  }

  void tensorFlowNetworksBeforeVersionFour() {
    const std::string old = tfNetwork("G", {{"lod", array({1}, {1})}}, dict({}), 3);
    VERIFY_REFUSED(openBytes(pickle("(" + old + old + old + "t")), Kind::Unsupported, "version 3");
  }

  /// A module within itself, and one child that stands a million times: both end.
  void ringsOfModulesEnd() {
    const std::string inner = moduleState(dict({{"weight", tensor()}}), "}" + std::string("q\x09", 2));
    const std::string ring = global("a", "B") + std::string(")\x81q\x08", 4) + inner + "b" + std::string("0h\x09", 3) +
                             text("self") + std::string("h\x08", 2) + "s0" + std::string("h\x08", 2);
    const Outcome outcome = openBytes(torchZip(pickle(ring)));
    QVERIFY2(outcome.refusedAs(Kind::Limit), outcome.message.c_str());
    std::string nested = instance("a", "Leaf", moduleState(dict({{"weight", tensor()}}), dict({})));
    for (int i = 0; i < 40; ++i) {
      nested += "q\x07" + std::string("0") + global("a", "B") + ")\x81" +
                moduleState(dict({}), "}(" + text("l") + "h\x07" + text("r") + "h\x07" + "u") + "b";
    }
    const Outcome laughs = openBytes(torchZip(pickle(nested)));
    QVERIFY2(laughs.refusedAs(Kind::Limit), laughs.message.c_str());
  }

  void originalsOfTheOracle_data() {
    QTest::addColumn<QString>("folder");
    QTest::addColumn<QString>("tensor");
    QTest::newRow("StyleGAN2") << "stylegan2-ada-uncond" << "synthesis.b4.const";
    QTest::newRow("StyleGAN3") << "stylegan3-t" << "synthesis.input.freqs";
  }
  void originalsOfTheOracle() {
    QFETCH(QString, folder);
    QFETCH(QString, tensor);
    const Outcome outcome = openPath((LOOM_TEST_DATA "/oracle/" + folder + "/network.pkl").toStdString());
    QVERIFY2(outcome.checkpoint, outcome.message.c_str());
    QVERIFY(tensorNamed(*outcome.checkpoint, "G_ema", tensor.toStdString()));
  }
};

QTEST_GUILESS_MAIN(NetworksTest)
#include "networks_test.moc"

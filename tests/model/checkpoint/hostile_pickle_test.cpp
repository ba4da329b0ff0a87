// Pickles that want something run, and pickles that want all memory or all time.
#include "tests/model/checkpoint/checkpoint_bench.h"

#include <QElapsedTimer>
#include <QFileInfo>

#include <limits>

using namespace loom::model;
using namespace loom::test;

namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

std::string repeated(const std::string& part, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) {
    all += part;
  }
  return all;
}

Outcome openValue(const std::string& value, const ReadControl& control = {}) {
  return openBytes(torchZip(pickle(value)), "case.pth", control);
}

Outcome openTensor(const TensorClaim& claim) { return openValue(dict({{"w", tensor(claim)}})); }

std::size_t textBytes(const Checkpoint& checkpoint) {
  std::size_t sum = 0;
  for (const auto& [key, value] : checkpoint.metadata) {
    sum += key.size() + value.size();
  }
  return sum;
}

void row(const char* name, const std::string& bytes, Kind kind, const char* part) {
  QTest::newRow(name) << QByteArray::fromStdString(bytes) << static_cast<int>(kind) << part;
}

}  // namespace

class HostilePickleTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void nothingIsRun_data() {
    QTest::addColumn<QByteArray>("evil");
    QTest::addColumn<QString>("named");
    const std::string sentinel = sentinelPath().toStdString();
    const std::string shell = text("touch " + sentinel);
    const std::string python = text("open('" + sentinel + "','w').close()");
    const auto add = [](const char* name, const std::string& evil, const char* named) {
      QTest::newRow(name) << QByteArray::fromStdString(evil) << named;
    };
    add("os.system", call(global("os", "system"), {shell}), "os.system");
    add("posix.system", call(global("posix", "system"), {shell}), "posix.system");
    add("subprocess.Popen as NEWOBJ", global("subprocess", "Popen") + tuple({shell}) + "\x81", "subprocess.Popen");
    add("NEWOBJ_EX", global("subprocess", "Popen") + tuple({shell}) + "}\x92", "subprocess.Popen");
    add("builtins.eval", call(global("builtins", "eval"), {python}), "builtins.eval");
    add("builtins.exec by STACK_GLOBAL", text("builtins") + text("exec") + "\x93" + tuple({python}) + "R",
        "builtins.exec");
    add("INST", "(" + shell + "ios\nsystem\n", "os.system");
    add("OBJ", "(" + global("os", "system") + shell + "o", "os.system");
    add("import chain",
        call(
            call(global("builtins", "getattr"), {call(global("builtins", "__import__"), {text("os")}), text("system")}),
            {shell}),
        "builtins.__import__");
    add("a dotted name of protocol 4", text("torch") + text("serialization.os.system") + "\x93" + tuple({shell}) + "R",
        "torch.serialization.os.system");
    add("importlib", call(global("importlib", "import_module"), {text("os")}), "importlib.import_module");
    add("the globals of a function", text("torch") + text("save.__globals__") + "\x93", "torch.save.__globals__");
    add("a pickle in a pickle", call(global("pickle", "loads"), {text("cos\nsystem\n.")}), "pickle.loads");
    add("a file to write", call(global("builtins", "open"), {text(sentinel), text("w")}), "builtins.open");
    add("Python 2's eval", call(global("__builtin__", "eval"), {python}), "__builtin__.eval");
    add("in a state", call(global("collections", "Counter"), {}) + call(global("os", "system"), {shell}) + "b",
        "os.system");
    add("in a key", "}" + call(global("os", "system"), {shell}) + "Ns", "os.system");
    add("in a memo", call(global("os", "system"), {shell}) + std::string("q\x05", 2) + "0h\x05", "os.system");
    add("as a tensor's hook",
        call(global("torch._utils", "_rebuild_tensor_v2"),
             {storageId({}), integer(0), integers({2}), integers({1}), "\x89", call(global("os", "system"), {shell})}),
        "os.system");
  }
  void nothingIsRun() {
    QFETCH(QByteArray, evil);
    QFETCH(QString, named);
    QFile::remove(sentinelPath());
    const std::string object = dict({{"w", tensor()}, {"evil", evil.toStdString()}});
    for (const std::string& bytes :
         {torchZip(pickle(object)), legacy({.object = object}), pickle(object),
          pickle(dict({{"w", tensorInBytes(legacy({.object = object}))}}))}) {
      const Outcome outcome = openBytes(bytes);
      QVERIFY2(!QFileInfo::exists(sentinelPath()), "the file ran something");
      QVERIFY2(outcome.refusedAs(Kind::Hostile), outcome.message.c_str());
      QVERIFY2(outcome.says("case.pth") && outcome.says(named.toStdString()), outcome.message.c_str());
    }
  }

  /// Names that nobody here knows, but that are no danger in themselves: inert, noted, and the weights are there.
  void strangersAreInert_data() {
    QTest::addColumn<QByteArray>("object");
    QTest::addColumn<QString>("named");
    const auto add = [](const char* name, const std::string& object, const char* named) {
      QTest::newRow(name) << QByteArray::fromStdString(object) << named;
    };
    add("a class of somebody's", call(global("my.project", "Config"), {text("x")}), "my.project.Config");
    add("a method of an object", call(global("builtins", "getattr"), {call(global("a", "B"), {}), text("forward")}),
        "builtins.getattr");
    add("a path's function", call(global("os.path", "join"), {text("a"), text("b")}), "os.path.join");
    add("a name that begins like a module", call(global("os_utils", "system"), {text("a")}), "os_utils.system");
    add("a class with a dotted name", text("my.project") + text("Outer.Inner") + "\x93)R", "my.project.Outer.Inner");
  }
  void strangersAreInert() {
    QFETCH(QByteArray, object);
    QFETCH(QString, named);
    const std::string whole = dict({{"w", tensor()}, {"other", object.toStdString()}});
    for (const std::string& bytes : {torchZip(pickle(whole)), legacy({.object = whole})}) {
      const Outcome outcome = openBytes(bytes);
      QVERIFY2(outcome.checkpoint, outcome.message.c_str());
      const TensorView* weight = tensorNamed(*outcome.checkpoint, "", "w");
      QVERIFY(weight);
      QCOMPARE(weight->toFloat32(), (std::vector<float>{1, 2}));
      QStringList notes;
      for (const std::string& note : outcome.checkpoint->notes) {
        notes << QString::fromStdString(note);
      }
      QVERIFY2(notes.contains("The file names " + named + ". It was read as data; nothing of it was run."),
               qPrintable(notes.join('\n')));
    }
  }

  void nothingIsRunInAPersistentId() {
    QFile::remove(sentinelPath());
    const std::string object = call(global("os", "system"), {text("touch " + sentinelPath().toStdString())}) + "Q";
    VERIFY_REFUSED(openValue(object), Kind::Hostile, "os.system");
    VERIFY_REFUSED(openBytes(legacy({.object = object})), Kind::Hostile, "os.system");
    QVERIFY(!QFileInfo::exists(sentinelPath()));
  }

  void ringsAndLaughsEnd_data() {
    QTest::addColumn<QByteArray>("value");
    const auto add = [](const char* name, const std::string& value) {
      QTest::newRow(name) << QByteArray::fromStdString(value);
    };
    const std::string put0("q\x00", 2);
    const std::string get0("h\x00", 2);
    const std::string put1("q\x01", 2);
    const std::string get1("h\x01", 2);
    add("a list in itself", "]" + put0 + get0 + "a");
    add("a list in itself a thousand times", "]" + put0 + "(" + repeated(get0, 1000) + "e");
    add("a dictionary in itself", "}" + put0 + text("me") + get0 + "s");
    add("a dictionary that is its own key", "}" + put0 + get0 + get0 + "s");
    add("an object that is its own state", call(global("a", "B"), {}) + put0 + get0 + "b");
    add("an object that is its own argument", global("a", "B") + ")" + put0 + "R" + put1 + get0 + get1 + "a0");
    add("a parameter of itself",
        global("torch._utils", "_rebuild_parameter") + ")" + put0 + "R" + put1 + get0 + get1 + "a0");
    add("a persistent id of itself", "]" + put0 + "Q" + put1 + get0 + get1 + "a0");
    add("an OrderedDict of itself",
        global("collections", "OrderedDict") + "]" + put0 + "\x85R" + put1 + get0 + get1 + "a0");
    add("billion laughs in tuples", ")" + repeated("2\x86", 100));
    add("billion laughs in lists", "]" + repeated("q\x07]h\x07"
                                                  "ah\x07"
                                                  "a",
                                                  60));
    std::string laughs = "}" + text("lol") + text("lol") + "s";
    for (int i = 0; i < 60; ++i) {
      laughs += "q\x07}(" + text("a") + "h\x07" + text("b") + "h\x07u";
    }
    add("billion laughs in dictionaries", laughs);
    add("a long text in many lists", text(std::string(4000, 'x')) + put0 + "0](" + repeated(get0, 32) + "e" + put1 +
                                         "0](" + repeated(get1, 100000) + "e");
    add("a long key over many values", "}" + text(std::string(500, 'k')) + "](" + repeated("N", 200000) + "es");
  }
  void ringsAndLaughsEnd() {
    QFETCH(QByteArray, value);
    QElapsedTimer timer;
    timer.start();
    const Outcome outcome = openValue(value.toStdString());
    QVERIFY2(outcome.checkpoint, outcome.message.c_str());
    // Expanded they would take years and all memory there is; the bound is far from what a slow machine needs.
    QVERIFY2(timer.elapsed() < 20000, qPrintable(QString::number(timer.elapsed())));
    QVERIFY(outcome.checkpoint->groups.empty());
    QVERIFY2(textBytes(*outcome.checkpoint) < 10'000'000, "it was expanded");
  }

  void limitsHold_data() {
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QString>("part");
    const auto add = [](const char* name, const std::string& value, const char* part) {
      QTest::newRow(name) << QByteArray::fromStdString(value) << part;
    };
    add("a thousand nested tuples", ")" + repeated("2\x86", 1000), "nested deeper");
    add("a hundred thousand nested lists", repeated("]", 100001) + repeated("a", 100000), "nested deeper");
    add("opcodes", repeated(kProto2, 20000), "longer than any");
    add("bytes", text(std::string(70000, 'x')), "larger than any");
    add("values", repeated("N", 9000), "more values");
    add("marks", repeated("(", 19000) + repeated("(", 150000), "longer than any");
    std::string memo = repeated("N", 2000);
    for (std::uint32_t i = 1; i <= 11000; ++i) {
      memo += "r" + le(i * 1000);
    }
    add("memo", memo, "more values");
    add("items", "](" + repeated("N", 6000) + "e", "more values");
    add("kept texts", repeated("S'" + std::string(1000, 'x') + "'\n", 1000), "larger than any");
    std::string tensors = "}(" + text("first") + tensor() + std::string("q\x01", 2);
    for (int i = 0; i < 200; ++i) {
      tensors += text(std::to_string(i)) + std::string("h\x01", 2);
    }
    add("tensors", tensors + "u", "more tensors");
    add("a tensor's name", dict({{std::string(600, 'n'), tensor()}}), "longer name");
    add("a storage's name", dict({{"w", tensor({.key = std::string(300, '0')})}}),
        "its storage has a name that is longer");
  }
  void limitsHold() {
    QFETCH(QByteArray, value);
    QFETCH(QString, part);
    ReadControl control;
    const std::string name = QTest::currentDataTag();
    control.limits.pickleOpcodes = name.starts_with("a ") ? 1'000'000 : 20'000;
    control.limits.pickleBytes = name.starts_with("a ") ? 1'000'000 : 60'000;
    control.limits.pickleMemory = name.starts_with("a ") ? 100'000'000 : 900'000;
    control.limits.tensors = 100;
    VERIFY_REFUSED(openValue(value.toStdString(), control), Kind::Limit, part.toStdString());
  }

  /// The defaults: 16 MB that ask for more than a gigabyte of values.
  void memoryIsLimitedByDefault() {
    VERIFY_REFUSED(openValue("](" + std::string(16'000'000, 'N') + "e"), Kind::Limit, "more values");
  }

  void tensorsThatClaimTooMuch_data() {
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("part");
    const auto claim = [](const char* name, const TensorClaim& told, const char* part, Kind kind = Kind::Broken) {
      row(name, dict({{"w", tensor(told)}}), kind, part);
    };
    claim("more elements than the storage", {.shape = {3}}, "the tensor w: it reaches beyond its storage");
    claim("a storage larger than the file", {.elements = 1000}, "its storage is shorter than it should be");
    claim("a storage of 2^63-1", {.elements = kMost}, "its storage is shorter than it should be");
    claim("a storage of -1", {.elements = -1}, "no storage");
    claim("a storage that is not there", {.key = "17"}, "its storage is missing");
    claim("a storage outside its folder", {.key = "../byteorder"}, "its storage is missing");
    claim("an offset beyond", {.offset = 1}, "reaches beyond its storage");
    claim("an offset that overflows", {.offset = kMost / 2}, "reaches beyond its storage");
    claim("an offset and size that wrap round", {.offset = kMost}, "reaches beyond its storage");
    claim("an offset below zero", {.offset = -1}, "it has no storage");
    claim("a stride beyond", {.strides = {2}}, "reaches beyond its storage");
    claim("a stride that overflows", {.strides = {kMost}}, "its size overflows");
    claim("two strides that add up to overflow", {.shape = {2, 2, 2}, .strides = {kMost / 16, kMost / 16, kMost / 16}},
          "its size overflows");
    claim("a stride below zero", {.strides = {-1}}, "negative");
    claim("a size below zero", {.shape = {-2}}, "negative");
    claim("a shape that overflows", {.shape = {kMost, kMost}, .strides = {0, 0}}, "its size overflows");
    claim("an empty shape that overflows", {.shape = {0, kMost, kMost}, .strides = {1, 1, 1}}, "its size overflows");
    claim("a shape that wraps to 2", {.shape = {(std::int64_t{1} << 62) + 1, 4, 2}, .strides = {0, 0, 0}},
          "its size overflows");
    claim("fewer strides than sizes", {.shape = {1, 2}, .strides = {1}}, "different lengths");
    claim("65 dimensions", {.shape = std::vector<std::int64_t>(65, 1), .strides = std::vector<std::int64_t>(65, 1)},
          "more dimensions");
    claim("a billion elements of stride zero", {.shape = {1'000'000'000}, .strides = {0}},
          "far more numbers than its storage");
    claim("2^40 elements of stride zero", {.shape = {1 << 20, 1 << 20}, .strides = {0, 0}},
          "far more numbers than its storage");
    claim("float8", {.storage = "Float8_e4m3fnStorage"}, "number type (Float8_e4m3fnStorage)", Kind::Unsupported);
    claim("a name with a line break", {.storage = std::string("Evil\x1bStorage")}, "(Evil?Storage)", Kind::Unsupported);
    const std::string rebuild = global("torch._utils", "_rebuild_tensor_v2");
    row("a number as storage", dict({{"w", call(rebuild, {integer(1), integer(0), integers({2}), integers({1})})}}),
        Kind::Broken, "it has no storage");
    row("a text as persistent id",
        dict({{"w", call(rebuild, {text("0") + "Q", integer(0), integers({2}), integers({1})})}}), Kind::Broken,
        "no storage");
    row("a text as shape", dict({{"w", call(rebuild, {storageId({}), integer(0), text("2"), integers({1})})}}),
        Kind::Broken, "no list of numbers");
    row("a part of another storage",
        dict({{"w", call(rebuild, {tuple({text("storage"), global("torch", "FloatStorage"), text("0"), text("cpu"),
                                          integer(2), tuple({text("1"), integer(0), integer(2)})}) +
                                       "Q",
                                   integer(0), integers({2}), integers({1})})}}),
        Kind::Unsupported, "part of another one");
    row("a name twice", dict({{"w", tensor()}, {"w", tensor()}}), Kind::Broken, "the tensor w is there twice");
    std::string many = "}(" + text("first") + tensor({.shape = {4000}, .strides = {0}}) + std::string("q\x01", 2);
    for (int i = 0; i < 3000; ++i) {
      many += text(std::to_string(i)) + std::string("h\x01", 2);
    }
    row("thousands that share one storage", many + "u", Kind::Limit, "far more numbers than the file has");
  }
  void tensorsThatClaimTooMuch() {
    QFETCH(QByteArray, value);
    QFETCH(int, kind);
    QFETCH(QString, part);
    VERIFY_REFUSED(openValue(value.toStdString()), static_cast<Kind>(kind), part.toStdString());
  }

  void aSizeOfOneMayHaveAnyStride() {
    const Outcome outcome = openTensor({.shape = {1, 2, 1}, .strides = {kMost, 1, kMost}});
    QVERIFY2(outcome.checkpoint, outcome.message.c_str());
    QCOMPARE(tensorNamed(*outcome.checkpoint, "", "w")->toFloat32(), (std::vector<float>{1, 2}));
  }

  void damagedOpcodes_data() {
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("part");
    const auto broken = [](const char* name, const std::string& value, const char* part, Kind kind = Kind::Broken) {
      row(name, value, kind, part);
    };
    broken("an opcode that is none", "\xff", "an opcode that no protocol knows");
    broken("STOP on an empty stack", "", "more from the stack");
    broken("POP below a mark", "N(NR", "more from the stack");
    broken("POP of nothing", "0", "more from the stack");
    broken("DUP of nothing", "2", "below the stack");
    broken("TUPLE without a mark", "t", "a mark that is not there");
    broken("a memo that was never put", "h\x09", "not there before");
    broken("protocol 6", std::string("\x80\x06N"), "newer than 5", Kind::Unsupported);
    broken("an extension code", "\x82\x01", "registry of extensions");
    broken("an out-of-band buffer", "\x97", "buffers outside the file");
    broken("a key without a value", "}(" + text("a") + "u", "key without a value");
    broken("STACK_GLOBAL of numbers", "K\x01K\x01\x93", "no text");
    broken("OBJ without a class", "(o", "no class");
    broken("a string without quotes", "Sabc\n", "not quoted");
    broken("a number that is none", "Iabc\n", "whole number");
    broken("a number of a million digits", "L" + std::string(1'000'000, '9') + "L\n", "whole number");
    broken("a real that is none", "F1.5x\n", "a number of it");
    broken("a memo index that is none", "Np1x\n", "a reference of it");
    broken("a text of 2^64-1 bytes", "\x8d" + le(~std::uint64_t{0}), "ends too early");
    broken("a text of 4 GB", "X" + le(~std::uint32_t{0}), "ends too early");
    broken("bytes of 2^63", "\x8e" + le(std::uint64_t{1} << 63U), "ends too early");
    broken("a number of 4 GB", "\x8b" + le(~std::uint32_t{0}), "ends too early");
    broken("a line without an end", "Sxxxx", "ends too early");
  }
  void damagedOpcodes() {
    QFETCH(QByteArray, value);
    QFETCH(int, kind);
    QFETCH(QString, part);
    VERIFY_REFUSED(openValue(value.toStdString()), static_cast<Kind>(kind), part.toStdString());
  }

  void aPickleWithoutStop() { VERIFY_REFUSED(openBytes(torchZip(kProto2 + "N")), Kind::Broken, "ends too early"); }

  void oldProtocolsAreUnderstood() {
    const Outcome outcome = openValue(
        "(S'int'\nI-7\nS'long'\nL12345678901L\nS'real'\nF0.5\nS'no'\nI00\nS'quote'\nS\"it's\\x21\\n\"\nS'uni'\nVtext\n"
        "S'big'\nL-123456789012345678901234567890L\nS'tail'\nU\x03"
        "enddp0\n");
    QVERIFY2(outcome.checkpoint, outcome.message.c_str());
    const std::vector<std::pair<std::string, std::string>> expected{
        {"int", "-7"},        {"long", "12345678901"}, {"real", "0.5"}, {"no", "False"},
        {"quote", "it's!\n"}, {"uni", "text"},         {"tail", "end"}};
    QCOMPARE(outcome.checkpoint->metadata, expected);
  }

  /// Python 2's OrderedDict has its content as an argument; many a GAN of 2018 was saved so.
  void stateDictsOfPython2AreRead() {
    const std::string state = call(global("collections", "OrderedDict"), {"]](U\x01"
                                                                          "a" +
                                                                          tensor() +
                                                                          "ea](U\x01"
                                                                          "b" +
                                                                          tensor({.shape = {1}, .offset = 1}) + "ea"});
    for (const std::string& bytes : {torchZip(pickle(state)), legacy({.object = state})}) {
      const Outcome outcome = openBytes(bytes);
      QVERIFY2(outcome.checkpoint, outcome.message.c_str());
      QCOMPARE(outcome.checkpoint->groups.size(), std::size_t{1});
      QCOMPARE(outcome.checkpoint->groups[0].tensors.size(), std::size_t{2});
      QCOMPARE(tensorNamed(*outcome.checkpoint, "", "b")->toFloat32(), (std::vector<float>{2}));
    }
  }

  void namesAreValidText() {
    const std::string broken = "a\xff\xc3(\xed\xa0\x80z";
    const Outcome outcome = openValue(dict({{broken, tensor()}, {"text", text(std::string(4095, 'x') + "ü")}}));
    QVERIFY2(outcome.checkpoint, outcome.message.c_str());
    QCOMPARE(QString::fromStdString(outcome.checkpoint->groups[0].tensors[0].name), QString("a��(���z"));
    QCOMPARE(told(*outcome.checkpoint, "text"), std::string(4095, 'x'));
  }

 private:
  QString sentinelPath() const { return m_folder.filePath("sentinel"); }
  QTemporaryDir m_folder;
};

QTEST_APPLESS_MAIN(HostilePickleTest)
#include "hostile_pickle_test.moc"

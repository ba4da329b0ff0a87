// safetensors whose header lies.
#include "tests/model/checkpoint/checkpoint_bench.h"

using namespace loom::model;
using namespace loom::test;

namespace {

/// {"w": {"dtype": …, "shape": …, "data_offsets": …}}
std::string entry(const std::string& shape, const std::string& offsets, const std::string& dtype = "\"F32\"",
                  const std::string& name = "w") {
  return "\"" + name + "\":{\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
}

const std::string kEight(8, '\0');
const std::string kHonest = "{" + entry("[2]", "[0,8]") + "}";

void row(const char* name, const std::string& bytes, const char* part, Kind kind = Kind::Broken) {
  QTest::newRow(name) << QByteArray::fromStdString(bytes) << static_cast<int>(kind) << part;
}

void one(const char* name, const std::string& told, const char* part, Kind kind = Kind::Broken) {
  row(name, safetensors("{" + told + "}", kEight), part, kind);
}

void wrongHeaders() {
  row("a header longer than the file", le(std::uint64_t{100}) + kHonest, "its header should be 100 bytes long");
  row("a header of 2^64-1 bytes", le(~std::uint64_t{0}) + kHonest, "its header should be 18446744073709551615 bytes");
  row("a header shorter than it is", le(std::uint64_t{10}) + kHonest + kEight, "no JSON object");
  row("a header of no bytes", le(std::uint64_t{0}) + kHonest, "no JSON object");
  row("no JSON", safetensors("{hello}"), "no JSON object");
  row("two objects", safetensors("{}{}"), "no JSON object");
  row("a text that is no UTF-8", safetensors("{\"\xff\":{}}"), "no JSON object");
  row("a number out of range", safetensors("{\"w\":1e999}"), "no JSON object");
  row("a name twice", safetensors("{" + entry("[2]", "[0,8]") + "," + entry("[2]", "[0,8]") + "}", kEight),
      "\"w\" is there twice");
  row("a name twice, once written with an escape",
      safetensors("{" + entry("[2]", "[0,8]") + "," + entry("[2]", "[0,8]", "\"F32\"", "\\u0077") + "}", kEight),
      "\"w\" is there twice");
  row("a name twice, a deep value between",
      safetensors(
          "{" + entry("[2]", "[0,8]") + ",\"x\":{\"y\":{\"z\":{\"z\":{\"z\":{}}}}}," + entry("[2]", "[0,8]") + "}",
          kEight),
      "nested too deeply");
  row("a shape twice",
      safetensors("{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"shape\":[3],\"data_offsets\":[0,8]}}", kEight),
      "\"shape\" is there twice");
  row("a million nested lists", safetensors("{\"w\":" + std::string(1'000'000, '[')), "nested too deeply");
  std::string nested = "{\"w\":";
  for (int i = 0; i < 200000; ++i) {
    nested += "{\"a\":";
  }
  row("200000 nested objects", safetensors(nested), "nested too deeply");
  std::string many = "[1";
  for (int i = 0; i < 200000; ++i) {
    many += ",1";
  }
  one("a shape of 200000 sizes", entry(many + "]", "[0,8]"), "a list that is too long");
  one("metadata that is a number", entry("[2]", "[0,8]") + ",\"__metadata__\":3", "__metadata__ is no object");
  one("metadata that is not text", entry("[2]", "[0,8]") + ",\"__metadata__\":{\"nz\":100}", "other than text");
  one("metadata within metadata", entry("[2]", "[0,8]") + ",\"__metadata__\":{\"nz\":{\"a\":\"b\"}}",
      "other than text");
}

void wrongEntries() {
  one("an entry that is a number", "\"w\":3", "w has no dtype");
  one("no dtype", "\"w\":{\"shape\":[2],\"data_offsets\":[0,8]}", "w has no dtype");
  one("a dtype that is a number", entry("[2]", "[0,8]", "32"), "w has no dtype");
  one("float8", entry("[8]", "[0,8]", "\"F8_E4M3\""), "w has the number type F8_E4M3", Kind::Unsupported);
  one("complex", entry("[1]", "[0,8]", "\"C64\""), "w has the number type C64", Kind::Unsupported);
  one("no shape", "\"w\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}", "w has no shape");
  one("a shape that is a number", entry("2", "[0,8]"), "w has no shape");
  one("a negative size", entry("[-2]", "[0,8]"), "no list of sizes");
  one("two negative sizes", entry("[-1,-2]", "[0,8]"), "no list of sizes");
  one("a size of 2.0", entry("[2.0]", "[0,8]"), "no list of sizes");
  one("a size that is text", entry("[\"2\"]", "[0,8]"), "no list of sizes");
  one("a size of 2^63", entry("[9223372036854775808]", "[0,8]"), "no list of sizes");
  one("a size of 2^70", entry("[1180591620717411303424]", "[0,8]"), "no list of sizes");
  one("a shape that overflows", entry("[4294967296,4294967296]", "[0,8]"), "its size overflows");
  one("a shape that wraps to 2", entry("[4611686018427387905,4,2]", "[0,8]"), "its size overflows");
  one("an empty shape that overflows", entry("[0,9223372036854775807,9223372036854775807]", "[0,0]"),
      "its size overflows");
  one("a shape that needs more", entry("[3]", "[0,8]"), "has room for 8 bytes, its shape needs 12");
  one("a shape that needs less", entry("[1]", "[0,8]"), "has room for 8 bytes, its shape needs 4");
  one("no offsets", "\"w\":{\"dtype\":\"F32\",\"shape\":[2]}", "w has no data_offsets");
  one("one offset", entry("[2]", "[8]"), "are no range");
  one("three offsets", entry("[2]", "[0,4,8]"), "are no range");
  one("offsets turned round", entry("[2]", "[8,0]"), "are no range");
  one("a negative offset", entry("[2]", "[-8,0]"), "no list of sizes");
  one("an offset of 0.0", entry("[2]", "[0.0,8]"), "no list of sizes");
  one("an end beyond the file", entry("[4]", "[0,16]"), "lies beyond the end");
  one("an end of 2^63-1", entry("[2]", "[0,9223372036854775807]"), "lies beyond the end");
  one("tensors that overlap", entry("[1]", "[0,4]") + "," + entry("[2]", "[0,8]", "\"F32\"", "v"), "overlaps another");
  one("the same bytes twice", entry("[2]", "[0,8]") + "," + entry("[2]", "[0,8]", "\"F32\"", "v"), "overlaps another");
  one("a hole before", entry("[1]", "[4,8]"), "a hole before w");
  one("a hole between", entry("[1]", "[0,1]", "\"U8\"") + "," + entry("[1]", "[4,8]", "\"F32\"", "v"),
      "a hole before v");
  one("bytes behind", entry("[1]", "[0,4]"), "4 bytes behind the last tensor");
  row("bytes and no tensor", safetensors("{}", kEight), "8 bytes behind the last tensor");
  one("a name with control characters", entry("[3]", "[0,8]", "\"F32\"", "a\\u001b[31m"), "a?[31m has room");
}

}  // namespace

class HostileSafetensorsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void whatIsHonestOpens_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("tensors");
    const auto add = [](const char* name, const std::string& bytes, int tensors) {
      QTest::newRow(name) << QByteArray::fromStdString(bytes) << tensors;
    };
    add("plain", safetensors(kHonest, kEight), 1);
    add("padded", safetensors(kHonest + "   ", kEight), 1);
    add("empty", safetensors("{}"), 0);
    add("an empty tensor", safetensors("{" + entry("[0,3]", "[0,0]") + "}"), 1);
    add("a scalar", safetensors("{" + entry("[]", "[0,8]", "\"F64\"") + "}", kEight), 1);
    add("keys nobody knows",
        safetensors("{\"w\":{\"more\":[1],\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", kEight), 1);
    add("tensors in another order",
        safetensors("{" + entry("[1]", "[4,8]", "\"F32\"", "a") + "," + entry("[1]", "[0,4]", "\"F32\"", "b") + "}",
                    kEight),
        2);
  }
  void whatIsHonestOpens() {
    QFETCH(QByteArray, bytes);
    QFETCH(int, tensors);
    const Outcome outcome = openBytes(bytes.toStdString(), "case.safetensors");
    QVERIFY2(outcome.checkpoint, outcome.message.c_str());
    QCOMPARE(outcome.checkpoint->groups.size(), std::size_t{tensors ? 1U : 0U});
    if (tensors) {
      QCOMPARE(outcome.checkpoint->groups[0].tensors.size(), static_cast<std::size_t>(tensors));
    }
  }

  void whatLiesIsRefused_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("part");
    wrongHeaders();
    wrongEntries();
  }
  void whatLiesIsRefused() {
    QFETCH(QByteArray, bytes);
    QFETCH(int, kind);
    QFETCH(QString, part);
    VERIFY_REFUSED(openBytes(bytes.toStdString(), "case.safetensors"), static_cast<Kind>(kind), part.toStdString());
  }

  void limitsHold() {
    ReadControl control;
    control.limits.headerBytes = 20;
    VERIFY_REFUSED(openBytes(safetensors(kHonest, kEight), "case.safetensors", control), Kind::Limit,
                   "its header is larger");
    control.limits = {};
    control.limits.tensors = 1;
    const std::string three = "{" + entry("[1]", "[0,4]") + "," + entry("[1]", "[4,8]", "\"F32\"", "v") + "," +
                              entry("[0]", "[8,8]", "\"F32\"", "u") + "}";
    VERIFY_REFUSED(openBytes(safetensors(three, kEight), "case.safetensors", control), Kind::Limit, "more tensors");
  }
};

QTEST_APPLESS_MAIN(HostileSafetensorsTest)
#include "hostile_safetensors_test.moc"

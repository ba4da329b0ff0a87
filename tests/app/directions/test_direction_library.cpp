// What is kept beside a model: nothing lost, nothing doubled, broken files left alone.
#include "app/directions/direction_library.h"
#include "model/checkpoint/checkpoint_reader.h"
#include "model/checkpoint/safetensors_writer.h"
#include "model/direction_file.h"
#include "model/numpy_random.h"
#include "tests/refusal.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <thread>

using namespace loom;
using namespace loom::app;

namespace {

constexpr int kDimensions = 16;
const std::string kSha(64, 'a');

KeptDirection direction(const std::string& name, std::uint32_t seed, int first = 0, int last = -1) {
  return keptDirection(name, model::normalVector(seed, kDimensions), 2.5F,
                       {{"method", "pca"}, {"number", "3 of 10"}, {"samples", "10000"}, {"seed", std::to_string(seed)}}, first, last);
}

QStringList namesOf(const DirectionList& list) {
  QStringList names;
  for (const KeptDirection& kept : list.directions) {
    names.append(QString::fromStdString(kept.name));
  }
  return names;
}

std::vector<std::string> idsOf(const DirectionList& list) {
  std::vector<std::string> ids;
  for (const KeptDirection& kept : list.directions) {
    ids.push_back(kept.id);
  }
  return ids;
}

}  // namespace

class TestDirectionLibrary : public QObject {
  Q_OBJECT

  std::unique_ptr<QTemporaryDir> m_folder;

  std::filesystem::path path(const char* name) const { return m_folder->filePath(QLatin1String(name)).toStdString(); }
  DirectionLibrary library(const std::string& sha = kSha) const {
    return DirectionLibrary({path("net.pkl"), sha, "w", kDimensions}, path("user"));
  }
  QByteArray bytes() const {
    QFile file(m_folder->filePath(QStringLiteral("net.pkl.directions.safetensors")));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
  }
  void overwrite(const QByteArray& content) const {
    QFile file(m_folder->filePath(QStringLiteral("net.pkl.directions.safetensors")));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
  }

 private Q_SLOTS:
  void init() { m_folder = std::make_unique<QTemporaryDir>(); }

  void whatIsKeptComesBack() {
    QVERIFY(library().load().directions.empty());
    QVERIFY(!QFile::exists(QString::fromStdString(library().besideModel().string())));  // looking makes nothing
    const std::vector<KeptDirection> some{direction("Smile", 1), direction("Age", 2, 3, 7)};
    const DirectionList written = library().add(some);
    QCOMPARE(written.directions, some);
    const DirectionList read = library().load();
    QCOMPARE(read.directions, some);  // bit for bit
    QCOMPARE(read.file, path("net.pkl.directions.safetensors"));
    QVERIFY(read.notice.empty());
    QCOMPARE(QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden), QStringList{"net.pkl.directions.safetensors"});
    QCOMPARE(describeOrigin(read.directions[0].made), std::string("principal axis 3 of 10, of 10000 latents from seed 1"));
    // It is a file of directions like any other.
    const model::FileDirections file = model::readDirections(read.file, kDimensions);
    QCOMPARE(file.names, (std::vector<std::string>{"Smile", "Age"}));
    QCOMPARE(file.layers, (std::vector<std::pair<int, int>>{{0, -1}, {3, 7}}));
    QCOMPARE(file.units, (std::vector<float>{2.5F, 2.5F}));
  }

  void nothingIsThereTwice() {
    library().add({direction("Smile", 1)});
    const DirectionList list = library().add({direction("Grin", 1), direction("smile", 2), direction("SMILE", 3), direction("Smile", 4)});
    QCOMPARE(namesOf(list), (QStringList{"Smile", "smile 2", "SMILE 3", "Smile 4"}));
    QVERIFY(direction("Smile", 1).id != direction("Smile", 1, 2, 3).id);
    QCOMPARE(direction("Smile", 1).id.size(), 32U);
  }

  void theyAreRenamedReorderedAndDeleted() {
    auto list = library().add({direction("a", 1), direction("b", 2), direction("c", 3), direction("d", 4)});
    const auto ids = idsOf(list);
    list = library().rename(ids[1], "  Brille\n ü ");
    QCOMPARE(namesOf(list), (QStringList{"a", "Brille ü", "c", "d"}));
    QCOMPARE(idsOf(list), ids);
    QVERIFY(test::refusal<DirectionError>([&] { library().rename(ids[0], "C"); }).find("called c") != std::string::npos);
    QVERIFY(test::refusal<DirectionError>([&] { library().rename(ids[0], " \t"); }).find("needs a name") != std::string::npos);
    QVERIFY(test::refusal<DirectionError>([&] { library().rename("gone", "x"); }).find("not kept any more") != std::string::npos);
    list = library().reorder({ids[3], "gone", ids[1]});
    QCOMPARE(namesOf(list), (QStringList{"d", "Brille ü", "a", "c"}));
    list = library().remove({ids[0], ids[3], "gone"});
    QCOMPARE(namesOf(list), (QStringList{"Brille ü", "c"}));
    QCOMPARE(namesOf(library().load()), namesOf(list));
    QCOMPARE(directionCalled(list.directions, "BRILLE Ü")->id, ids[1]);
    QCOMPARE(directionCalled(list.directions, ids[2])->name, std::string("c"));
    QVERIFY(!directionCalled(list.directions, "d"));
    QVERIFY(library().remove(ids).directions.empty());
    QVERIFY(library().load().directions.empty());
    QCOMPARE(namesOf(library().add({direction("again", 9)})), QStringList{"again"});
  }

  void manyWriteAtOnce() {
    constexpr std::uint32_t kWriters = 6;
    constexpr std::uint32_t kEach = 8;
    std::vector<std::jthread> writers;
    for (std::uint32_t writer = 0; writer < kWriters; ++writer) {
      writers.emplace_back([this, writer] {
        for (std::uint32_t i = 0; i < kEach; ++i) {
          library().add({direction("same", writer * kEach + i)});
          library().load();  // never half of it
        }
      });
    }
    writers.clear();
    const DirectionList list = library().load();
    QCOMPARE(list.directions.size(), kWriters * kEach);
    QSet<QString> names;
    for (const QString& name : namesOf(list)) {
      names.insert(name);
    }
    QCOMPARE(names.size(), static_cast<qsizetype>(kWriters * kEach));
  }

  void brokenOnesAreLeftAlone_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("told");
    QTemporaryDir folder;
    DirectionLibrary({folder.filePath(QStringLiteral("net.pkl")).toStdString(), kSha, "w", kDimensions}, folder.path().toStdString())
        .add({direction("a", 1), direction("b", 2)});
    QFile file(folder.filePath(QStringLiteral("net.pkl.directions.safetensors")));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray good = file.readAll();
    const auto changed = [&](const char* from, const char* to) {
      QByteArray content = good;
      const auto at = content.indexOf(from);
      Q_ASSERT(at >= 0 && qstrlen(from) == qstrlen(to));
      return content.replace(at, static_cast<qsizetype>(qstrlen(from)), to);
    };
    QTest::newRow("cut") << good.left(good.size() - 20) << "damaged";
    QTest::newRow("nothing") << QByteArray("x") << "not a checkpoint";
    QTest::newRow("newer") << changed("directions 1\"", "directions 2\"") << "newer version";
    QTest::newRow("list") << changed("[{\\\"id", "[[\\\"id") << "list of directions is damaged";
    QTest::newRow("z") << changed("\"space\":\"w\"", "\"space\":\"z\"") << "they are of z";
  }
  void brokenOnesAreLeftAlone() {
    QFETCH(QByteArray, content);
    QFETCH(QString, told);
    overwrite(content);
    for (const std::string& message : {test::refusal<DirectionError>([&] { library().load(); }),
                                       test::refusal<DirectionError>([&] { library().add({direction("c", 3)}); }),
                                       test::refusal<DirectionError>([&] { library().remove({"x"}); })}) {
      QVERIFY2(QString::fromStdString(message).contains(told), message.c_str());
      QVERIFY2(QString::fromStdString(message).contains("net.pkl.directions.safetensors"), message.c_str());
      QVERIFY2(QString::fromStdString(message).contains("left as it is"), message.c_str());
    }
    QCOMPARE(bytes(), content);
    QCOMPARE(QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden), QStringList{"net.pkl.directions.safetensors"});
  }

  void otherModelsAreTold() {
    library().add({direction("a", 1)});
    const DirectionList list = library(std::string(64, 'b')).load();
    QCOMPARE(list.directions.size(), 1U);
    QVERIFY2(list.notice.find("another file of this name") != std::string::npos, list.notice.c_str());
    const DirectionLibrary wider({path("net.pkl"), kSha, "w", 32}, path("user"));
    const std::string message = test::refusal<DirectionError>([&] { wider.load(); });
    QVERIFY2(message.find("have 16 dimensions") != std::string::npos, message.c_str());
    QVERIFY(test::refusal<DirectionError>([&] { library().add({keptDirection("x", {1, 0}, 1, {})}); }).find("2 dimensions") !=
            std::string::npos);
    QCOMPARE(library().load().directions.size(), 1U);
  }

  void filesOfOthersAreTaken() {
    // Ten thousand of one name: quick, and each has a name of its own.
    constexpr std::int64_t kMany = 10000;
    std::string entries;
    for (std::int64_t i = 0; i < kMany; ++i) {
      entries += std::string(i ? "," : "[") + "{\"name\":\"\\u001b]2;x\",\"layers\":\"9-2\"}";
    }
    const model::FloatTensor values{{kMany, kDimensions}, model::normalVector(1, static_cast<int>(kMany) * kDimensions)};
    model::writeSafetensors(path("net.pkl.directions.safetensors"), {{"directions", values}}, {{"entries", entries + "]"}});
    const DirectionList list = library().load();
    QCOMPARE(list.directions.size(), static_cast<std::size_t>(kMany));
    QCOMPARE(list.directions.front().name, std::string("?]2;x"));
    QCOMPARE(list.directions.back().name, std::string("?]2;x 10000"));
    QCOMPARE(list.directions.front().lastLayer, -1);
    QCOMPARE(list.directions.front().made.front().second, std::string("file"));
    QVERIFY(test::refusal<DirectionError>([&] { library().add({direction("one more", 5)}); }).find("10000") != std::string::npos);
  }

  void whereTheFolderCannotBeWrittenTheUsersIs() {
    // In /proc nobody makes a file, not even root.
    const DirectionLibrary there({"/proc/self/net.pkl", kSha, "w", kDimensions}, path("user"));
    there.add({direction("a", 1)});
    const DirectionList list = there.add({direction("b", 2)});
    QCOMPARE(namesOf(list), (QStringList{"a", "b"}));
    QCOMPARE(list.file, path("user") / (kSha + ".directions.safetensors"));
    QCOMPARE(namesOf(there.load()), (QStringList{"a", "b"}));
    // The same model where it can be written: it begins with these, and then goes its own way.
    QCOMPARE(namesOf(library().load()), (QStringList{"a", "b"}));
    QCOMPARE(namesOf(library().remove({list.directions[0].id})), QStringList{"b"});
    QCOMPARE(namesOf(library().load()), QStringList{"b"});
    QCOMPARE(namesOf(there.load()), (QStringList{"a", "b"}));
    library().remove({list.directions[1].id});
    QVERIFY(library().load().directions.empty());
    const std::string message = test::refusal<DirectionError>([] {
      DirectionLibrary({"/proc/self/net.pkl", kSha, "w", kDimensions}, "/proc/self/user").add({direction("a", 1)});
    });
    QVERIFY2(message.find("neither in /proc/self nor in /proc/self/user") != std::string::npos, message.c_str());
    QVERIFY(test::refusal<DirectionError>([] {
              DirectionLibrary({"/proc/self/net.pkl", "", "w", kDimensions}, "/proc/self/user").add({direction("a", 1)});
            }).find("folder of your own") != std::string::npos);
  }
};

QTEST_GUILESS_MAIN(TestDirectionLibrary)
#include "test_direction_library.moc"

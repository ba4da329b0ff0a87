#include "app/project/project.h"
#include "tests/refusal.h"

#include <nlohmann/json.hpp>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <limits>
#include <random>

using namespace loom::app;
using loom::test::refusal;
using nlohmann::json;

namespace {

Project everyField() {
  Project project;
  project.models = {{std::string(64, 'a'), "/models/späte Töne.pth", "späte Töne.pth", "g_ema"},
                    {std::string(64, '0'), "", "b.pkl", ""}};
  project.model = 1;
  project.state.latent.seed = 4294967295u;
  project.state.latent.edits = {{0, 1.0F / 3}, {99, -2.5e-20F}};
  project.state.latent.truncation = 0.7;
  project.state.z = {std::numeric_limits<float>::denorm_min(), -std::numeric_limits<float>::max(), 0.1F};
  project.timeline.loop = true;
  project.timeline.interpolation = "spline";
  for (int i = 0; i < 3; ++i) {
    ProjectKeyframe keyframe;
    keyframe.seconds = i * 0.1;
    keyframe.easing = i == 1 ? "ease in-out" : "linear";
    keyframe.model = i % 2;
    keyframe.state.latent.seed = static_cast<std::uint32_t>(i);
    loom::model::LatentState source;
    source.seed = 7;
    loom::model::takeStyle(keyframe.state.latent, 3, source, 0.25F);
    keyframe.state.latent.directions = {{loom::model::Direction{"smile", {0.1F, -0.2F}}, 1.5F, 2, 5}};
    project.timeline.keyframes.push_back(keyframe);
  }
  project.directions = {"faces-pca.safetensors", "smile.npy"};
  project.layout = std::string("\0\xff\x01[imgui]\n", 11);
  return project;
}

}  // namespace

class TestProject : public QObject {
  Q_OBJECT

  QTemporaryDir m_folder;
  std::filesystem::path path(const char* name) const {
    return m_folder.filePath(QString::fromLatin1(name)).toStdString();
  }
  static std::string refused(const json& object) {
    return refusal<ProjectError>([&] { projectFromJson(object.dump()); });
  }

 private Q_SLOTS:
  void everythingComesBack() {
    const Project project = everyField();
    saveProject(path("a.loom"), project);
    QVERIFY(loadProject(path("a.loom")) == project);
    saveProject(path("a.loom"), Project());
    QVERIFY(loadProject(path("a.loom")) == Project());
    QCOMPARE(QDir(m_folder.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot).size(), 1);
    QCOMPARE(projectToJson(project), projectToJson(project));
  }

  void unknownFieldsAreIgnored() {
    json object = json::parse(projectToJson(everyField()));
    object["tomorrow"] = {{"x", 1}};
    object["timeline"]["keyframes"][0]["tomorrow"] = 2;
    QVERIFY(projectFromJson(object.dump()) == everyField());
  }

  void aNewerVersionIsRefused() {
    json object = json::parse(projectToJson(everyField()));
    object["loom_project"] = 2;
    object["program"] = "Latent Loom 9.9";
    object.erase("models");
    QFile file(path("new.loom"));
    const std::string text = object.dump();
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text.data(), qint64(text.size())) > 0);
    file.close();
    const std::string message = refusal<ProjectNewer>([&] { loadProject(path("new.loom")); });
    QVERIFY2(message.find("newer version") != std::string::npos && message.find("9.9") != std::string::npos &&
                 message.find("new.loom") != std::string::npos,
             message.c_str());
  }

  void hostileOnesAreRefused_data() {
    QTest::addColumn<QString>("pointer");
    QTest::addColumn<QString>("value");
    const auto row = [](const char* name, const char* pointer, const char* value) {
      QTest::newRow(name) << pointer << value;
    };
    row("version zero", "/loom_project", "0");
    row("version text", "/loom_project", "\"1\"");
    row("version fraction", "/loom_project", "1.5");
    row("models no list", "/models", "{}");
    row("model no object", "/models/0", "3");
    row("hash short", "/models/0/sha256", "\"abc\"");
    row("hash capitals", "/models/0/sha256", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"");
    row("name with folder", "/models/0/name", "\"../x.pth\"");
    row("name empty", "/models/0/name", "\"\"");
    row("model index above", "/model", "2");
    row("model index below", "/model", "-2");
    row("model index fraction", "/model", "0.5");
    row("state no object", "/state", "[]");
    row("state damaged", "/state/blend", "7");
    row("loop number", "/timeline/loop", "1");
    row("keyframes no list", "/timeline/keyframes", "null");
    row("keyframe no object", "/timeline/keyframes/1", "\"x\"");
    row("time negative", "/timeline/keyframes/0/seconds", "-1");
    row("time huge", "/timeline/keyframes/2/seconds", "1e300");
    row("times descend", "/timeline/keyframes/1/seconds", "5");
    row("keyframe's model", "/timeline/keyframes/1/model", "2");
    row("easing number", "/timeline/keyframes/1/easing", "3");
    row("directions no list", "/directions", "\"x\"");
    row("directions number", "/directions/0", "1");
    row("directions with folder", "/directions/0", "\"/etc/passwd\"");
    row("directions with zero", "/directions/0", "\"a\\u0000b\"");
    row("layout no base64", "/layout", "\"***\"");
    row("layout number", "/layout", "5");
  }
  void hostileOnesAreRefused() {
    QFETCH(QString, pointer);
    QFETCH(QString, value);
    json object = json::parse(projectToJson(everyField()));
    object[json::json_pointer(pointer.toStdString())] = json::parse(value.toStdString());
    const std::string message = refused(object);
    QVERIFY(!message.empty());
    // Every field is needed.
    object = json::parse(projectToJson(everyField()));
    json& above = object[json::json_pointer(pointer.section('/', 0, -2).toStdString())];
    if (above.is_object()) {
      above.erase(pointer.section('/', -1).toStdString());
      const bool optional = pointer.startsWith(QStringLiteral("/state/"));
      QCOMPARE(refused(object).empty(), optional);
    }
  }

  void textsThatAreNoProject() {
    for (const std::string& text :
         {std::string(), std::string("[]"), std::string("null"), std::string("{"), std::string("\xff\xfe{}"),
          std::string(1'000'000, '['), "{\"a\":" + std::string(100'000, '{'), std::string("{}")}) {
      QVERIFY(!refusal<ProjectError>([&] { projectFromJson(text); }).empty());
    }
    json large = json::parse(projectToJson(Project()));
    large["directions"] = json(std::vector<std::string>(20'000, "a"));
    QVERIFY(!refused(large).empty());
    // Cut anywhere, it is refused and nothing else.
    const std::string whole = projectToJson(everyField());
    for (std::size_t length = 0; length + 2 < whole.size(); ++length) {
      QVERIFY(!refusal<ProjectError>([&] { projectFromJson(std::string_view(whole).substr(0, length)); }).empty());
    }
    // Bytes that are changed at random: read or refused, by the one exception.
    std::mt19937 random(11);
    for (int round = 0; round < 3000; ++round) {
      std::string text = whole;
      for (int i = 0; i < 3; ++i) {
        text[random() % text.size()] = static_cast<char>(random());
      }
      try {
        projectFromJson(text);
      } catch (const ProjectError&) {
        continue;
      }
    }
  }

  void whatCouldNotBeReadAgainIsNotWritten() {
    saveProject(path("b.loom"), everyField());
    Project broken = everyField();
    broken.model = 7;
    const std::string message = refusal<ProjectError>([&] { saveProject(path("b.loom"), broken); });
    QVERIFY2(message.find("b.loom") != std::string::npos, message.c_str());
    QVERIFY(loadProject(path("b.loom")) == everyField());
  }

  void filesThatCannotBe() {
    QVERIFY(refusal<ProjectError>([&] { loadProject(path("none.loom")); }).find("none.loom") != std::string::npos);
    QVERIFY(!refusal<ProjectError>([&] { saveProject(path("no folder/x.loom"), Project()); }).empty());
    QVERIFY(!refusal<ProjectError>([&] { loadProject(m_folder.path().toStdString()); }).empty());
  }
};

QTEST_GUILESS_MAIN(TestProject)
#include "test_project.moc"

#include "tests/bench/start_figures.h"

#include <QElapsedTimer>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QThread>

#include <map>

namespace loom::bench {
namespace {

constexpr const char* kLast = "first frame on screen";

std::map<QString, double> readTrace(const QString& path) {
  std::map<QString, double> milestones;
  QFile file(path);
  if (file.open(QIODevice::ReadOnly)) {
    for (const QByteArray& line : file.readAll().split('\n')) {
      const QJsonObject entry = QJsonDocument::fromJson(line).object();
      if (!entry.isEmpty()) {
        milestones[entry.value(QStringLiteral("event")).toString()] = entry.value(QStringLiteral("at_ms")).toDouble();
      }
    }
  }
  return milestones;
}

/// One start, until the first picture was seen.
std::map<QString, double> startOnce() {
  constexpr int kPatienceMs = 30000;
  constexpr int kPollMs = 20;
  const QTemporaryDir folder;
  const QString trace = folder.filePath(QStringLiteral("trace.jsonl"));
  QProcess program;
  program.setProcessChannelMode(QProcess::ForwardedErrorChannel);
  program.start(QStringLiteral(LOOM_PROGRAM), {QStringLiteral("--fresh"), QStringLiteral("--trace"), trace});
  QElapsedTimer clock;
  clock.start();
  std::map<QString, double> milestones;
  while (!milestones.contains(QLatin1String(kLast)) && clock.elapsed() < kPatienceMs) {
    QThread::msleep(kPollMs);
    milestones = readTrace(trace);
  }
  program.terminate();
  if (!program.waitForFinished(2000)) {
    program.kill();
    program.waitForFinished();
  }
  return milestones;
}

}  // namespace

std::vector<Figure> measureStart(int runs) {
  std::vector<Figure> figures{{"start: main() reached", {}, 0.0, 0.5},
                              {"start: window on screen", {}, 0.0, 0.5},
                              {"start: model open", {}, 0.0, 0.5},
                              {"start: first generated picture on screen", {}, 1500.0, 0.5}};
  const char* events[] = {"main", "window on screen", "model open", kLast};
  startOnce();
  for (int run = 0; run < runs; ++run) {
    const auto milestones = startOnce();
    for (std::size_t i = 0; i < figures.size(); ++i) {
      if (const auto it = milestones.find(QLatin1String(events[i])); it != milestones.end()) {
        figures[i].samples.push_back(it->second);
      }
    }
  }
  return figures;
}

}  // namespace loom::bench

// latent-loom: the command line, or the window.
#include "app/commands/commands.h"
#include "app/program_services.h"
#include "app/trace.h"
#include "ui/shell/explorer_canvas.h"
#include "ui/shell/main_window.h"
#include "ui/shell/project_commands.h"

#include <QApplication>
#include <QFile>
#include <QFileInfo>
#include <QSettings>
#include <QTemporaryDir>

#include <clocale>
#include <memory>

namespace {

using loom::app::Invocation;

QString fromNative(const std::filesystem::path& path) { return QFile::decodeName(path.c_str()); }

/// --fresh: settings live in a folder that goes with the program.
std::unique_ptr<QTemporaryDir> separateSettings(bool fresh) {
  if (!fresh) {
    return nullptr;
  }
  auto folder = std::make_unique<QTemporaryDir>();
  QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder->path());
  return folder;
}

/// What was asked for, else what was open last, where the hand was then, else the bundled one.
void openFirst(const Invocation& invocation, const loom::app::ProgramServices& services, loom::ui::MainWindow& window) {
  constexpr std::uint32_t kInvitingSeed = 3;  // of the bundled checkpoint: a laughing face
  if (!invocation.file.empty()) {
    window.openFile(QFileInfo(fromNative(invocation.file)).absoluteFilePath());
  } else if (!window.openLast()) {
    loom::model::SavedState state;
    state.latent.seed = kInvitingSeed;
    window.explorer().open(services.bundledCheckpoint(), state);
  }
}

void traceMilestones(loom::app::Trace& trace, loom::ui::MainWindow& window) {
  using loom::ui::Explorer;
  using loom::ui::ExplorerCanvas;
  QObject::connect(&window.explorer(), &Explorer::opened, &window, [&] { trace.markOnce("model open"); });
  QObject::connect(&window.explorer(), &Explorer::frameReady, &window, [&] { trace.markOnce("first frame made"); });
  QObject::connect(&window.canvas(), &ExplorerCanvas::framePresented, &window,
                   [&] { trace.markOnce("first frame on screen"); });
  QObject::connect(&window.canvas(), &ExplorerCanvas::frameSwapped, &window,
                   [&] { trace.markOnce("window on screen"); });
}

int runWindow(int& argc, char** argv, const Invocation& invocation) {
  loom::app::Trace trace(fromNative(invocation.trace));
  trace.mark("main");
  QCoreApplication::setOrganizationName(QStringLiteral("latent-loom"));
  QCoreApplication::setApplicationName(QStringLiteral("latent-loom"));
  QCoreApplication::setApplicationVersion(QStringLiteral(LOOM_VERSION));
  QGuiApplication::setDesktopFileName(QStringLiteral("org.latentloom.LatentLoom"));
  QSettings::setDefaultFormat(QSettings::IniFormat);
  const auto settingsFolder = separateSettings(invocation.fresh);
  QApplication application(argc, argv);
  std::setlocale(LC_NUMERIC, "C");  // Dear ImGui and file formats speak with points, whatever the desktop's language
  trace.mark("application");
  loom::app::ProgramServices services;
  loom::ui::MainWindow window(services);
  traceMilestones(trace, window);
  // Before the window is shown: the loader works while the window comes up.
  openFirst(invocation, services, window);
  window.show();
  if (!invocation.fresh) {
    window.projects().offerLeft();
  }
  trace.mark("event loop");
  return QApplication::exec();
}

}  // namespace

int main(int argc, char** argv) {
  const Invocation invocation = loom::app::runCommand({argv + 1, argv + argc}, loom::app::standardStreams());
  return invocation.exitCode ? *invocation.exitCode : runWindow(argc, argv, invocation);
}

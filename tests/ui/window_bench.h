// The program's window with the program's services behind it, settings of its own, and a hand.
#pragma once

#include "app/program_services.h"
#include "tests/ui/hand.h"
#include "ui/session/explorer.h"
#include "ui/shell/explorer_canvas.h"
#include "ui/shell/main_window.h"

#include <QImage>
#include <QTemporaryDir>

#include <functional>
#include <memory>

class QDialog;

namespace loom::test {

/// Loading and waiting for pictures: no test fails for a machine that is merely busy.
constexpr int kPatienceMs = 30000;

class WindowBench {
 public:
  /// Settings begin empty, but for the hints of the first start, which lie over the picture, and the folder for
  /// pictures, which is `file("pictures")`.
  WindowBench();
  ~WindowBench();

  /// Shows the window and opens `checkpoint`; true when its first picture was seen. An empty name opens nothing.
  bool show(const QString& checkpoint);
  bool show() { return show(bundled()); }
  /// Closes the window as a person does and makes another, as the next start of the program would. `between` sees the
  /// settings as they were left.
  void startAnew(const std::function<void()>& between = {});

  ui::MainWindow& window() { return *m_window; }
  ui::Explorer& explorer() { return m_window->explorer(); }
  ui::ExplorerCanvas& canvas() { return m_window->canvas(); }
  app::ProgramServices& services() { return *m_services; }
  Hand& hand() { return *m_hand; }
  const model::LatentState& latent() { return explorer().latent(); }

  QString autosaveFolder() const { return file(QStringLiteral("gallery/autosave")); }

  static QString bundled();
  /// A path in a folder that goes with the test.
  QString file(const QString& name) const { return m_folder.filePath(name); }

  /// Where a control is; the test fails where it was not drawn.
  QRect control(const QString& id);
  /// The place on slider `id`'s track at `share` of its length.
  QPoint onTrack(const QString& id, double share);
  /// Until the picture at the state where the hand stands was seen, the exact one.
  bool seesNewest();
  /// What is on the screen where the picture is, without its edges, once it rests. The pointer leaves what it is on.
  QImage picture();
  /// Drags one of each of `paths` over the canvas and lets go. False where the window does not want it.
  bool drop(const QStringList& paths);
  /// The sentence in the bar; empty where there is none to be seen.
  QString message();
  /// Until a message that contains `part` is seen.
  bool sees(const QString& part);
  /// Waits for the load under way to end, one way or the other.
  bool loaded();
  /// Does `act`, which opens a dialog and returns when it is closed; `look` sees it, then it is closed.
  bool withDialog(const std::function<void()>& act, const std::function<void(QDialog&)>& look);
  /// Says yes to every dialog that `act` opens; one that asks for a file or folder gets `path`.
  void agree(const std::function<void()>& act, const QString& path);

 private:
  void makeWindow();

  QTemporaryDir m_folder;
  std::unique_ptr<app::ProgramServices> m_services;
  std::unique_ptr<ui::MainWindow> m_window;
  std::unique_ptr<Hand> m_hand;
  std::uint64_t m_presented = 0;
};

}  // namespace loom::test

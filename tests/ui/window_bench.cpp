#include "tests/ui/window_bench.h"

#include "ui/shell/message_bar.h"

#include <QApplication>
#include <QDialog>
#include <QDir>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QLineEdit>
#include <QMimeData>
#include <QSettings>
#include <QStandardPaths>
#include <QTimer>
#include <QUrl>
#include <QtTest>

#include <clocale>

namespace loom::test {

WindowBench::WindowBench() {
  QCoreApplication::setOrganizationName(QStringLiteral("latent-loom"));
  QCoreApplication::setApplicationName(QStringLiteral("latent-loom"));
  QStandardPaths::setTestModeEnabled(true);
  QSettings::setDefaultFormat(QSettings::IniFormat);
  QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, file(QStringLiteral("settings")));
  std::setlocale(LC_NUMERIC, "C");
  QDir().mkpath(file(QStringLiteral("pictures")));
  QSettings settings;
  settings.setValue(QStringLiteral("view/hintsSeen"), true);
  settings.setValue(QStringLiteral("save/folder"), file(QStringLiteral("pictures")));
  settings.setValue(QStringLiteral("appearance"), static_cast<int>(ui::Appearance::Dark));
  makeWindow();
}

WindowBench::~WindowBench() = default;

void WindowBench::makeWindow() {
  m_services = std::make_unique<app::ProgramServices>(file(QStringLiteral("gallery")));
  m_window = std::make_unique<ui::MainWindow>(*m_services);
  m_hand = std::make_unique<Hand>(m_window->canvas());
  m_presented = 0;
  QObject::connect(&m_window->canvas(), &ui::ExplorerCanvas::framePresented, &m_window->canvas(),
                   [this](std::uint64_t generation) {
                     const auto& frame = canvas().frame();  // a coarse one or a draft is on the way to another
                     const bool exact = frame && frame->quality == model::Quality::Exact;
                     m_presented = exact ? generation : 0;
                   });
}

void WindowBench::startAnew(const std::function<void()>& between) {
  m_window->close();
  m_hand.reset();
  m_window.reset();
  m_services.reset();
  if (between) {
    between();
  }
  makeWindow();
}

bool WindowBench::show(const QString& checkpoint) {
  QCursor::setPos(QPoint(1599, 999));  // the real pointer, out of the way
  if (!checkpoint.isEmpty()) {
    m_window->openFile(checkpoint);
  }
  m_window->show();
  m_window->activateWindow();
  return QTest::qWaitForWindowActive(m_window.get()) && m_hand->frames(1) &&
         (checkpoint.isEmpty() || (loaded() && seesNewest())) && m_hand->settle();
}

QString WindowBench::bundled() { return QStringLiteral(LOOM_RESOURCES "/checkpoints/emoji-faces.safetensors"); }

QRect WindowBench::control(const QString& id) {
  const QRect place = canvas().controlRect(id);
  if (place.isEmpty()) {
    QTest::qFail(qPrintable(QStringLiteral("there is no control %1 on the canvas").arg(id)), __FILE__, __LINE__);
  }
  return place;
}

QPoint WindowBench::onTrack(const QString& id, double share) {
  const QRectF track = control(id);
  return QPointF(track.left() + share * track.width(), track.center().y()).toPoint();
}

bool WindowBench::seesNewest() {
  return QTest::qWaitFor(
      [this] {
        const auto& frame = canvas().frame();
        return explorer().openModel() && frame && frame->model == explorer().openModel()->id() &&
               frame->generation == explorer().newestGeneration() && m_presented == frame->generation;
      },
      kPatienceMs);
}

QImage WindowBench::picture() {
  constexpr int kEdge = 6;
  constexpr int kBeside = 10;
  // Tooltips lie over the picture: the pointer goes to where there are none.
  m_hand->moveTo(canvas().pictureRect().topLeft().toPoint() - QPoint(0, kBeside));
  if (!m_hand->settle()) {
    QTest::qFail("the canvas does not come to rest", __FILE__, __LINE__);
  }
  const QImage screen = canvas().grabFramebuffer();
  const double ratio = canvas().devicePixelRatioF();
  const QRectF place = canvas().pictureRect();
  return screen.copy(QRectF(place.topLeft() * ratio, place.size() * ratio).toRect().adjusted(kEdge, kEdge, -kEdge, -kEdge));
}

bool WindowBench::drop(const QStringList& paths) {
  QMimeData data;
  QList<QUrl> urls;
  for (const QString& path : paths) {
    urls << QUrl::fromLocalFile(path);
  }
  data.setUrls(urls);
  const QPoint place = canvas().rect().center();
  QDragEnterEvent enter(place, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(&canvas(), &enter);
  if (!enter.isAccepted()) {
    return false;
  }
  QDropEvent letGo(place, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(&canvas(), &letGo);
  return letGo.isAccepted();
}

QString WindowBench::message() {
  return m_window->messageBar().isVisible() ? m_window->messageBar().message() : QString();
}

bool WindowBench::sees(const QString& part) {
  return QTest::qWaitFor([&] { return message().contains(part); }, kPatienceMs);
}

bool WindowBench::loaded() {
  return QTest::qWaitFor([this] { return !explorer().opening(); }, kPatienceMs);
}

bool WindowBench::withDialog(const std::function<void()>& act, const std::function<void(QDialog&)>& look) {
  bool seen = false;
  QTimer watch;
  QObject::connect(&watch, &QTimer::timeout, [&] {
    if (auto* dialog = qobject_cast<QDialog*>(QApplication::activeModalWidget())) {
      watch.stop();
      seen = true;
      look(*dialog);
      dialog->close();
    }
  });
  watch.start(10);
  act();
  return QTest::qWaitFor([&] { return seen; }, kPatienceMs);
}

void WindowBench::agree(const std::function<void()>& act, const QString& path) {
  QTimer timer;
  QObject::connect(&timer, &QTimer::timeout, [&path] {
    auto* dialog = qobject_cast<QDialog*>(QApplication::activeModalWidget());
    if (auto* file = qobject_cast<QFileDialog*>(dialog)) {
      // selectFile() leaves the name alone while its field has the focus.
      file->findChild<QLineEdit*>(QStringLiteral("fileNameEdit"))->setText(path);
    }
    if (dialog) {
      dialog->accept();
    }
  });
  timer.start(20);
  act();
}

}  // namespace loom::test

#include "ui/shell/input_commands.h"

#include "ui/session/explorer.h"
#include "ui/shell/status_line.h"

#include <QClipboard>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QImage>
#include <QImageReader>
#include <QMimeData>
#include <QSettings>
#include <QUrl>

namespace loom::ui {
namespace {

QString pictureFilter() {
  QStringList patterns;
  for (const QByteArray& format : QImageReader::supportedImageFormats()) {
    patterns << QStringLiteral("*.") + QString::fromLatin1(format);
  }
  return QObject::tr("Pictures (%1);;All files (*)").arg(patterns.join(u' '));
}

/// The one local file that `data` names; empty where it names none or several.
QString fileIn(const QMimeData& data) {
  const auto urls = data.urls();
  return urls.size() == 1 && urls.first().isLocalFile() ? urls.first().toLocalFile() : QString();
}

}  // namespace

InputCommands::InputCommands(Explorer& explorer, StatusLine& status, QWidget& window)
    : m_explorer(explorer), m_status(status), m_window(window) {}

bool InputCommands::hasTaker() const {
  if (!m_explorer.takesPicture()) {
    m_status.tell(QObject::tr("the open model makes pictures of seeds and changes none"));
  }
  return m_explorer.takesPicture();
}

void InputCommands::open() {
  if (!hasTaker()) {
    return;
  }
  QSettings settings;
  const QString key = QStringLiteral("input/folder");
  const QString path = QFileDialog::getOpenFileName(&m_window, QObject::tr("Open input picture"),
                                                    settings.value(key).toString(), pictureFilter());
  if (!path.isEmpty()) {
    settings.setValue(key, QFileInfo(path).absolutePath());
    m_explorer.openInput(path);
  }
}

void InputCommands::paste() {
  if (!hasTaker()) {
    return;
  }
  const QMimeData* data = QGuiApplication::clipboard()->mimeData();
  if (data && (wants(*data) || !fileIn(*data).isEmpty())) {
    take(*data);
  } else {
    m_status.tell(QObject::tr("there is no picture in the clipboard"));
  }
}

void InputCommands::takeFormer() {
  if (hasTaker()) {
    m_explorer.takeFormerPicture();
  }
}

bool InputCommands::wants(const QMimeData& data) const { return m_explorer.takesPicture() && data.hasImage(); }

void InputCommands::take(const QMimeData& data) {
  // File managers offer a file's icon beside its name: the name comes first.
  if (const QString path = fileIn(data); !path.isEmpty()) {
    m_explorer.openInput(path);
    return;
  }
  const auto picture = qvariant_cast<QImage>(data.imageData());
  if (picture.isNull()) {
    m_status.tell(QObject::tr("the picture could not be taken over"));
  } else {
    m_explorer.takeInput(inputSource(picture));
  }
}

bool InputCommands::wantsFile(const QString& path) const {
  return m_explorer.takesPicture() && !QImageReader::imageFormat(path).isEmpty();
}

}  // namespace loom::ui

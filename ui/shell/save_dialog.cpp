#include "ui/shell/save_dialog.h"

#include <QComboBox>
#include <QDialog>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>
#include <QStandardPaths>

namespace loom::ui {
namespace {

QString pictureFolder() {
  const QString standard = QStandardPaths::writableLocation(QStandardPaths::PicturesLocation);
  const QString folder =
      QSettings().value(QStringLiteral("save/folder"), standard + QStringLiteral("/Latent Loom")).toString();
  QDir().mkpath(folder);  // where that fails, saving says why
  return folder;
}

QString baseName(const model::OpenedModel& model) {
  return QFileInfo(QString::fromStdString(model.path().string())).completeBaseName();
}

QString stateName(const model::OpenedModel& model, const model::LatentState& state) {
  if (model.info().input == model::InputKind::Picture) {
    const QString input = QFileInfo(QString::fromStdString(state.input.path)).completeBaseName();
    return input.isEmpty() ? QObject::tr("of a picture") : QObject::tr("of %1").arg(input);
  }
  QString name = QStringLiteral("seed %1").arg(state.seed);
  if (state.blend > 0.0F) {
    name += QStringLiteral(" to %1").arg(state.targetSeed);
  }
  if (!state.edits.empty() || state.pad != model::PadPosition{}) {
    name += QStringLiteral(" edited");
  }
  return name;
}

/// "NAME.png", "NAME 2.png", …: the first that is free.
QString freePath(const QString& folder, const QString& name, const QString& suffix) {
  QString path = QStringLiteral("%1/%2.%3").arg(folder, name, suffix);
  for (int i = 2; QFileInfo::exists(path); ++i) {
    path = QStringLiteral("%1/%2 %3.%4").arg(folder, name).arg(i).arg(suffix);
  }
  return path;
}

QString filters() {
  return QObject::tr("PNG (*.png);;JPEG (*.jpg *.jpeg);;TIFF (*.tif *.tiff)");
}

QString askPath(const QString& title, const QString& proposal, QWidget* parent) {
  QString chosenFilter;
  QString path = QFileDialog::getSaveFileName(parent, title, proposal, filters(), &chosenFilter);
  if (path.isEmpty()) {
    return {};
  }
  if (QFileInfo(path).suffix().isEmpty()) {
    path += chosenFilter.startsWith(QStringLiteral("JPEG"))   ? QStringLiteral(".jpg")
            : chosenFilter.startsWith(QStringLiteral("TIFF")) ? QStringLiteral(".tif")
                                                              : QStringLiteral(".png");
  }
  QSettings().setValue(QStringLiteral("save/folder"), QFileInfo(path).absolutePath());
  return path;
}

/// Asks for enlargement and quality and remembers them. False where it is cancelled.
bool askSizes(const model::Frame& frame, QWidget* parent) {
  const PictureRequest last = rememberedPictureRequest();
  QDialog dialog(parent);
  dialog.setWindowTitle(QObject::tr("Save picture as"));
  auto* form = new QFormLayout(&dialog);
  form->setContentsMargins(24, 20, 24, 20);
  form->setHorizontalSpacing(20);
  form->setVerticalSpacing(9);
  auto* scale = new QSpinBox;
  scale->setRange(1, 16);
  scale->setValue(last.scale);
  scale->setSuffix(QStringLiteral(" ×"));
  auto* resample = new QComboBox;
  resample->addItems({QObject::tr("Smooth"), QObject::tr("Pixel by pixel")});
  resample->setCurrentIndex(last.smooth ? 0 : 1);
  auto* quality = new QSpinBox;
  quality->setRange(1, 100);
  quality->setValue(last.jpegQuality);
  auto* size = new QLabel;
  const auto refresh = [&] {
    size->setText(
        QObject::tr("%1 × %2 pixels").arg(frame.width * scale->value()).arg(frame.height * scale->value()));
  };
  QObject::connect(scale, &QSpinBox::valueChanged, &dialog, refresh);
  refresh();
  form->addRow(QObject::tr("Enlarge"), scale);
  form->addRow(QObject::tr("Enlarged pixels"), resample);
  form->addRow(QObject::tr("JPEG quality"), quality);
  form->addRow(QObject::tr("Result"), size);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel);
  buttons->button(QDialogButtonBox::Save)->setText(QObject::tr("Save…"));
  form->addRow(buttons);
  QObject::connect(buttons, &QDialogButtonBox::accepted, &dialog, &QDialog::accept);
  QObject::connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
  if (dialog.exec() != QDialog::Accepted) {
    return false;
  }
  QSettings settings;
  settings.setValue(QStringLiteral("save/scale"), scale->value());
  settings.setValue(QStringLiteral("save/smooth"), resample->currentIndex() == 0);
  settings.setValue(QStringLiteral("save/quality"), quality->value());
  return true;
}

}  // namespace

PictureRequest rememberedPictureRequest() {
  const QSettings settings;
  PictureRequest request;
  request.scale = std::clamp(settings.value(QStringLiteral("save/scale"), 1).toInt(), 1, 16);
  request.smooth = settings.value(QStringLiteral("save/smooth"), true).toBool();
  request.jpegQuality = std::clamp(settings.value(QStringLiteral("save/quality"), 95).toInt(), 1, 100);
  return request;
}

QString nextPicturePath(const model::OpenedModel& model, const model::LatentState& state) {
  return freePath(pictureFolder(), baseName(model) + u' ' + stateName(model, state), QStringLiteral("png"));
}

std::optional<PictureRequest> askPictureRequest(const model::OpenedModel& model, const model::Frame& frame,
                                                QWidget* parent) {
  if (!askSizes(frame, parent)) {
    return std::nullopt;
  }
  PictureRequest request = rememberedPictureRequest();
  request.path = askPath(QObject::tr("Save picture as"), nextPicturePath(model, frame.latent), parent);
  if (request.path.isEmpty()) {
    return std::nullopt;
  }
  return request;
}

QString askGridPath(const model::OpenedModel& model, const QString& what, QWidget* parent) {
  return askPath(QObject::tr("Save sheet"), freePath(pictureFolder(), baseName(model) + u' ' + what, QStringLiteral("png")), parent);
}

QString askPicturesFolder(QWidget* parent) {
  const QString folder = QFileDialog::getExistingDirectory(parent, QObject::tr("Folder for the pictures"), pictureFolder());
  if (!folder.isEmpty()) {
    QSettings().setValue(QStringLiteral("save/folder"), folder);
  }
  return folder;
}

QString askDatasetPath(const model::OpenedModel& model, bool zip, QWidget* parent) {
  QSettings settings;
  const QString key = QStringLiteral("dataset/folder");
  const QString folder = settings.value(key, QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation)).toString();
  // A dialog for saving would walk into a folder that was begun, instead of taking it.
  QString path = zip ? QFileDialog::getSaveFileName(parent, QObject::tr("Save synthetic data set"),
                                                    folder + u'/' + baseName(model) + QObject::tr(" synthetic.zip"), QObject::tr("Zip (*.zip)"))
                     : QFileDialog::getExistingDirectory(parent, QObject::tr("An empty folder for the data set, or one that was begun"), folder);
  if (path.isEmpty()) {
    return {};
  }
  if (zip && !path.endsWith(QStringLiteral(".zip"))) {
    path += QStringLiteral(".zip");
  }
  settings.setValue(key, QFileInfo(path).absolutePath());
  return path;
}

}  // namespace loom::ui

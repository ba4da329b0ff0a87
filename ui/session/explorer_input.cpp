// The part of the session that feeds image-to-image models.
#include "ui/session/explorer.h"

#include <QFileInfo>

namespace loom::ui {

bool Explorer::takesPicture() const { return m_model && m_model->info().input == model::InputKind::Picture; }

const InputSource* Explorer::input() const { return takesPicture() ? m_inputs.find(m_latent.input.sha256) : nullptr; }

void Explorer::takeInput(InputSource source) {
  if (!takesPicture()) {
    return;
  }
  model::LatentState state = m_latent;
  state.input = m_inputs.keep(std::move(source), m_latent.input.side);
  endGesture();
  edit(state, tr("input picture"));
  endGesture();
}

void Explorer::openInput(const QString& path) {
  readInput(path, [this](std::optional<InputSource> source, const QString& problem) {
    if (source) {
      takeInput(std::move(*source));
    } else {
      Q_EMIT inputFailed(problem);
    }
  });
}

void Explorer::takeFormerPicture() {
  try {
    if (m_formerFrame) {
      takeInput(inputSource(imageOfFrame(*m_formerFrame)));
    }
  } catch (const InputPictureError& error) {
    Q_EMIT inputFailed(QString::fromUtf8(error.what()));
  }
}

void Explorer::readInput(const QString& path, std::function<void(std::optional<InputSource>, const QString&)> then) {
  m_inputReader.setMaxThreadCount(1);  // one after the other: the last that was asked for is the last that comes
  m_inputReader.start([this, path, then = std::move(then)] {
    std::optional<InputSource> source;
    QString problem;
    try {
      source = readInputSource(path);
    } catch (const std::exception& error) {
      problem = QString::fromUtf8(error.what());
    }
    QMetaObject::invokeMethod(
        this, [then, source = std::move(source), problem] { then(source, problem); }, Qt::QueuedConnection);
  });
}

model::InputPicture Explorer::standInInput(int side) {
  try {
    if (m_formerFrame) {
      return m_inputs.keep(inputSource(imageOfFrame(*m_formerFrame)), side);
    }
  } catch (const InputPictureError&) {
    // What the GPU does not give back is no reason to show nothing.
  }
  return m_inputs.keep(inputSource(testPicture()), side);
}

void Explorer::findInput() {
  const model::InputPicture wanted = m_latent.input;
  if (m_inputs.find(wanted.sha256)) {
    return;
  }
  if (wanted.sha256.empty()) {
    m_latent.input = standInInput(wanted.side);
    return;
  }
  const QString name = QFileInfo(QString::fromStdString(wanted.path)).fileName();
  const auto standIn = [this, wanted, name] {
    if (takesPicture() && m_latent.input == wanted) {
      m_latent.input = standInInput(wanted.side);
      requestFrame();
      Q_EMIT latentChanged();
    }
    Q_EMIT inputFailed(
        tr("The picture that was changed (%1) is not at hand: another stands in for it. Open it to have the same again.")
            .arg(name.isEmpty() ? tr("pasted, or of another model") : name));
  };
  const QString path = InputPictures::pathOf(wanted);
  if (path.isEmpty()) {
    // After what led here: the window clears its message where a state came back.
    QMetaObject::invokeMethod(this, standIn, Qt::QueuedConnection);
    return;
  }
  readInput(path, [this, wanted, standIn](std::optional<InputSource> source, const QString&) {
    if (!source || source->sha256 != wanted.sha256) {
      standIn();
      return;
    }
    m_inputs.keep(std::move(*source), wanted.side);
    requestFrame();
    Q_EMIT latentChanged();
  });
}

}  // namespace loom::ui

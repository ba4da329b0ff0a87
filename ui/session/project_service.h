// What the window asks of project files: to write one, to read one, to keep one safe while it is worked on.
#pragma once

#include "model/opened_model.h"
#include "model/timeline.h"

#include <QByteArray>
#include <QDateTime>
#include <QObject>
#include <QString>

#include <memory>
#include <optional>
#include <vector>

namespace loom::ui {

/// A piece of work as the window knows it.
struct Work {
  QString modelPath;  ///< of the open checkpoint; empty: none
  QString group;
  model::LatentState latent;
  std::vector<float> z;
  model::Timeline timeline;
  QByteArray layout;
  /// Whether saving would write something else. The layout does not count: nobody wants to be asked because of it.
  bool sameAs(const Work& other) const {
    return modelPath == other.modelPath && group == other.group && latent == other.latent && timeline == other.timeline;
  }
};

/// What a program that is gone left behind.
struct LeftWork {
  QString id;           ///< for `recover` and `discard`
  QString projectPath;  ///< empty: never saved
  QDateTime saved;
};

class ProjectService : public QObject {
  Q_OBJECT

 public:
  /// Writes the project, on a thread of its own where the checkpoint's hash is still to be taken; `saved` or `failed` tells.
  virtual void save(const QString& path, const Work& work) = 0;
  /// Reads a project; `opened` or `failed` tells.
  virtual void open(const QString& path) = 0;
  /// Whether `path` looks like a project by its suffix.
  virtual bool isProject(const QString& path) const = 0;

  /// Keeps the work safe; cheap where nothing changed. `projectPath`: where it was saved last, may be empty. What goes
  /// wrong is told once by `autosaveFailed`.
  virtual void autosave(const Work& work, const QString& projectPath) = 0;
  /// The work is safe elsewhere.
  virtual void clearAutosave() = 0;
  virtual std::vector<LeftWork> left() const = 0;
  virtual void recover(const QString& id) = 0;  ///< `opened` or `failed` tells
  virtual void discard(const QString& id) = 0;

 Q_SIGNALS:
  void saved(const QString& path, const loom::ui::Work& work);
  /// `path` is empty where it was recovered and had never been saved. `modelPath` of the work is where the checkpoint is
  /// now; `missing`, where it is not empty, is a sentence that says which one is needed, with its hash `sha256`.
  void opened(const QString& path, const loom::ui::Work& work, const QString& missing, const QString& sha256);
  void failed(const QString& message);
  void autosaveFailed(const QString& message);
};

}  // namespace loom::ui

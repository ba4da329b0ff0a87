// Where a checkpoint with a given hash was last seen: how a picture finds the model that made it.
#pragma once

#include <QString>

namespace loom::app {

/// Kept with the settings. Lives on the UI thread.
class KnownCheckpoints {
 public:
  void note(const QString& path, const QString& sha256);

  /// A file that is there and had this hash when it was last opened, unchanged in size and time since; empty where none is.
  QString find(const QString& sha256) const;
};

}  // namespace loom::app

#pragma once

#include <QDialog>

namespace loom::ui {

/// All shortcuts and gestures on one page.
class ShortcutsDialog : public QDialog {
  Q_OBJECT

 public:
  explicit ShortcutsDialog(QWidget* parent = nullptr);
};

}  // namespace loom::ui

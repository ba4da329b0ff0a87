// Giving an image-to-image model another picture: from a file, the clipboard, a drop, or the model before.
#pragma once

class QMimeData;
class QString;
class QWidget;

namespace loom::ui {

class Explorer;
class StatusLine;

class InputCommands {
 public:
  InputCommands(Explorer& explorer, StatusLine& status, QWidget& window);

  void open();   ///< asks for a file
  void paste();  ///< a picture, or the name of a file, in the clipboard
  void takeFormer();

  /// Whether `data` brings pixels that the open model could change; files are openFile's.
  bool wants(const QMimeData& data) const;
  void take(const QMimeData& data);
  /// Whether the open model could change the picture in the file at `path`, in whatever format.
  bool wantsFile(const QString& path) const;

 private:
  bool hasTaker() const;

  Explorer& m_explorer;
  StatusLine& m_status;
  QWidget& m_window;
};

}  // namespace loom::ui

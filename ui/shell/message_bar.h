// A sentence at the top of the canvas: what, which file, why, what to do. Takes no focus, waits for its cross.
#pragma once

#include <QFrame>

class QLabel;
class QToolButton;

namespace loom::ui {

struct Palette;

class MessageBar : public QFrame {
  Q_OBJECT

 public:
  /// A notice is a note about no model: it stays when the next one opens.
  enum class Kind { Error, Note, Notice };

  explicit MessageBar(QWidget* parent = nullptr);

  /// The first line is the sentence; further lines are details that fold out.
  void show(Kind kind, const QString& message);
  QString message() const;
  Kind kind() const { return m_kind; }
  void setPalette(const Palette& palette);

 private:
  void foldOut(bool on);
  void restyle();

  QLabel* m_sentence;
  QLabel* m_details;
  QToolButton* m_more;
  QToolButton* m_close;
  Kind m_kind = Kind::Note;
  const Palette* m_palette;
};

}  // namespace loom::ui

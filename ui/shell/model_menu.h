// The Model menu: the networks of the open file, and what it told while it was opened.
#pragma once

#include <QObject>

class QAction;
class QActionGroup;
class QMenu;

namespace loom::ui {

class Explorer;

class ModelMenu : public QObject {
  Q_OBJECT

 public:
  /// Fills `menu`, which must outlive this, and keeps it up to date.
  ModelMenu(Explorer& explorer, QMenu& menu, QObject* parent);

 Q_SIGNALS:
  /// The layers of the open network are to be shown.
  void layersAsked();

 private:
  void refill();

  Explorer& m_explorer;
  QMenu* m_networks;
  QAction* m_layers;
  QActionGroup* m_choice = nullptr;
};

}  // namespace loom::ui

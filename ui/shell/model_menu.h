// The Model menu: the networks of the open file, and what it told while it was opened.
#pragma once

#include <QObject>

class QActionGroup;
class QMenu;

namespace loom::ui {

class Explorer;

class ModelMenu : public QObject {
  Q_OBJECT

 public:
  /// Fills `menu`, which must outlive this, and keeps it up to date.
  ModelMenu(Explorer& explorer, QMenu& menu, QObject* parent);

 private:
  void refill();

  Explorer& m_explorer;
  QMenu* m_networks;
  QActionGroup* m_choice = nullptr;
};

}  // namespace loom::ui

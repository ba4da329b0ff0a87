#include "ui/shell/model_menu.h"

#include "ui/session/explorer.h"

#include <QAction>
#include <QActionGroup>
#include <QMenu>

namespace loom::ui {

ModelMenu::ModelMenu(Explorer& explorer, QMenu& menu, QObject* parent)
    : QObject(parent), m_explorer(explorer), m_networks(menu.addMenu(tr("&Network in the file"))),
      m_layers(menu.addAction(tr("&Layers of this network…"))) {
  connect(m_layers, &QAction::triggered, this, &ModelMenu::layersAsked);
  connect(&m_explorer, &Explorer::opened, this, &ModelMenu::refill);
  refill();
}

void ModelMenu::refill() {
  m_networks->clear();
  delete m_choice;
  m_choice = new QActionGroup(this);
  const auto& model = m_explorer.openModel();
  for (const std::string& group : model ? model->groups() : std::vector<std::string>()) {
    const QString name = QString::fromStdString(group);
    QAction* action = m_networks->addAction(name.isEmpty() ? tr("(the only one)") : name);
    action->setCheckable(true);
    action->setChecked(group == model->group());
    m_choice->addAction(action);
    connect(action, &QAction::triggered, this, [this, name] { m_explorer.takeGroup(name); });
  }
  m_layers->setEnabled(model && model->info().input == model::InputKind::Latent && !model->info().runsProgram);
  m_networks->setEnabled(model && !model->groups().empty());
}

}  // namespace loom::ui

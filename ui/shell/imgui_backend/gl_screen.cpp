#include "ui/shell/imgui_backend/gl_screen.h"

#include "ui/shell/imgui_backend/composed_screen.h"
#include "ui/shell/imgui_backend/copied_screen.h"
#include "ui/shell/imgui_backend/gl_abilities.h"

namespace loom::ui {

std::unique_ptr<GlScreen> GlScreen::make(QWidget& host) {
  const QByteArray wish = qgetenv("LOOM_GL_SCREEN");
  const GlAbilities& abilities = glAbilities();
  if (wish == "copy" || (wish != "compose" && abilities.usable && abilities.software)) {
    return std::make_unique<CopiedScreen>(host);
  }
  return std::make_unique<ComposedScreen>(host);
}

}  // namespace loom::ui

#include "model/chain/preset_layouts.h"

namespace loom::model {

const std::vector<ChainLayout>& presetLayouts() {
  static const std::vector<ChainLayout> kLayouts = [] {
    std::vector<ChainLayout> layouts;
    for (const char* text : presetTexts()) {
      layouts.push_back(chainLayoutFromJson(text));
    }
    return layouts;
  }();
  return kLayouts;
}

}  // namespace loom::model

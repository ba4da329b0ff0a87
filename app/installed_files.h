// Where the program's own files lie: beside the build, in the portable archive, or installed.
#pragma once

#include <QString>

namespace loom::app {

/// The first that is there of ../share/latent-loom/NAME beside the program and resources/NAME of the checkout that it was
/// built from; empty where neither is.
QString resourceFile(const QString& name);

/// The folder that ./dev setup fetches examples into; need not be there.
QString examplesFolder();

}  // namespace loom::app

// project_crasher FOLDER: autosaves a project again and again, with another seed each time, and tells the seed after
// it.
#include "app/project/autosave.h"

#include <QCoreApplication>

#include <cstdio>

int main(int argc, char** argv) {
  const QCoreApplication application(argc, argv);
  loom::app::Autosave autosave(QString::fromLocal8Bit(argv[1]));
  loom::app::Project project;
  project.layout.assign(300'000, 'x');  // large enough to be killed in the middle of
  for (std::uint32_t seed = 1;; ++seed) {
    project.state.latent.seed = seed;
    autosave.save(project, QStringLiteral("/work/späte Töne.loom"));
    std::printf("%u\n", seed);
    std::fflush(stdout);
  }
}

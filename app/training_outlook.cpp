#include "app/training_outlook.h"

#include "model/free_memory.h"

#include "model/training_rehearsal.h"

#include <QCoreApplication>

namespace loom::app {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("TrainingOutlook", text); }

QString sizesOf(const DataSurvey& survey) {
  constexpr std::size_t kShown = 3;
  QStringList sizes;
  for (std::size_t i = 0; i < std::min(kShown, survey.sizes.size()); ++i) {
    sizes << QStringLiteral("%1 × %2").arg(survey.sizes[i].width).arg(survey.sizes[i].height);
  }
  return sizes.join(QStringLiteral(", ")) + (survey.sizes.size() > kShown ? tr(" and other sizes") : QString());
}

QString classesOf(const DataSurvey& survey) {
  if (survey.classes.empty()) {
    return tr("no classes");
  }
  const auto byCount = [](const auto& a, const auto& b) { return a.count < b.count; };
  const auto [least, most] = std::minmax_element(survey.classes.begin(), survey.classes.end(), byCount);
  return tr("%1 classes of %2 to %3 pictures").arg(survey.classes.size()).arg(least->count).arg(most->count);
}

void describe(const DataSurvey& survey, ui::TrainingOutlook& outlook) {
  outlook.data = tr("%L1 pictures (%2)\n%3\n%4")
                     .arg(survey.pictures)
                     .arg(QString::fromStdString(survey.kind), sizesOf(survey), classesOf(survey));
  outlook.contactSheet = survey.contactSheet;
  for (const std::string& note : survey.notes) {
    outlook.warnings << QString::fromStdString(note);
  }
  if (survey.smaller > 0) {
    outlook.warnings << tr("%L1 pictures are smaller than the resolution and are enlarged.").arg(survey.smaller);
  }
  constexpr std::size_t kNamed = 5;
  for (std::size_t i = 0; i < std::min(kNamed, survey.unreadable.size()); ++i) {
    outlook.warnings << tr("Left out: %1, %2.")
                            .arg(QString::fromStdString(survey.unreadable[i].name),
                                 QString::fromStdString(survey.unreadable[i].reason));
  }
  if (survey.unreadable.size() > kNamed) {
    outlook.warnings << tr("%L1 more files could not be read.").arg(survey.unreadable.size() - kNamed);
  }
}

}  // namespace

ui::TrainingOutlook foresee(const model::TrainingSettings& settings, const std::string& dataPath,
                            const StartControl& given) {
  ui::TrainingOutlook outlook;
  StartControl control = given;
  control.surveyed = [&](const DataSurvey& survey) { describe(survey, outlook); };
  const auto data = openData(settings, dataPath, control);
  const int channels = data ? data->info().channels : 0;
  const int resolution = data ? data->info().resolution : 0;
  outlook.bytes = model::needsOf(settings, resolution, channels, 0).bytes;
  outlook.freeBytes = model::freeMemory();
  outlook.secondsPerStep = model::rehearse(settings, data, control.data.stop);
  return outlook;
}

}  // namespace loom::app

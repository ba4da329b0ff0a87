#include "app/directions/gallery_examples.h"

#include <algorithm>
#include <set>

namespace loom::app {
namespace {

class ExampleCollector {
 public:
  explicit ExampleCollector(const model::OpenedModel& opened)
      : m_opened(opened), m_width(static_cast<std::size_t>(latentDimensions(opened.info()))) {}

  void take(const GalleryEntry& entry, model::FloatTensor& places, const model::Interrupt& interrupt) const {
    if (entry.model.group.toStdString() != m_opened.group()) {
      return;  // another network of the same file
    }
    std::vector<float> place = entry.style;
    if (place.size() != m_width) {
      const std::string json = entry.state.toStdString();
      const model::SavedState saved{model::latentStateFromJson(json), model::zFromJson(json), {}};
      place = placeOf(m_opened, model::exactState(saved, m_opened.info()), interrupt);
    }
    places.values.insert(places.values.end(), place.begin(), place.end());
    places.shape = {static_cast<std::int64_t>(places.values.size() / m_width), static_cast<std::int64_t>(m_width)};
  }

 private:
  const model::OpenedModel& m_opened;
  std::size_t m_width;
};

}  // namespace

DirectionExamples galleryExamples(const Gallery& gallery, const model::OpenedModel& opened, const std::string& sha256,
                                  const std::string& tag, const std::string& against, const SearchControl& control) {
  if (latentDimensions(opened.info()) == 0) {
    throw model::ModelError("this generator changes pictures and has no latent space");
  }
  const auto taggedWith = [&](const std::string& name) {
    GalleryFilter filter;
    filter.modelSha256 = QString::fromStdString(sha256);
    if (!name.empty()) {
      filter.tags = {QString::fromStdString(name)};
    }
    const auto ids = gallery.search(filter);
    return std::set<EntryId>(ids.begin(), ids.end());
  };
  const std::set<EntryId> with = taggedWith(tag);
  const std::set<EntryId> others = taggedWith(against);
  if (!against.empty() && others.empty()) {
    throw model::ModelError("no picture of it in the gallery has the tag " + against + ": tag some pictures first");
  }
  if (others.empty()) {
    throw model::ModelError("no picture of it is in the gallery: keep some, and tag those that have what you look for");
  }
  if (with.empty()) {
    throw model::ModelError("no picture of it in the gallery has the tag " + tag + ": tag those that have it");
  }
  DirectionExamples examples;
  examples.of = against.empty() ? tag : tag + " against " + against;
  examples.positives.shape = examples.negatives.shape = {0, latentDimensions(opened.info())};
  const ExampleCollector collector(opened);
  std::set<EntryId> all(with);
  all.insert(others.begin(), others.end());
  std::size_t done = 0;
  for (const EntryId id : all) {
    if (control.interrupt && control.interrupt()) {
      throw model::Interrupted();
    }
    const bool has = with.contains(id);
    const bool both = has && !against.empty() && others.contains(id);
    if (const auto entry = both ? std::nullopt : gallery.entry(id)) {
      collector.take(*entry, has ? examples.positives : examples.negatives, control.interrupt);
    }
    if (control.progress) {
      control.progress(static_cast<double>(++done) / static_cast<double>(all.size()));
    }
  }
  return examples;
}

}  // namespace loom::app

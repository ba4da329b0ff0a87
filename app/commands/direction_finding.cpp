#include "app/commands/direction_finding.h"

#include "app/commands/progress_line.h"
#include "app/directions/gallery_examples.h"
#include "app/export/seed_list.h"
#include "model/checkpoint/read_problem.h"
#include "model/direction_file.h"

#include <QFileInfo>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

namespace loom::app {
namespace {

constexpr int kMostNumber = 1 << 24;
constexpr int kMostLayer = 1000;

/// Which options go with which method.
const std::map<std::string, std::vector<std::string>>& optionsOfMethods() {
  static const std::map<std::string, std::vector<std::string>> kOptions{
      {"pca", {"--count", "--samples", "--seed", "--activations"}},
      {"sefa", {"--count", "--layers"}},
      {"boundary",
       {"--positive", "--negative", "--tag", "--against", "--gallery", "--unchanged", "--cost", "--seed", "--layers",
        "--name"}},
      {"between", {"--from", "--to", "--layers", "--name"}},
      {"load", {"--file", "--layers", "--name"}}};
  return kOptions;
}

std::string methodOf(const Arguments& arguments) {
  const std::string method = arguments.value("--method").value_or("");
  if (!optionsOfMethods().contains(method)) {
    throw UsageError("say FILE and --method pca, sefa, boundary, between or load");
  }
  return method;
}

int seedIn(const Arguments& arguments, const char* option) {
  return wholeNumber(option, arguments.value(option).value_or("0"), 0, std::numeric_limits<int>::max());
}

/// "3-7", or "3" alone; nothing where no layers were told.
std::optional<std::pair<int, int>> layersFrom(const Arguments& arguments) {
  const auto text = arguments.value("--layers");
  if (!text) {
    return std::nullopt;
  }
  const auto dash = text->find('-');
  const int first = wholeNumber("--layers", text->substr(0, dash), 0, kMostLayer);
  return std::pair{
      first, dash == std::string::npos ? first : wholeNumber("--layers", text->substr(dash + 1), first, kMostLayer)};
}

void append(model::FloatTensor& rows, const std::vector<float>& row) {
  rows.values.insert(rows.values.end(), row.begin(), row.end());
  rows.shape = {static_cast<std::int64_t>(rows.values.size() / row.size()), static_cast<std::int64_t>(row.size())};
}

/// One search with everything that it takes.
class DirectionFinder {
 public:
  DirectionFinder(const Arguments& arguments, const model::OpenedModel& opened, const model::LatentState& look,
                  const Streams& streams, const std::stop_token& stop)
      : m_arguments(arguments), m_opened(opened), m_look(look), m_stop(stop), m_progress(streams) {
    m_control.interrupt = [this] { return m_stop.stop_requested(); };
    m_control.progress = [this](double fraction) { m_progress.show("Looking for directions", fraction); };
  }

  FoundDirections find(const std::string& sha256, const DirectionLibrary& library) {
    const std::string method = methodOf(m_arguments);
    const int count = wholeNumber("--count", m_arguments.value("--count").value_or("10"), 1, kMostNumber);
    if (method == "pca") {
      const int samples = wholeNumber("--samples", m_arguments.value("--samples").value_or("10000"), 2, kMostNumber);
      const auto seed = static_cast<std::uint32_t>(seedIn(m_arguments, "--seed"));
      if (const auto layer = m_arguments.value("--activations")) {
        return searchByActivations(m_opened, wholeNumber("--activations", *layer, 0, kMostLayer), count, samples, seed,
                                   m_control);
      }
      return searchByPca(m_opened, count, samples, seed, m_control);
    }
    const auto layers = layersFrom(m_arguments);
    if (method == "sefa") {
      return searchBySefa(m_opened, count, layers ? layers->first : 0, layers ? layers->second : -1, m_control);
    }
    checkLayers(layers);
    FoundDirections found = method == "boundary"  ? byBoundary(sha256, library)
                            : method == "between" ? between()
                                                  : searchInFile(m_opened, *m_arguments.value("--file"), m_stop);
    finish(found, layers);
    return found;
  }

 private:
  void checkLayers(const std::optional<std::pair<int, int>>& layers) const {
    const int count = m_opened.info().styleLayers;
    if (layers && layers->second >= count) {
      throw std::runtime_error("--layers: " + m_opened.path().filename().string() +
                               (count > 0 ? " has the layers 0 to " + std::to_string(count - 1) + "."
                                          : " has no layers with styles: leave --layers out."));
    }
  }

  /// Layers and name as they were asked for.
  void finish(FoundDirections& found, const std::optional<std::pair<int, int>>& layers) const {
    const auto name = m_arguments.value("--name");
    const std::size_t count = found.directions.size();
    for (std::size_t i = 0; i < count; ++i) {
      const KeptDirection& is = found.directions[i];
      const std::string called = !name ? is.name : count == 1 ? *name : *name + " " + std::to_string(i + 1);
      found.directions[i] =
          keptDirection(called, is.values, is.strength, is.made, layers ? layers->first : is.firstLayer,
                        layers ? layers->second : is.lastLayer);
    }
  }

  std::vector<float> placeOfSeed(std::uint32_t seed) const {
    return placeOf(m_opened, model::withSeed(m_look, seed), m_control.interrupt);
  }

  FoundDirections between() const {
    const int from = seedIn(m_arguments, "--from");
    const int to = seedIn(m_arguments, "--to");
    return searchBetween(placeOfSeed(static_cast<std::uint32_t>(from)), placeOfSeed(static_cast<std::uint32_t>(to)),
                         "seed " + std::to_string(from), "seed " + std::to_string(to));
  }

  /// The places of a list of seeds, or of a .npy of places or of seeds.
  model::FloatTensor placesIn(const char* option) {
    const std::string text = *m_arguments.value(option);
    std::vector<std::uint32_t> seeds;
    if (text.ends_with(".npy")) {
      model::FloatTensor table = model::readTable(text, m_stop);
      if (table.shape[1] != 1 || latentDimensions(m_opened.info()) == 1) {
        return table;
      }
      constexpr float kExact = 16'777'216.0F;  // what float32 still counts one by one
      for (const float value : table.values) {
        if (value < 0.0F || value > kExact || value != std::floor(value)) {
          throw std::runtime_error(model::fileName(text) +
                                   " holds one number a row, but these are no seeds from 0 to 16777216.");
        }
        seeds.push_back(static_cast<std::uint32_t>(value));
      }
    } else {
      try {
        seeds = seedsFromText(text);
      } catch (const SeedListError& error) {
        throw UsageError(std::string(option) + " takes seeds, as in 1,2,5-9, or a .npy file: " + error.what());
      }
    }
    model::FloatTensor places{{0, latentDimensions(m_opened.info())}, {}};
    for (std::size_t i = 0; i < seeds.size(); ++i) {
      append(places, placeOfSeed(seeds[i]));
      m_progress.show("Looking at the examples", static_cast<double>(i) / static_cast<double>(seeds.size()));
    }
    return places;
  }

  DirectionExamples examples(const std::string& sha256) {
    if (const auto tag = m_arguments.value("--tag")) {
      const QString folder = m_arguments.has("--gallery") ? QString::fromStdString(*m_arguments.value("--gallery"))
                                                          : Gallery::defaultFolder();
      if (!QFileInfo::exists(folder + QStringLiteral("/gallery.sqlite"))) {
        throw std::runtime_error("There is no gallery in " + folder.toStdString() +
                                 ". Keep pictures in the window first, or say "
                                 "where it is with --gallery FOLDER.");
      }
      GalleryControl control;
      control.stop = m_stop;
      const Gallery gallery(folder, control);
      return galleryExamples(gallery, m_opened, sha256, *tag, m_arguments.value("--against").value_or(""), m_control);
    }
    return {m_arguments.value("--name").value_or("positive examples"), placesIn("--positive"), placesIn("--negative")};
  }

  FoundDirections byBoundary(const std::string& sha256, const DirectionLibrary& library) {
    std::vector<KeptDirection> unchanged;
    for (const std::string& name : m_arguments.values("--unchanged")) {
      const DirectionList list = library.load();
      const KeptDirection* direction = directionCalled(list.directions, name);
      if (!direction) {
        throw std::runtime_error("--unchanged: no kept direction of this model is called '" + name +
                                 "'. latent-loom directions FILE --list tells their names.");
      }
      unchanged.push_back(*direction);
    }
    const double cost = realNumber("--cost", m_arguments.value("--cost").value_or("1"), 1e-9, 1e9);
    const auto seed = static_cast<std::uint32_t>(seedIn(m_arguments, "--seed"));
    return searchByBoundary(m_opened, examples(sha256), cost, seed, unchanged, m_control);
  }

  const Arguments& m_arguments;
  const model::OpenedModel& m_opened;
  const model::LatentState& m_look;
  std::stop_token m_stop;
  ProgressLine m_progress;
  SearchControl m_control;
};

}  // namespace

std::vector<OptionSyntax> directionMethodSyntax() {
  std::vector<OptionSyntax> options{
      {"--method", "", "METHOD",
       "pca: principal axes of w (GANSpace). sefa: from the weights alone (SeFa). boundary: between two kinds "
       "of examples (InterFaceGAN). between: from one seed to another. load: from a file."},
      {"--count", "", "N", "How many of pca or sefa, the most telling first (10)."},
      {"--samples", "", "N", "Latents that pca looks at (10000)."},
      {"--activations", "", "LAYER",
       "With pca: of what leaves this layer of the network (0: the first), carried back to w or z."},
      {"--seed", "", "SEED", "Of these latents; of the parts that boundary holds out (0)."},
      {"--layers", "", "FIRST-LAST", "Layers that sefa looks at, or that the others are to move; all unless told."},
      {"--positive", "", "LIST|FILE.npy",
       "Seeds whose pictures have it, or their places in w (z) as rows; or seeds in a file."},
      {"--negative", "", "LIST|FILE.npy", "Seeds whose pictures have it not."},
      {"--tag", "", "NAME", "Instead: the gallery's pictures of this model with that tag, against all of the others."},
      {"--against", "", "NAME", "With --tag: against those with this tag alone."},
      {"--gallery", "", "FOLDER", "Another gallery than your own."},
      {"--unchanged", "", "NAME", "A kept direction that boundary's must not change; may be given again."},
      {"--cost", "", "C", "What an example on the wrong side costs boundary, as scikit-learn's C (1)."},
      {"--from", "", "SEED", "Where between begins."},
      {"--to", "", "SEED", "Where it ends."},
      {"--file", "", "FILE", "What load reads: .npy, .csv (a direction a line), .safetensors."},
      {"--name", "", "NAME", "What boundary's, between's or load's are called."}};
  for (OptionSyntax& option : options) {
    option.repeats = option.name == "--unchanged";
  }
  return options;
}

void checkDirectionMethod(const Arguments& arguments) {
  const std::string method = methodOf(arguments);
  const auto& its = optionsOfMethods().at(method);
  for (const auto& [other, options] : optionsOfMethods()) {
    for (const std::string& option : options) {
      if (arguments.has(option) && std::find(its.begin(), its.end(), option) == its.end()) {
        throw UsageError(option + " does not go with --method " + method);
      }
    }
  }
  const bool examples = arguments.has("--positive") && arguments.has("--negative");
  if (method == "boundary" && examples == arguments.has("--tag")) {
    throw UsageError("--method boundary takes --positive and --negative, or --tag");
  }
  if (method == "boundary" && arguments.has("--tag") && (arguments.has("--positive") || arguments.has("--negative"))) {
    throw UsageError("--tag and --positive or --negative contradict each other");
  }
  if (!arguments.has("--tag") && (arguments.has("--against") || arguments.has("--gallery"))) {
    throw UsageError("--against and --gallery go with --tag");
  }
  if (method == "between" && !(arguments.has("--from") && arguments.has("--to"))) {
    throw UsageError("--method between takes --from SEED and --to SEED");
  }
  if (method == "load" && !arguments.has("--file")) {
    throw UsageError("--method load takes --file FILE");
  }
  layersFrom(arguments);
}

FoundDirections findDirections(const Arguments& arguments, const model::OpenedModel& opened, const std::string& sha256,
                               const model::LatentState& look, const DirectionLibrary& library, const Streams& streams,
                               const std::stop_token& stop) {
  const std::string name = opened.path().filename().string();
  if (latentDimensions(opened.info()) == 0) {
    throw std::runtime_error(name + " (" + opened.info().architecture + ") changes pictures and has no latent space.");
  }
  try {
    return DirectionFinder(arguments, opened, look, streams, stop).find(sha256, library);
  } catch (const model::Interrupted&) {
    throw Stopped();
  } catch (const GalleryStopped&) {
    throw Stopped();
  } catch (const model::CheckpointError& error) {
    if (error.kind() == model::CheckpointError::Kind::Cancelled) {
      throw Stopped();
    }
    throw;
  } catch (const model::ModelError& error) {
    const std::string text = error.what();  // of files, a sentence already
    throw std::runtime_error(text.ends_with('.') ? text : name + ": " + text + ".");
  }
}

}  // namespace loom::app

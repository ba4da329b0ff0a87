#include "app/export/provenance.h"

#include "app/export/seed_list.h"

#include <QByteArray>
#include <QUuid>
#include <QtEndian>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace loom::app {
namespace {

using namespace xmp_namespace;

constexpr int kFormatVersion = 1;
/// Far above what is written, far below what hurts: a name, and the JSON of a state.
constexpr std::size_t kLongestText = 4096;
constexpr std::size_t kLongestState = 32u << 20;
constexpr std::size_t kLongestNotes = 1u << 20;
constexpr std::size_t kMostTags = 1000;
constexpr int kMostGridSide = 65500;
constexpr int kMostFrames = 100'000'000;

std::string shortest(double number) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, number).ptr;
  return {text, end};
}

bool isSha256(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// True where the seed says nothing, since every value of z is set by hand.
bool allGiven(const Provenance& provenance) {
  return !provenance.z.empty() && provenance.latent.edits.size() >= provenance.z.size();
}

void setUnlessEmpty(XmpPacket& packet, const char* name, const std::string& value) {
  if (!value.empty()) {
    packet.set(kLoom, name, value);
  }
}

void setGrid(XmpPacket& packet, const GridProvenance& grid) {
  packet.set(kLoom, "GridColumns", std::to_string(grid.columns));
  packet.set(kLoom, "GridRows", std::to_string(grid.rows));
  packet.set(kLoom, "GridGap", std::to_string(grid.gap));
  setUnlessEmpty(packet, "GridSeeds", seedsToText(grid.seeds));
}

QByteArray littleEndian(const std::vector<float>& values) {
  QByteArray bytes(static_cast<qsizetype>(values.size() * sizeof(float)), '\0');
  if (!values.empty()) {  // Qt copies, and copying from a null pointer is undefined even for no bytes
    qToLittleEndian<float>(values.data(), static_cast<qsizetype>(values.size()), bytes.data());
  }
  return bytes;
}

void setFilm(XmpPacket& packet, const FilmProvenance& film) {
  packet.set(kLoom, "FilmFrames", std::to_string(film.frames));
  packet.set(kLoom, "FilmRate", film.rate);
  if (film.frame >= 0) {
    packet.set(kLoom, "FilmFrame", std::to_string(film.frame));
  }
  setUnlessEmpty(packet, "FilmTimeline", film.timeline);
}

void setKept(XmpPacket& packet, const KeptProvenance& kept) {
  packet.set(kLoom, "KeptId", kept.id);
  setUnlessEmpty(packet, "KeptNotes", kept.notes);
  std::string parents;
  for (const std::string& parent : kept.parents) {
    parents += (parents.empty() ? "" : " ") + parent;
  }
  setUnlessEmpty(packet, "KeptParents", parents);
  setUnlessEmpty(packet, "KeptStyle", littleEndian(kept.style).toBase64().toStdString());
  if (kept.rating > 0) {
    packet.set(kBasic, "Rating", std::to_string(kept.rating));
  }
  packet.setBag(kDublinCore, "subject", kept.tags);
}

XmpPacket packetOf(const Provenance& provenance) {
  XmpPacket packet;
  const QDateTime created = provenance.created.isValid() ? provenance.created : QDateTime::currentDateTime();
  packet.set(kIptcExtension, "DigitalSourceType", kDigitalSourceType);
  packet.set(kBasic, "CreatorTool", "Latent Loom " + provenance.programVersion);
  if (provenance.created.isValid() || !provenance.film) {
    packet.set(kBasic, "CreateDate",
               created.toOffsetFromUtc(created.offsetFromUtc()).toString(Qt::ISODate).toStdString());
  }
  packet.setDefaultText(kDublinCore, "description", describe(provenance));
  packet.set(kLoom, "FormatVersion", std::to_string(kFormatVersion));
  packet.set(kLoom, "Checkpoint", provenance.checkpointName);
  packet.set(kLoom, "CheckpointSHA256", provenance.checkpointSha256);
  setUnlessEmpty(packet, "CheckpointGroup", provenance.checkpointGroup);
  packet.set(kLoom, "Architecture", provenance.architecture);
  packet.set(kLoom, "ProgramVersion", provenance.programVersion);
  packet.set(kLoom, "State", model::latentStateToJson(provenance.latent, provenance.z));
  if (!allGiven(provenance) && provenance.latent.input.sha256.empty()) {
    packet.set(kLoom, "Seed", std::to_string(provenance.latent.seed));
  }
  packet.set(kLoom, "TruncationPsi", shortest(provenance.latent.truncation));
  setUnlessEmpty(packet, "Enlargement", provenance.enlargement);
  setUnlessEmpty(packet, "Inputs", provenance.inputsName);
  setUnlessEmpty(packet, "InputsSHA256", provenance.inputsSha256);
  if (provenance.grid) {
    setGrid(packet, *provenance.grid);
  }
  if (provenance.kept) {
    setKept(packet, *provenance.kept);
  }
  if (provenance.film) {
    setFilm(packet, *provenance.film);
  }
  return packet;
}

/// Reads our properties of one packet; every refusal is a clause that follows "… cannot be used: ".
class ProvenanceReader {
 public:
  explicit ProvenanceReader(const XmpPacket& packet) : m_packet(packet) {}

  bool isOurs() const { return m_packet.get(kLoom, "FormatVersion") || m_packet.get(kLoom, "State"); }

  Provenance read() const {
    checkVersion();
    Provenance result;
    result.checkpointName = fileName("Checkpoint", needed("Checkpoint"));
    result.checkpointSha256 = hash("CheckpointSHA256", needed("CheckpointSHA256"));
    result.checkpointGroup = text("CheckpointGroup").value_or("");
    result.architecture = needed("Architecture");
    result.programVersion = needed("ProgramVersion");
    readState(result);
    result.enlargement = text("Enlargement").value_or("");
    if (const auto inputs = text("Inputs")) {
      result.inputsName = fileName("Inputs", *inputs);
      result.inputsSha256 = hash("InputsSHA256", needed("InputsSHA256"));
    }
    if (m_packet.get(kLoom, "GridColumns")) {
      result.grid = readGrid();
    }
    if (m_packet.get(kLoom, "KeptId")) {
      result.kept = readKept();
    }
    if (m_packet.get(kLoom, "FilmFrames")) {
      result.film = readFilm();
    }
    if (const auto date = m_packet.get(kBasic, "CreateDate"); date && date->size() < 64) {
      result.created = QDateTime::fromString(QString::fromStdString(*date), Qt::ISODate);
    }
    return result;
  }

 private:
  [[noreturn]] static void fail(const std::string& reason) { throw ProvenanceError(reason); }

  void checkVersion() const {
    const int version = number("FormatVersion", 1, 1 << 20);
    if (version > kFormatVersion) {
      const std::string writer = text("ProgramVersion").value_or("a newer version");
      fail("it was written by a newer version of Latent Loom (" + writer +
           "), in a way that " LOOM_VERSION " does not know; update Latent Loom to bring its state back");
    }
  }

  std::optional<std::string> text(const char* name, std::size_t longest = kLongestText) const {
    auto value = m_packet.get(kLoom, name);
    if (value && value->size() > longest) {
      fail(std::string(name) + " is longer than any that is written");
    }
    return value;
  }

  std::string needed(const char* name) const {
    auto value = text(name);
    if (!value || value->empty()) {
      fail(std::string(name) + " is missing");
    }
    return *value;
  }

  int number(const char* name, int low, int high) const {
    const std::string digits = needed(name);
    int value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size() || value < low || value > high) {
      fail(std::string(name) + " is not a number in its range");
    }
    return value;
  }

  /// A name with a folder in it could point anywhere on the reader's disk.
  static std::string fileName(const char* name, const std::string& value) {
    if (value.find_first_of("/\\") != std::string::npos || value == "." || value == "..") {
      fail(std::string(name) + " is not a file name");
    }
    return value;
  }

  static std::string hash(const char* name, const std::string& value) {
    if (!isSha256(value)) {
      fail(std::string(name) + " is not a SHA-256");
    }
    return value;
  }

  void readState(Provenance& result) const {
    const auto state = text("State", kLongestState);
    if (!state) {
      fail("State is missing");
    }
    try {
      result.latent = model::latentStateFromJson(*state);
      result.z = model::zFromJson(*state);
    } catch (const std::runtime_error& error) {
      fail(error.what());
    }
  }

  GridProvenance readGrid() const {
    GridProvenance grid;
    grid.columns = number("GridColumns", 1, kMostGridSide);
    grid.rows = number("GridRows", 1, kMostGridSide);
    grid.gap = number("GridGap", 0, kMostGridSide);
    if (const auto seeds = text("GridSeeds", kLongestState)) {
      try {
        grid.seeds = seedsFromText(*seeds);
      } catch (const SeedListError& error) {
        fail(std::string("GridSeeds is damaged: ") + error.what());
      }
    }
    return grid;
  }

  FilmProvenance readFilm() const {
    FilmProvenance film;
    film.frames = number("FilmFrames", 1, kMostFrames);
    film.rate = needed("FilmRate");
    if (m_packet.get(kLoom, "FilmFrame")) {
      film.frame = number("FilmFrame", 0, film.frames - 1);
    }
    film.timeline = text("FilmTimeline", kLongestState).value_or("");
    return film;
  }

  static std::string uuid(const char* name, const std::string& value) {
    const QUuid id = QUuid::fromString(QString::fromStdString(value));
    if (id.isNull()) {
      fail(std::string(name) + " is not a UUID");
    }
    return id.toString(QUuid::WithoutBraces).toStdString();
  }

  KeptProvenance readKept() const {
    KeptProvenance kept;
    kept.id = uuid("KeptId", needed("KeptId"));
    kept.notes = text("KeptNotes", kLongestNotes).value_or("");
    const QString parents = QString::fromStdString(text("KeptParents", kLongestNotes).value_or(""));
    for (const QString& parent : parents.split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
      kept.parents.push_back(uuid("KeptParents", parent.toStdString()));
    }
    if (const auto rating = m_packet.get(kBasic, "Rating"); rating && rating->size() == 1) {
      kept.rating = std::clamp((*rating)[0] - '0', 0, 5);
    }
    for (std::string& tag : m_packet.list(kDublinCore, "subject", kMostTags)) {
      if (tag.size() <= kLongestText) {
        kept.tags.push_back(std::move(tag));
      }
    }
    const QByteArray bytes = QByteArray::fromBase64(QByteArray::fromStdString(text("KeptStyle", kLongestState).value_or("")));
    kept.style.resize(static_cast<std::size_t>(bytes.size()) / sizeof(float));
    if (!kept.style.empty()) {
      qFromLittleEndian<float>(bytes.data(), static_cast<qsizetype>(kept.style.size()), kept.style.data());
    }
    if (!std::all_of(kept.style.begin(), kept.style.end(), [](float value) { return std::isfinite(value); })) {
      fail("KeptStyle holds what is no number");
    }
    return kept;
  }

  const XmpPacket& m_packet;
};

}  // namespace

model::LatentState stateOfGivenZ(const std::vector<float>& z) {
  model::LatentState state;
  for (std::size_t i = 0; i < z.size(); ++i) {
    state.edits[static_cast<int>(i)] = z[i];
  }
  return state;
}

std::string describe(const Provenance& provenance) {
  const model::LatentState& latent = provenance.latent;
  const auto& grid = provenance.grid;
  std::string text =
      grid ? "Grid of " + std::to_string(grid->columns) + " x " + std::to_string(grid->rows) + " synthetic pictures"
           : "Synthetic picture";
  if (const auto& film = provenance.film) {
    text = film->frame >= 0 ? "Frame " + std::to_string(film->frame + 1) + " of a synthetic film" : "Synthetic film";
    text += " of " + std::to_string(film->frames) + (film->frames == 1 ? " frame" : " frames");
  }
  text += " made by Latent Loom " + provenance.programVersion + " with " + provenance.checkpointName + " (" +
          provenance.architecture + ")";
  if (!provenance.inputsName.empty()) {
    return text + ", latents from " + provenance.inputsName + ".";
  }
  if (const model::InputPicture& input = latent.input; !input.sha256.empty()) {
    return text + ", changed from " + (input.path.empty() ? "another picture" : input.path) + ".";
  }
  if (grid && grid->seeds.empty()) {
    return text + (latent.sources.empty() ? "." : ", rows mixed with columns layer by layer.");
  }
  if (grid) {
    const std::string seeds = seedsToText(grid->seeds);
    constexpr std::size_t kReadable = 60;
    return text + ", " +
           (seeds.size() <= kReadable ? "seeds " + seeds : std::to_string(grid->seeds.size()) + " seeds") + ".";
  }
  if (provenance.film && provenance.film->frame < 0) {
    return text + ".";
  }
  if (allGiven(provenance)) {
    return text + ", latent set by hand.";
  }
  text += ", seed " + std::to_string(latent.seed);
  if (latent.truncation != 1.0) {
    text += ", truncation " + shortest(latent.truncation);
  }
  if (latent.blend != 0 || latent.pad != model::PadPosition{} || !latent.edits.empty()) {
    text += ", changed by hand";
  }
  if (!latent.sources.empty()) {
    text += ", mixed with " + (latent.sources.size() == 1 ? "another" : std::to_string(latent.sources.size()) + " others");
  }
  if (!latent.directions.empty()) {
    text += ", moved along " + (latent.directions.size() == 1 ? latent.directions[0].direction->name
                                                              : std::to_string(latent.directions.size()) + " directions");
  }
  return text + ".";
}

void writeProvenance(const std::filesystem::path& path, const Provenance& provenance) {
  packetOf(provenance).write(path);
}

namespace {

std::optional<Provenance> provenanceOfPacket(const std::optional<XmpPacket>& packet) {
  if (!packet) {
    return std::nullopt;
  }
  const ProvenanceReader reader(*packet);
  return reader.isOurs() ? std::optional(reader.read()) : std::nullopt;
}

/// What `read` finds, its refusals with the file's name.
template <typename Read>
std::optional<Provenance> named(const std::string& name, const Read& read) {
  const auto refuse = [&](const std::string& reason) {
    return ProvenanceError("What " + name + " tells of its origin cannot be used: " + reason + ".");
  };
  try {
    return provenanceOfPacket(read());
  } catch (const XmpError& error) {
    throw refuse(error.what());
  } catch (const ProvenanceError& error) {
    throw refuse(error.what());
  }
}

}  // namespace

std::string provenanceText(const Provenance& provenance) { return packetOf(provenance).text(); }

std::optional<Provenance> provenanceOfText(const std::string& text, const std::string& name) {
  return named(name, [&] { return std::optional(XmpPacket::fromText(text)); });
}

std::optional<Provenance> readProvenance(const std::filesystem::path& path) {
  return named(path.filename().string(), [&] { return XmpPacket::read(path); });
}

}  // namespace loom::app

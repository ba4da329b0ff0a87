#include "app/directions/direction_library.h"

#include "model/checkpoint/read_problem.h"
#include "model/checkpoint/safetensors_writer.h"
#include "model/direction_file.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QLockFile>
#include <QStandardPaths>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

namespace loom::app {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "latent-loom directions 1";
constexpr const char* kFormatName = "latent-loom directions ";
constexpr const char* kSuffix = ".directions.safetensors";
constexpr int kLockMilliseconds = 10'000;

QString qtPath(const fs::path& path) { return QFile::decodeName(path.c_str()); }

bool isThere(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

[[noreturn]] void damaged(const fs::path& file, const std::string& reason) {
  throw DirectionError("The directions in " + file.string() + " cannot be used: " + reason +
                       " The file was left as it is; move it away to begin anew.");
}

bool sameName(const std::string& a, const std::string& b) {
  return QString::compare(QString::fromStdString(a), QString::fromStdString(b), Qt::CaseInsensitive) == 0;
}

/// Names that no two directions share, whatever the case. Quick, since ten thousand of a foreign file may have the same one.
class Names {
 public:
  explicit Names(const std::vector<KeptDirection>& directions = {}) {
    for (const KeptDirection& direction : directions) {
      free(direction.name);
    }
  }

  /// `name`, or with a number behind it the first that is free; taken from now on.
  std::string free(const std::string& name) {
    int& last = m_last[folded(name)];
    std::string candidate = last == 0 ? name : name + " " + std::to_string(last + 1);
    while (!m_taken.insert(folded(candidate)).second) {
      ++last;
      candidate = name + " " + std::to_string(last + 1);
    }
    return candidate;
  }

 private:
  static std::string folded(const std::string& name) { return QString::fromStdString(name).toCaseFolded().toStdString(); }

  std::map<std::string, int> m_last;  // how often a name was found taken
  std::set<std::string> m_taken;
};

std::string metadataOf(const model::Checkpoint& file, const char* key) {
  const auto it = std::find_if(file.metadata.begin(), file.metadata.end(), [&](const auto& pair) { return pair.first == key; });
  return it == file.metadata.end() ? std::string() : it->second;
}

Json entryOf(const KeptDirection& direction) {
  Json made = Json::object();
  for (const auto& [key, value] : direction.made) {
    made[model::validText(key, std::string::npos)] = model::validText(value, std::string::npos);
  }
  return {{"id", direction.id},
          {"name", direction.name},
          {"layers", layersText(direction.firstLayer, direction.lastLayer)},
          {"made", std::move(made)}};
}

DirectionOrigin originFrom(const Json& entry) {
  DirectionOrigin made;
  const auto it = entry.find("made");
  if (it != entry.end() && it->is_object()) {
    for (const auto& [key, value] : it->items()) {
      if (value.is_string()) {
        made.emplace_back(key, value.get<std::string>());
      }
    }
  }
  return made;
}

/// The library in `container`. Throws std::runtime_error with a sentence.
std::vector<KeptDirection> directionsFrom(const model::Checkpoint& container, const DirectionModel& model) {
  const std::string format = metadataOf(container, "format");
  const Json entries = Json::parse(metadataOf(container, "entries"), nullptr, false);
  const bool ours = format == kFormat;
  if (!ours && format.starts_with(kFormatName)) {
    throw DirectionError("a newer version of this program wrote it.");
  }
  if (ours && !entries.is_array()) {
    throw DirectionError("its list of directions is damaged.");
  }
  if (const std::string space = metadataOf(container, "space"); !model.space.empty() && !space.empty() && space != model.space) {
    throw DirectionError("they are of " + space + ", and this model's are of " + model.space + ".");
  }
  if (ours && entries.empty()) {
    return {};
  }
  const model::FileDirections found = model::directionsIn(container, model.dimensions);
  const auto count = static_cast<std::size_t>(found.directions.shape[0]);
  const auto width = found.directions.shape[1];
  if (ours && entries.size() != count) {
    throw DirectionError("it lists " + std::to_string(entries.size()) + " directions and holds " + std::to_string(count) + ".");
  }
  std::vector<KeptDirection> directions;
  std::set<std::string> ids;
  Names names;
  for (std::size_t i = 0; i < count; ++i) {
    const auto begin = found.directions.values.begin() + static_cast<std::ptrdiff_t>(i) * width;
    std::string name = i < found.names.size() ? found.names[i] : std::string();
    name = name.empty() ? "Direction " + std::to_string(i + 1) : name;
    DirectionOrigin made = ours && entries[i].is_object() ? originFrom(entries[i]) : DirectionOrigin();
    if (made.empty()) {
      made = {{"method", "file"}, {"file", model::fileName(container.path)}, {"number", std::to_string(i)}};
    }
    KeptDirection direction = keptDirection(name, {begin, begin + width}, found.units[i] > 0.0F ? found.units[i] : 1.0F,
                                            std::move(made), found.layers[i].first, found.layers[i].second);
    // As they were written: scaling to length 1 a second time could change the last bit, and the id with it.
    direction.values.assign(begin, begin + width);
    if (ours && entries[i].is_object() && entries[i].contains("id") && entries[i]["id"].is_string()) {
      direction.id = model::plainName(entries[i]["id"].get<std::string>());
    }
    if (ids.insert(direction.id).second) {
      direction.name = names.free(direction.name);
      directions.push_back(std::move(direction));
    }
  }
  return directions;
}

std::unique_ptr<QLockFile> lockOf(const fs::path& file) {
  auto lock = std::make_unique<QLockFile>(qtPath(file) + QStringLiteral(".lock"));
  lock->setStaleLockTime(0);  // a lock is stale when its program is gone, however old it is
  return lock;
}

[[noreturn]] void lockedByOther(const fs::path& file) {
  throw DirectionError("Another program is writing " + file.string() + " and does not come to an end. Try again when it has.");
}

}  // namespace

fs::path DirectionLibrary::defaultFolder() {
  const QString folder = QStandardPaths::writableLocation(QStandardPaths::AppDataLocation);
  return fs::path(QFile::encodeName(folder).toStdString()) / "directions";
}

DirectionLibrary::DirectionLibrary(DirectionModel model, fs::path userFolder)
    : m_model(std::move(model)), m_userFolder(std::move(userFolder)) {
  std::error_code ignored;
  if (const fs::path whole = fs::absolute(m_model.path, ignored); !whole.empty()) {
    m_model.path = whole;
  }
}

fs::path DirectionLibrary::besideModel() const { return m_model.path.string() + kSuffix; }

fs::path DirectionLibrary::inUserFolder() const {
  return m_model.sha256.empty() ? fs::path() : m_userFolder / (m_model.sha256 + kSuffix);
}

DirectionList DirectionLibrary::readOrEmpty(const fs::path& file) const {
  if (file.empty() || !isThere(file)) {
    return {};
  }
  try {
    const model::Checkpoint container = model::readCheckpoint(file);
    DirectionList list{directionsFrom(container, m_model), {}, file, metadataOf(container, "space")};
    const std::string of = metadataOf(container, "checkpoint-sha256");
    if (!of.empty() && !m_model.sha256.empty() && of != m_model.sha256) {
      list.notice = file.filename().string() + " was kept for another file of this name: its directions may not mean here "
                    "what they meant there.";
    }
    return list;
  } catch (const std::bad_alloc&) {
    damaged(file, "there is not enough memory.");
  } catch (const std::runtime_error& error) {
    damaged(file, error.what());
  }
}

/// The library whose changes go to `file`.
DirectionList DirectionLibrary::current(const fs::path& file) const {
  const fs::path beside = besideModel();
  const fs::path other = file == beside ? inUserFolder() : beside;
  return readOrEmpty(isThere(file) ? file : other);
}

DirectionList DirectionLibrary::load() const {
  const fs::path beside = besideModel();
  const bool writable = QFileInfo(qtPath(beside.parent_path())).isWritable();
  const fs::path elsewhere = inUserFolder();
  return current(writable || elsewhere.empty() ? beside : elsewhere);
}

void DirectionLibrary::write(const fs::path& file, const std::vector<KeptDirection>& directions, const std::string& space) const {
  const auto count = static_cast<std::int64_t>(directions.size());
  const auto width = static_cast<std::int64_t>(directions.empty() ? 0 : directions[0].values.size());
  model::FloatTensor values{{count, width}, {}};
  model::FloatTensor units{{count}, {}};
  Json entries = Json::array();
  for (const KeptDirection& direction : directions) {
    if (static_cast<std::int64_t>(direction.values.size()) != width) {
      throw DirectionError("The direction " + direction.name + " has " + std::to_string(direction.values.size()) +
                           " dimensions and the others of this model " + std::to_string(width) + ": it is of another model.");
    }
    values.values.insert(values.values.end(), direction.values.begin(), direction.values.end());
    units.values.push_back(direction.strength);
    entries.push_back(entryOf(direction));
  }
  model::TextPairs metadata{{"format", kFormat},
                            {"checkpoint", m_model.path.filename().string()},
                            {"entries", entries.dump(-1, ' ', false, Json::error_handler_t::replace)}};
  if (!m_model.sha256.empty()) {
    metadata.emplace_back("checkpoint-sha256", m_model.sha256);
  }
  if (!space.empty()) {
    metadata.emplace_back("space", space);
  }
  std::error_code ignored;
  const fs::path target = fs::is_symlink(file, ignored) ? fs::weakly_canonical(file, ignored) : file;
  try {
    model::writeSafetensors(target.empty() ? file : target, {{"directions", values}, {"units", units}}, metadata);
  } catch (const DirectionError&) {
    throw;
  } catch (const std::runtime_error& error) {
    throw DirectionError(error.what());
  }
}

DirectionList DirectionLibrary::changedAt(const fs::path& file, const Change& change) const {
  DirectionList list = current(file);
  const std::vector<KeptDirection> before = list.directions;
  change(list.directions);
  if (list.directions != before) {
    list.space = m_model.space.empty() ? list.space : m_model.space;
    write(file, list.directions, list.space);
    list.notice.clear();
    list.file = file;
  }
  return list;
}

DirectionList DirectionLibrary::changed(const Change& change) const {
  const fs::path beside = besideModel();
  const auto lock = lockOf(beside);
  if (lock->tryLock(kLockMilliseconds)) {
    return changedAt(beside, change);
  }
  if (lock->error() == QLockFile::LockFailedError) {
    lockedByOther(beside);
  }
  const fs::path elsewhere = inUserFolder();
  const std::string where = beside.parent_path().string();
  if (elsewhere.empty()) {
    throw DirectionError("The folder " + where + " cannot be written to, so no directions can be kept beside the model. Copy it "
                         "to a folder of your own.");
  }
  QDir().mkpath(qtPath(m_userFolder));
  const auto other = lockOf(elsewhere);
  if (!other->tryLock(kLockMilliseconds)) {
    if (other->error() == QLockFile::LockFailedError) {
      lockedByOther(elsewhere);
    }
    throw DirectionError("Directions can be kept neither in " + where + " nor in " + m_userFolder.string() +
                         ": neither folder can be written to. Check their rights and whether the disk is full.");
  }
  return changedAt(elsewhere, change);
}

DirectionList DirectionLibrary::add(const std::vector<KeptDirection>& directions) const {
  for (const KeptDirection& direction : directions) {
    if (m_model.dimensions > 0 && static_cast<int>(direction.values.size()) != m_model.dimensions) {
      throw DirectionError("The direction " + direction.name + " has " + std::to_string(direction.values.size()) +
                           " dimensions and this model's latent space " + std::to_string(m_model.dimensions) + ".");
    }
  }
  return changed([&](std::vector<KeptDirection>& kept) {
    Names names(kept);
    for (KeptDirection direction : directions) {
      if (std::none_of(kept.begin(), kept.end(), [&](const auto& other) { return other.id == direction.id; })) {
        direction.name = names.free(direction.name);
        kept.push_back(std::move(direction));
      }
    }
    if (static_cast<std::int64_t>(kept.size()) > model::kMostDirections) {
      throw DirectionError("A model's library holds " + std::to_string(model::kMostDirections) + " directions at most: delete "
                           "some first.");
    }
  });
}

DirectionList DirectionLibrary::rename(const std::string& id, const std::string& name) const {
  return changed([&](std::vector<KeptDirection>& kept) {
    const auto it = std::find_if(kept.begin(), kept.end(), [&](const auto& direction) { return direction.id == id; });
    if (it == kept.end()) {
      throw DirectionError("This direction is not kept any more: another program has deleted it.");
    }
    const std::string tidy = keptDirection(name, {1.0F}, 1.0F, {}).name;
    for (const KeptDirection& other : kept) {
      if (other.id != id && sameName(other.name, tidy)) {
        throw DirectionError("Another direction is called " + other.name + ": choose another name.");
      }
    }
    it->name = tidy;
  });
}

DirectionList DirectionLibrary::reorder(const std::vector<std::string>& ids) const {
  return changed([&](std::vector<KeptDirection>& kept) {
    const auto rankOf = [&](const KeptDirection& direction) {
      return std::find(ids.begin(), ids.end(), direction.id) - ids.begin();
    };
    std::stable_sort(kept.begin(), kept.end(), [&](const auto& a, const auto& b) { return rankOf(a) < rankOf(b); });
  });
}

DirectionList DirectionLibrary::remove(const std::vector<std::string>& ids) const {
  return changed([&](std::vector<KeptDirection>& kept) {
    std::erase_if(kept, [&](const auto& direction) { return std::find(ids.begin(), ids.end(), direction.id) != ids.end(); });
  });
}

const KeptDirection* directionCalled(const std::vector<KeptDirection>& directions, const std::string& text) {
  const auto it = std::find_if(directions.begin(), directions.end(),
                               [&](const auto& direction) { return direction.id == text || sameName(direction.name, text); });
  return it == directions.end() ? nullptr : &*it;
}

}  // namespace loom::app

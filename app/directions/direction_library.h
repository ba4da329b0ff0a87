// The directions of one model, kept beside it.
//
//   <model file>.directions.safetensors        beside the model
//   AppDataLocation/directions/<sha256>.directions.safetensors    where that folder cannot be written to
//
// The file is one that `--direction FILE:INDEX=STRENGTH` and other programs read as well: tensor `directions` (count × dim,
// of length 1), `units` (count: KeptDirection::strength), and metadata: `format`, `space`, `checkpoint`,
// `checkpoint-sha256`, `entries` (a JSON list of id, name, layers and made, in order of rank). It is replaced as a whole by
// one rename, under a lock and after it was read anew, so that two programs lose nothing of each other's. Where the user's
// folder has such a file and the model's has none, the user's is the beginning of the model's.
#pragma once

#include "app/directions/direction_error.h"
#include "app/directions/kept_direction.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace loom::app {

/// The model that a library belongs to.
struct DirectionModel {
  std::filesystem::path path;  ///< its file, which need not be there
  std::string sha256;          ///< of that file, 64 hexadecimal digits; empty: not known, then nothing is kept elsewhere
  std::string space;           ///< "w" or "z"; empty: whatever the library has
  int dimensions = 0;          ///< of w or z; 0: any
};

struct DirectionList {
  std::vector<KeptDirection> directions;  ///< by rank
  std::string notice;                     ///< a sentence that a person should know; or empty
  std::filesystem::path file;             ///< where they lie; empty: nowhere so far
  std::string space;                      ///< "w" or "z", where the file says so
};

/// Cheap to make; holds no file open. May be used from any thread, each with its own.
class DirectionLibrary {
 public:
  /// Where libraries go whose model's folder cannot be written to.
  static std::filesystem::path defaultFolder();

  explicit DirectionLibrary(DirectionModel model, std::filesystem::path userFolder = defaultFolder());

  /// The library as it is now; an empty one where there is none. Throws DirectionError where its file is damaged, of a newer
  /// version or of another model; the file stays as it is.
  DirectionList load() const;

  /// Each of these reads the library, changes it and writes it, and returns it as it is then. Throws DirectionError (as
  /// `load` does, where another program holds the lock for more than ten seconds, and where nothing can be written): then
  /// nothing has changed.
  ///
  /// Behind those that are there; one whose id is there stays as it is, and a name that is taken gets a number.
  DirectionList add(const std::vector<KeptDirection>& directions) const;
  DirectionList rename(const std::string& id, const std::string& name) const;
  /// Those of `ids` first, in that order; the others behind, in theirs. Ids that are gone meanwhile are passed over.
  DirectionList reorder(const std::vector<std::string>& ids) const;
  DirectionList remove(const std::vector<std::string>& ids) const;

  /// Where the library would lie beside the model.
  std::filesystem::path besideModel() const;

 private:
  using Change = std::function<void(std::vector<KeptDirection>&)>;
  DirectionList changed(const Change& change) const;
  DirectionList changedAt(const std::filesystem::path& file, const Change& change) const;
  DirectionList readOrEmpty(const std::filesystem::path& file) const;
  DirectionList current(const std::filesystem::path& file) const;
  void write(const std::filesystem::path& file, const std::vector<KeptDirection>& directions, const std::string& space) const;
  std::filesystem::path inUserFolder() const;

  DirectionModel m_model;
  std::filesystem::path m_userFolder;
};

/// The one of `directions` whose name (whatever the case) or id is `text`; null where there is none.
const KeptDirection* directionCalled(const std::vector<KeptDirection>& directions, const std::string& text);

}  // namespace loom::app

// What panels see, and what they may write: a draft of the window's values that is compared after they were drawn.
#pragma once

#include "model/latent_state.h"
#include "model/opened_model.h"
#include "model/timeline.h"
#include "ui/session/direction_service.h"
#include "ui/session/previews.h"
#include "ui/session/training.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace loom::ui {

/// What a panel asks for that is no value. Each is carried out after the panels were drawn.
enum class Command {
  Shuffle,
  PreviousSeed,
  NextSeed,
  ResetEdits,
  ToggleWalk,
  Fit,
  OriginalSize,
  Pin,
  SavePicture,
  SavePictureAs,
  SaveGrid,
  SaveBatch,
  KeepPicture,
  CopyPicture,
  OpenInput,
  PasteInput,
  FormerInput,
  TogglePlay,
  AddKeyframe,
  SaveVideo,
  PauseVideo,
};

/// How the picture is looked at. Remembered between sessions.
struct ViewSettings {
  bool smooth = true;
  bool compare = false;  ///< split against the pinned frame
  float split = 0.5F;    ///< where the split stands, share of the picture's width
  std::vector<std::uint32_t> pinnedSeeds = {};  ///< stay in sight above the wall, whatever the model
  bool operator==(const ViewSettings&) const = default;
};

/// The picture that an image-to-image model changes.
struct InputFacts {
  unsigned int texture = 0;  ///< OpenGL's name of its thumbnail; 0: not drawn yet
  int width = 0;             ///< pixels
  int height = 0;
  int enteringWidth = 0;  ///< pixels as it enters the network
  int enteringHeight = 0;
  std::string name;     ///< of its file; empty where it came from none
  bool former = false;  ///< the model before left a picture that could be taken
};

/// What the panel of a training asks for.
struct TrainingCommand {
  enum class Kind { New, Open, Pause, Resume, Step, Snapshot, Stop, RollBack, Set, Explore, Compare, CompareNone };
  Kind kind = Kind::New;
  std::string name;       ///< of a setting
  std::string value;
  std::int64_t step = 0;  ///< to return to
};

/// A table of mixes to be written as one picture.
struct MixingSheet {
  int rows = 0;
  int columns = 0;
  std::vector<std::optional<model::LatentState>> cells;  ///< row by row; the corner has none
};

/// What the panel asks for of the directions that are kept.
struct DirectionCommand {
  enum class Kind { Find, Between, FromTag, Load, Rename, Layers, Move, Remove };
  Kind kind = Kind::Find;
  FindDirections find = {};
  std::string id = {};    ///< of a kept direction
  std::string text = {};  ///< a name or a tag
  int first = 0;          ///< of its layers, or by how many places it moves
  int last = -1;
};

/// Seeds on a map of the open model.
struct MapFacts {
  bool making = false;
  std::uint64_t version = 0;  ///< another one: another map
  std::vector<std::uint32_t> seeds;
  std::vector<std::pair<float, float>> places;  ///< of each, x to the right and y upwards, in [-1, 1]
};

/// Read by panels.
struct WindowFacts {
  explicit WindowFacts(const MapFacts& shown) : map(shown) {}
  const model::OpenedModel* model = nullptr;  ///< null before the first
  const std::vector<float>* z = nullptr;      ///< at the draft before it is edited, without its directions
  Previews* previews = nullptr;               ///< never null in the window
  bool walking = false;
  bool playing = false;            ///< the film
  bool makingVideo = false;        ///< a file of it is being written
  bool videoPaused = false;
  double playhead = 0.0;           ///< seconds
  const std::vector<KeptDirection>* directions = nullptr;  ///< null: there are none to be had
  bool pinned = false;             ///< a frame is pinned for comparison
  double zoom = 1.0;               ///< device pixels per picture pixel
  const TrainingFacts* training = nullptr;  ///< never null in the window
  unsigned int sheetTexture = 0;            ///< OpenGL's name of the film's sheet that is shown; 0: none
  unsigned int stripTexture = 0;            ///< one sample over time, side by side
  int stripLength = 0;
  const MapFacts& map;
  std::optional<InputFacts> input;  ///< of a model that changes pictures; nothing while it is read
};

/// Written by panels.
struct WindowDraft {
  model::LatentState latent;
  ViewSettings view;
  double secondsPerSeed = 4.0;
  model::Timeline timeline;
  enum class MapKind { Styles, Pictures };
  std::optional<MapKind> drawMap;  ///< a map is wanted
  std::optional<MixingSheet> saveMixes;
  std::optional<double> scrub;  ///< the film is to be seen at this time
  std::vector<Command> commands;
  std::vector<TrainingCommand> training;
  std::vector<DirectionCommand> directions;
  std::optional<model::ChainLayout> layout;          ///< the layers that the model is to be opened by
  std::optional<model::ChainLayout> rememberLayout;  ///< to be written beside the file
  bool closeLayers = false;                          ///< the panel of layers is done with
  std::string edited;  ///< names the edit for the undo menu, e.g. "z 12"
};

}  // namespace loom::ui

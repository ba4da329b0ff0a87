// Where a picture comes from, written into the picture itself as XMP and read back from it.
//
// Properties, as other programs see them:
//   Iptc4xmpExt:DigitalSourceType  http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia
//   xmp:CreatorTool                "Latent Loom 0.1.0"
//   xmp:CreateDate                 ISO 8601, with the offset from UTC
//   dc:description                 one sentence for people
// and in the namespace urn:x-latent-loom:provenance# (preferred prefix `loom`), all of them text:
//   FormatVersion      1. A reader that knows only smaller numbers must not guess
//   Checkpoint         file name without folder           CheckpointSHA256   64 lower-case hexadecimal digits
//   CheckpointGroup    name of the state_dict in the file; absent for a bare one
//   Architecture       e.g. "DCGAN"
//   ProgramVersion     of the program that wrote it
//   State              JSON of model::latentStateToJson with z; of a grid: of its first picture. It alone says what to
//   restore Seed               the seed in State; absent where z was given from outside and follows from no seed,
//                      and where a picture was changed: State has that picture's file name and hash
//   TruncationPsi      the psi in State
//   Enlargement        whole factor above 1, then a space and "nearest" or "smooth"; absent at the model's own size
//   GridColumns, GridRows, GridGap (pixels before enlarging), GridSeeds ("0-63,70", row by row)     of a grid only
//   Inputs, InputsSHA256                    file name and hash of the latents that were given from outside
// of a film, and of a picture that is one of its frames:
//   FilmFrames         how many; State is that of the first, of a single picture its own
//   FilmRate           frames per second as "30" or "30000/1001"
//   FilmFrame          which one the picture is, from 0; absent of the film itself
//   FilmTimeline       JSON of the keyframes, as in a project; absent of a single picture
// and of a picture that was kept in the gallery:
//   KeptId             UUID of its entry; the same in every gallery that it is taken into
//   KeptNotes          text; absent where there is none
//   KeptParents        UUIDs of the entries that it came from, with spaces between; absent where there is none
//   KeptStyle          base64 of little-endian 32-bit floats: its place in w (or z); absent where it has none
//   xmp:Rating (1 to 5; absent: unrated), dc:subject (its tags)
//
// Text that is read back is foreign: show it as plain text, never as rich text or to a terminal as it is.
#pragma once

#include "app/export/export_error.h"
#include "app/export/xmp_packet.h"
#include "model/latent_state.h"

#include <QDateTime>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace loom::app {

inline constexpr const char* kDigitalSourceType =
    "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

struct GridProvenance {
  int columns = 0;
  int rows = 0;
  int gap = 0;                       ///< pixels between two pictures, before enlarging
  std::vector<std::uint32_t> seeds;  ///< row by row; empty where the latents came from a file
  bool operator==(const GridProvenance&) const = default;
};

/// Of a film. It is not dated (Provenance::created stays invalid): the same frames are to give the same file.
struct FilmProvenance {
  int frames = 0;
  std::string rate;      ///< frames per second, "30" or "30000/1001"
  int frame = -1;        ///< which one, of a single picture of it; −1: the film
  std::string timeline;  ///< JSON; empty where it is unknown
  bool operator==(const FilmProvenance&) const = default;
};

/// What the gallery knows beyond the making of a picture.
struct KeptProvenance {
  std::string id;  ///< UUID, lower case, without braces
  int rating = 0;  ///< 0 (unrated) to 5
  std::vector<std::string> tags;
  std::string notes;
  std::vector<std::string> parents;  ///< UUIDs
  std::vector<float> style;          ///< place in w, or in z where there is no mapping network; may be empty
  bool operator==(const KeptProvenance&) const = default;
};

struct Provenance {
  std::string checkpointName;    ///< file name without folder
  std::string checkpointSha256;  ///< 64 lower-case hexadecimal digits
  std::string checkpointGroup;   ///< may be empty
  std::string architecture;
  std::string programVersion = LOOM_VERSION;
  model::LatentState latent;
  std::vector<float> z;     ///< what `latent` resolves to; bit for bit what was written
  std::string enlargement;  ///< e.g. "4 smooth"; empty at the model's own size
  std::optional<GridProvenance> grid;
  std::string inputsName;  ///< empty where the latents follow from seeds
  std::string inputsSha256;
  std::optional<KeptProvenance> kept;
  std::optional<FilmProvenance> film;
  QDateTime created;  ///< to the second; invalid: now, when written (of a film: none); unknown, when read

  bool operator==(const Provenance&) const = default;
};

/// The state whose z is `z` whatever the seed: every dimension is an edit. For latents that were given from outside.
model::LatentState stateOfGivenZ(const std::vector<float>& z);

/// One sentence for people: "Synthetic picture made by Latent Loom 0.1.0 with faces.pth (DCGAN), seed 42."
std::string describe(const Provenance& provenance);

/// Writes `provenance` into the PNG, JPEG or TIFF at `path`, in place; the pixels stay as they are. For fresh files:
/// one that holds XMP already is refused. Throws XmpError, whose `what()` is a clause that lacks the file's name. For
/// files in the making: see writePicture.
void writeProvenance(const std::filesystem::path& path, const Provenance& provenance);

/// The same as text, for containers that writeProvenance does not know. Throws XmpError.
std::string provenanceText(const Provenance& provenance);

/// What such a text tells; nothing where it is not ours. `name`: of the file, for messages. As readProvenance.
std::optional<Provenance> provenanceOfText(const std::string& text, const std::string& name);

/// What the picture at `path` tells of its origin; nothing where it is no PNG, JPEG or TIFF, or was not made by this
/// program. Throws ProvenanceError where the picture is damaged, what it tells is not usable, or it was written by a
/// newer version in a way that this one does not know. Made for hostile files: everything is bounded and checked.
std::optional<Provenance> readProvenance(const std::filesystem::path& path);

}  // namespace loom::app

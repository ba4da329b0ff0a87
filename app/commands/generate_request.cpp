#include "app/commands/generate_request.h"

#include "app/commands/look_options.h"
#include "app/commands/model_options.h"
#include "app/export/seed_list.h"

namespace loom::app {
namespace {

constexpr int kMostCells = 1000;  // along one side
constexpr int kWidestGap = 1000;
constexpr std::ptrdiff_t kBehindTargets = 8;  // where the options of the look stand in --help

GridLayout gridFrom(const std::string& text) {
  const auto cross = text.find_first_of("xX");
  if (cross == std::string::npos) {
    throw UsageError("--grid takes COLUMNSxROWS, as in 8x8, not '" + text + "'");
  }
  GridLayout grid;
  grid.columns = wholeNumber("--grid", text.substr(0, cross), 1, kMostCells);
  grid.rows = wholeNumber("--grid", text.substr(cross + 1), 1, kMostCells);
  return grid;
}

void takeLatents(const Arguments& arguments, GenerateRequest& request) {
  const auto seeds = arguments.value("--seeds");
  const auto inputs = arguments.value("--inputs");
  const auto picture = arguments.value("--picture");
  if (seeds.has_value() + inputs.has_value() + picture.has_value() != 1) {
    throw UsageError(seeds || inputs || picture
                         ? "--seeds, --inputs and --picture cannot go together"
                         : "say which pictures: --seeds 0-63, --inputs FILE, or --picture FILE to change one");
  }
  if (picture) {
    request.picture = *picture;
    return;
  }
  if (inputs) {
    request.inputs = *inputs;
    return;
  }
  try {
    request.seeds = seedsFromText(*seeds);
  } catch (const SeedListError& error) {
    throw UsageError(std::string("--seeds: ") + error.what());
  }
}

void takeLook(const Arguments& arguments, GenerateRequest& request) {
  if (const auto grid = arguments.value("--grid")) {
    request.grid = gridFrom(*grid);
  }
  if (const auto gap = arguments.value("--gap")) {
    if (!request.grid) {
      throw UsageError("--gap needs --grid");
    }
    request.grid->gap = wholeNumber("--gap", *gap, 0, kWidestGap);
  }
  if (const auto scale = arguments.value("--scale")) {
    request.scale = wholeNumber("--scale", *scale, 1, kLargestEnlargement);
  }
  if (const auto how = arguments.value("--resample")) {
    request.resample =
        oneOf<Resample>("--resample", *how, {{"nearest", Resample::Nearest}, {"smooth", Resample::Smooth}});
  }
  if (const auto quality = arguments.value("--quality")) {
    request.jpegQuality = wholeNumber("--quality", *quality, 1, 100);
  }
}

}  // namespace

CommandSyntax generateSyntax() {
  CommandSyntax syntax;
  syntax.name = "generate";
  syntax.summary = "Makes pictures with a checkpoint.";
  syntax.usage = {"FILE --seeds LIST [options] -o PICTURE", "FILE --inputs TENSORS [options] -o PICTURE", "FILE --picture PICTURE [options] -o PICTURE"};
  syntax.operands = {{"FILE", "The checkpoint."}};
  syntax.options = {
      {"--seeds", "", "LIST", "Numbers and ranges, as in 0-63,70. Seed 42 is the z of numpy's RandomState(42)."},
      {"--inputs", "", "TENSORS",
       "A safetensors file with the inputs: z (N x z_dim) or ws (N x layers x w_dim) or x (N x C x H x W in the network's "
       "range); beside them y (N class indices) or c (N label vectors), w_mean (1 x w_dim), transform (3 x 3)."},
      {"--picture", "", "FILE", "A picture to change, for CycleGAN, pix2pix and StarGAN."},
      {"--picture-size", "", "PIXELS", "Its longer side as it enters the network; larger ones are scaled down (256)."},
      {"--output", "-o", "PICTURE",
       "Where the pictures go: .png, .jpg or .tif. Several pictures without --grid need a "
       "folder (seed0042.png in it; one that ends in / is made) or a name with {seed}, "
       "{index} or %04d in it. What is there is replaced."},
      {"--raw", "", "TENSORS",
       "Write what the network gave as safetensors: tensor image, N x C x H x W, float32, in the "
       "network's own range, not clamped; and ws where there is a mapping. With or instead of -o."},
      {"--grid", "", "CxR", "One picture of all: columns x rows, filled row by row."},
      {"--gap", "", "PIXELS", "Between the pictures of a grid, before enlarging (0)."},
      {"--scale", "", "N", "Enlarge N times, 1 to 64 (1)."},
      {"--resample", "", "HOW", "nearest: every pixel a square; smooth: Lanczos (smooth)."},
      {"--quality", "", "Q", "Of JPEG, 1 to 100 (95)."},
      {"--device", "", "WHERE", "cpu, or auto: a GPU where one can be used (auto)."}};
  const auto look = lookOptionSyntax();
  syntax.options.insert(syntax.options.begin() + kBehindTargets, look.begin(), look.end());
  const auto open = openOptionSyntax();
  syntax.options.insert(syntax.options.end(), open.begin(), open.end());
  syntax.details =
      "Every picture carries its origin as XMP: checkpoint and its SHA-256, seed, z,\n"
      "version, and that it is synthetic. Dropped on the window, it brings its state back.\n\n"
      "Examples:\n"
      "  latent-loom generate faces.pth --seeds 42 -o face.png\n"
      "  latent-loom generate faces.pth --seeds 0-63 --grid 8x8 -o faces.png\n"
      "  latent-loom generate faces.pth --seeds 0-999 --scale 4 -o faces/\n"
      "  latent-loom generate horse2zebra.pth --picture horse.jpg -o zebra.png\n"
      "  latent-loom generate faces.pth --inputs z.safetensors --raw image.safetensors\n";
  return syntax;
}

GenerateRequest generateRequest(const Arguments& arguments) {
  GenerateRequest request;
  if (arguments.operands().empty()) {
    throw UsageError("say which checkpoint makes the pictures");
  }
  request.checkpoint = arguments.operands().front();
  takeLatents(arguments, request);
  takeLook(arguments, request);
  request.look = lookFrom(arguments);
  if (const auto side = arguments.value("--picture-size")) {
    if (request.picture.empty()) {
      throw UsageError("--picture-size needs --picture");
    }
    request.pictureSize = wholeNumber("--picture-size", *side, 1, model::kLargestInputSide);
  }
  if (const auto device = arguments.value("--device")) {
    request.cpuOnly = oneOf<bool>("--device", *device, {{"cpu", true}, {"auto", false}});
  }
  request.open = openOptions(arguments);
  request.output = arguments.value("--output").value_or("");
  request.raw = arguments.value("--raw").value_or("");
  if (request.output.empty() && request.raw.empty()) {
    throw UsageError("say where the pictures go: -o PICTURE, or --raw TENSORS");
  }
  if (request.grid && request.output.empty()) {
    throw UsageError("--grid needs -o PICTURE");
  }
  if (request.grid && !request.seeds.empty()) {
    checkGrid(*request.grid, request.seeds.size());
  }
  return request;
}

void checkGrid(const GridLayout& grid, std::size_t count) {
  const auto columns = static_cast<std::size_t>(grid.columns);
  const auto rows = static_cast<std::size_t>(grid.rows);
  const std::size_t needed = (count + columns - 1) / columns;
  if (needed != rows) {
    throw UsageError("--grid " + std::to_string(columns) + "x" + std::to_string(rows) + " does not suit " +
                     std::to_string(count) + (count == 1 ? " picture" : " pictures") + "; with " +
                     std::to_string(columns) + " columns that is " + std::to_string(columns) + "x" +
                     std::to_string(needed));
  }
}

}  // namespace loom::app

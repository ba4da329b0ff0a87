#include "app/commands/generate_request.h"

#include "app/export/seed_list.h"

namespace loom::app {
namespace {

constexpr int kMostCells = 1000;  // along one side
constexpr int kWidestGap = 1000;
constexpr double kLargestPsi = 10;

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

template <typename Value>
Value oneOf(const std::string& option, const std::string& text,
            const std::vector<std::pair<std::string, Value>>& choices) {
  std::string names;
  for (const auto& [name, value] : choices) {
    if (text == name) {
      return value;
    }
    names += names.empty() ? "" : " or ";
    names += name;
  }
  throw UsageError(option + " takes " + names + ", not '" + text + "'");
}

void takeLatents(const Arguments& arguments, GenerateRequest& request) {
  const auto seeds = arguments.value("--seeds");
  const auto inputs = arguments.value("--inputs");
  if (seeds.has_value() == inputs.has_value()) {
    throw UsageError(seeds ? "--seeds and --inputs cannot go together"
                           : "say which pictures: --seeds 0-63, or --inputs FILE");
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
  syntax.usage = {"FILE --seeds LIST [options] -o PICTURE", "FILE --inputs LATENTS [options] -o PICTURE"};
  syntax.operands = {{"FILE", "The checkpoint."}};
  syntax.options = {
      {"--seeds", "", "LIST", "Numbers and ranges, as in 0-63,70. Seed 42 is the z of numpy's RandomState(42)."},
      {"--inputs", "", "LATENTS", "A safetensors file with the latents: tensor z, N x z_dim."},
      {"--output", "-o", "PICTURE",
       "Where the pictures go: .png, .jpg or .tif. Several pictures without --grid need a "
       "folder (seed0042.png in it; one that ends in / is made) or a name with {seed}, "
       "{index} or %04d in it. What is there is replaced."},
      {"--raw", "", "TENSORS",
       "Write what the network gave as safetensors: tensor image, N x C x H x W, float32, in the "
       "network's own range, not clamped. With or instead of -o."},
      {"--grid", "", "CxR", "One picture of all: columns x rows, filled row by row."},
      {"--gap", "", "PIXELS", "Between the pictures of a grid, before enlarging (0)."},
      {"--truncation", "", "PSI", "1 leaves variety, 0 gives the mean picture; for models that have it."},
      {"--scale", "", "N", "Enlarge N times, 1 to 64 (1)."},
      {"--resample", "", "HOW", "nearest: every pixel a square; smooth: Lanczos (smooth)."},
      {"--quality", "", "Q", "Of JPEG, 1 to 100 (95)."},
      {"--group", "", "NAME", "Which of several networks in FILE; latent-loom info FILE lists them."},
      {"--device", "", "WHERE", "cpu, or auto: a GPU where one can be used (auto)."}};
  syntax.details =
      "Every picture carries its origin as XMP: checkpoint and its SHA-256, seed, z,\n"
      "version, and that it is synthetic. Dropped on the window, it brings its state back.\n\n"
      "Examples:\n"
      "  latent-loom generate faces.pth --seeds 42 -o face.png\n"
      "  latent-loom generate faces.pth --seeds 0-63 --grid 8x8 -o faces.png\n"
      "  latent-loom generate faces.pth --seeds 0-999 --scale 4 -o faces/\n"
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
  if (const auto psi = arguments.value("--truncation")) {
    request.truncation = realNumber("--truncation", *psi, -kLargestPsi, kLargestPsi);
  }
  if (const auto device = arguments.value("--device")) {
    request.cpuOnly = oneOf<bool>("--device", *device, {{"cpu", true}, {"auto", false}});
  }
  request.group = arguments.value("--group").value_or("");
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

#include "app/commands/video_request.h"

#include "app/commands/look_options.h"
#include "app/commands/model_options.h"
#include "app/export/export_error.h"
#include "app/export/film.h"
#include "app/export/seed_list.h"

namespace loom::app {
namespace {

constexpr int kFrames = 120;

template <typename Value, typename Named>
void takeNamed(const Arguments& arguments, const char* option, const char* choices, Named named, Value& value) {
  if (const auto text = arguments.value(option)) {
    const auto found = named(*text);
    if (!found) {
      throw UsageError(std::string(option) + " takes " + choices + ", not '" + *text + "'");
    }
    value = *found;
  }
}

void takeWay(const Arguments& arguments, VideoRequest& request) {
  if (request.isProject) {
    std::vector<std::string> names{"--seeds", "--loop", "--interpolation", "--easing", "--group"};
    for (const OptionSyntax& option : lookOptionSyntax()) {
      names.push_back(option.name);
    }
    for (const std::string& name : names) {
      if (arguments.has(name)) {
        throw UsageError(name + " is for a checkpoint: a project's timeline says it itself");
      }
    }
    return;
  }
  const auto seeds = arguments.value("--seeds");
  if (!seeds) {
    throw UsageError("say which seeds the film goes through: --seeds 1,2,3; or give a project (.loom)");
  }
  try {
    request.seeds = seedsFromText(*seeds);
  } catch (const SeedListError& error) {
    throw UsageError(std::string("--seeds: ") + error.what());
  }
  if (request.seeds.size() < 2) {
    throw UsageError("--seeds: a film goes from one seed to another, so give at least two");
  }
  request.loop = arguments.has("--loop");
  takeNamed(arguments, "--interpolation", "slerp or spline", model::interpolationNamed, request.interpolation);
  takeNamed(arguments, "--easing", "linear, smooth, ease-in, ease-out or hold", model::easingNamed, request.easing);
  request.look = lookFrom(arguments);
}

void takeVideo(const Arguments& arguments, VideoRequest& request) {
  takeNamed(arguments, "--fps", "a number from 0.1 to 1000 or a fraction such as 30000/1001", frameRateFromText,
            request.video.rate);
  if (const auto codec = arguments.value("--codec")) {
    request.video.codec = oneOf<VideoCodec>(
        "--codec", *codec, {{"h264", VideoCodec::H264}, {"vp9", VideoCodec::Vp9}, {"av1", VideoCodec::Av1}});
  }
  if (const auto crf = arguments.value("--crf")) {
    request.video.crf = wholeNumber("--crf", *crf, 0, largestCrf(VideoCodec::Av1));
  }
  if (const auto frames = arguments.value("--frames")) {
    request.frames = wholeNumber("--frames", *frames, 1, kMostFilmFrames);
  } else if (!request.isProject) {
    request.frames = kFrames;
  }
  if (const auto scale = arguments.value("--scale")) {
    request.scale = wholeNumber("--scale", *scale, 1, kLargestEnlargement);
  }
  if (const auto how = arguments.value("--resample")) {
    request.resample = oneOf<Resample>("--resample", *how, {{"nearest", Resample::Nearest}, {"smooth", Resample::Smooth}});
  }
}

}  // namespace

CommandSyntax videoSyntax() {
  CommandSyntax syntax;
  syntax.name = "video";
  syntax.summary = "Writes a film: from seed to seed, or along a project's timeline.";
  syntax.usage = {"FILE --seeds LIST [options] -o FILM", "PROJECT.loom [options] -o FILM"};
  syntax.operands = {{"FILE", "The checkpoint."},
                     {"PROJECT.loom", "A project with keyframes. Its model is looked for where it was, and beside the project."}};
  syntax.mostOperands = 1;
  syntax.options = {
      {"--output", "-o", "FILM",
       ".mp4 (H.264), .webm (VP9), .gif, .apng (without loss), or a name that ends in /: a new folder of PNG. What is there "
       "is replaced, but for a folder."},
      {"--seeds", "", "LIST", "The keyframes, as in 1,2,3 or 0-9, at even distances."},
      {"--frames", "", "N", "How many pictures (120; of a project, as its timeline takes)."},
      {"--fps", "", "RATE", "Pictures per second (30)."},
      {"--loop", "", "", "The last seed leads back to the first: the film can repeat without a jump."},
      {"--interpolation", "", "HOW", "slerp: on the great circle from seed to seed; spline: no break at a seed (slerp)."},
      {"--easing", "", "HOW", "From seed to seed: linear, smooth, ease-in, ease-out or hold (linear)."},
      {"--codec", "", "CODEC", "h264 or av1 in .mp4, vp9 or av1 in .webm."},
      {"--crf", "", "Q", "Quality of .mp4 and .webm: 0 is the best, 51 (av1, vp9: 63) the worst (18; 24)."},
      {"--scale", "", "N", "Enlarge N times, 1 to 64 (1)."},
      {"--resample", "", "HOW", "nearest: every pixel a square; smooth: Lanczos (smooth)."},
      {"--device", "", "WHERE", "cpu, or auto: a GPU where one can be used (auto)."}};
  for (const auto& options : {lookOptionSyntax(), openOptionSyntax()}) {
    syntax.options.insert(syntax.options.end(), options.begin(), options.end());
  }
  syntax.details =
      "The film carries its origin like a picture: latent-loom inspect FILM tells it.\n"
      "The same call gives the same file, bit for bit.\n\n"
      "Examples:\n"
      "  latent-loom video faces.pth --seeds 1,2,3 --frames 120 --fps 30 --loop -o out.mp4\n"
      "  latent-loom video ffhq.pkl --seeds 0-9 --interpolation spline --truncation 0.7 -o out.webm\n"
      "  latent-loom video work.loom -o frames/\n";
  return syntax;
}

VideoRequest videoRequest(const Arguments& arguments) {
  VideoRequest request;
  if (arguments.operands().empty()) {
    throw UsageError("say which checkpoint or project makes the film");
  }
  request.file = arguments.operands().front();
  request.isProject = request.file.extension() == ".loom";
  request.open = openOptions(arguments);
  takeWay(arguments, request);
  takeVideo(arguments, request);
  if (const auto device = arguments.value("--device")) {
    request.cpuOnly = oneOf<bool>("--device", *device, {{"cpu", true}, {"auto", false}});
  }
  request.output = arguments.value("--output").value_or("");
  if (request.output.empty()) {
    throw UsageError("say where the film goes: -o out.mp4");
  }
  try {
    checkVideoTarget(request.output, request.video);
  } catch (const ExportError& error) {
    throw std::runtime_error(error.what());  // not a matter of how it was typed
  }
  return request;
}

}  // namespace loom::app

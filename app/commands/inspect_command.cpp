#include "app/commands/inspect_command.h"

#include "app/commands/told_picture.h"
#include "app/commands/told_video.h"
#include "app/export/picture_format.h"
#include "app/export/video_format.h"

namespace loom::app {
namespace {

CommandSyntax inspectSyntax() {
  CommandSyntax syntax;
  syntax.name = "inspect";
  syntax.summary = "Tells what a picture or film says of its own origin: model, seed, state.";
  syntax.usage = {"FILE [--json]"};
  syntax.operands = {{"FILE", "A PNG, JPEG, TIFF, MP4, WebM, GIF or APNG that Latent Loom saved."}};
  syntax.mostOperands = 1;
  syntax.options = {{"--json", "", "", "One JSON object instead of text, with the whole state."}};
  return syntax;
}

ExitCode runInspect(const Arguments& arguments, const Streams& streams, const std::stop_token& stop) {
  if (arguments.operands().size() != 1) {
    throw UsageError("say which picture or film to look into");
  }
  const std::filesystem::path path = arguments.operands().front();
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    throw std::runtime_error(path.string() + (std::filesystem::exists(path, error) ? " is no file." : " is not there."));
  }
  if (videoFormatOfContent(path)) {
    tellVideo(path, arguments.has("--json"), streams, stop);
    return kDone;
  }
  if (!pictureFormatOfContent(path)) {
    throw std::runtime_error(path.filename().string() +
                             " is no PNG, JPEG or TIFF, and no film (MP4, WebM, GIF, APNG). Of a checkpoint, `latent-loom info` tells what is inside.");
  }
  tellPicture(path, arguments.has("--json"), streams);
  return kDone;
}

}  // namespace

Command inspectCommand() { return {inspectSyntax(), runInspect}; }

}  // namespace loom::app

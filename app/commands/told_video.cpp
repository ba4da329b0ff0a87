#include "app/commands/told_video.h"

#include "app/commands/plain_text.h"
#include "app/commands/told_picture.h"
#include "app/export/video_info.h"

#include <cstdio>

namespace loom::app {
namespace {

using Json = nlohmann::ordered_json;

std::string shortNumber(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", number);
  return text;
}

const char* nameOf(VideoFormat format) {
  switch (format) {
    case VideoFormat::Mp4:
      return "MP4";
    case VideoFormat::WebM:
      return "WebM";
    case VideoFormat::Gif:
      return "GIF";
    case VideoFormat::Apng:
      return "APNG";
    case VideoFormat::Pictures:
      break;
  }
  return "";
}

double rateOf(const VideoFacts& facts) { return static_cast<double>(facts.rateNumerator) / facts.rateDenominator; }

/// What the program wrote is exact; containers round.
std::string rateText(const VideoInfo& info) {
  return info.provenance && info.provenance->film ? info.provenance->film->rate : shortNumber(rateOf(info.facts));
}

Json filmJson(const std::string& file, const VideoInfo& info) {
  const VideoFacts& facts = info.facts;
  return {{"file", file},
          {"kind", "film"},
          {"container", nameOf(info.format)},
          {"codec", facts.codec},
          {"width", facts.width},
          {"height", facts.height},
          {"frames", facts.frames},
          {"frames_per_second", facts.rateNumerator > 0 ? Json(rateOf(facts)) : Json()},
          {"provenance", provenanceJson(*info.provenance)}};
}

void printFilm(const std::string& file, const VideoInfo& info, std::ostream& out) {
  const VideoFacts& facts = info.facts;
  TextTable table(out);
  out << plainText(file) << '\n' << "  " << plainText(describe(*info.provenance)) << '\n';
  std::string film = std::to_string(facts.frames) + (facts.frames == 1 ? " frame" : " frames");
  if (facts.rateNumerator > 0) {
    film += ", " + rateText(info) + " a second, " + shortNumber(static_cast<double>(facts.frames) / rateOf(facts)) + " s";
  }
  table.row("Film", film);
  table.row("Size", std::to_string(facts.width) + " x " + std::to_string(facts.height) + ", " + nameOf(info.format) + ", " + facts.codec);
  tellProvenance(*info.provenance, table);
}

}  // namespace

void tellVideo(const std::filesystem::path& path, bool json, const Streams& streams, const std::stop_token& stop) {
  VideoInfo info;
  try {
    info = readVideo(path, stop);
  } catch (const ExportError&) {
    if (stop.stop_requested()) {
      throw Stopped();
    }
    throw;
  }
  if (!info.provenance) {
    throw std::runtime_error(path.filename().string() +
                             " is a film that holds no state of Latent Loom: it was not saved by this program, or the state "
                             "was removed since.");
  }
  if (json) {
    streams.out << filmJson(path.string(), info).dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  } else {
    printFilm(path.string(), info, streams.out);
  }
}

}  // namespace loom::app

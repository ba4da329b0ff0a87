#include "app/export/ffmpeg/video_reader.h"

#include "app/export/ffmpeg/libav.h"

#include <algorithm>

namespace loom::app {
namespace {

struct InputCloser {
  void operator()(AVFormatContext* context) const { avformat_close_input(&context); }
};
using Input = std::unique_ptr<AVFormatContext, InputCloser>;

int askInterrupted(void* given) { return (*static_cast<const std::function<bool()>*>(given))() ? 1 : 0; }

Input openInput(const std::string& path, const std::function<bool()>& interrupted) {
  AVFormatContext* context = avformat_alloc_context();
  if (interrupted) {
    context->interrupt_callback = {askInterrupted, const_cast<std::function<bool()>*>(&interrupted)};
  }
  LibavOptions options;
  options.set("format_whitelist", "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,gif,apng");
  options.set("protocol_whitelist", "file");
  options.set("export_xmp", "1");  // of mp4; other containers leave it
  checked(avformat_open_input(&context, ("file:" + path).c_str(), nullptr, options.address()), "it cannot be read");
  return Input(context);
}

/// As the file tells it; of GIF, which tells hundredths of a second for each frame, over the whole film.
void setRate(VideoFacts& facts, const AVStream& stream, std::int64_t end) {
  AVRational rate = stream.avg_frame_rate;
  if (stream.codecpar->codec_id == AV_CODEC_ID_GIF && end > 0) {
    av_reduce(&rate.num, &rate.den, facts.frames * stream.time_base.den, end * stream.time_base.num, 1'000'000);
  }
  if (rate.num > 0 && rate.den > 0) {
    facts.rateNumerator = rate.num;
    facts.rateDenominator = rate.den;
  }
}

}  // namespace

VideoFacts readVideoFacts(const std::string& path, const std::function<bool()>& interrupted) {
  const Input input = openInput(path, interrupted);
  checked(avformat_find_stream_info(input.get(), nullptr), "it cannot be read");
  const int index = checked(av_find_best_stream(input.get(), AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0), "it holds no film");
  const AVStream* stream = input->streams[index];
  VideoFacts facts;
  facts.container = input->iformat->name;
  facts.codec = avcodec_get_name(stream->codecpar->codec_id);
  facts.width = stream->codecpar->width;
  facts.height = stream->codecpar->height;
  const AVDictionaryEntry* entry = nullptr;
  while ((entry = av_dict_get(input->metadata, "", entry, AV_DICT_IGNORE_SUFFIX)) != nullptr) {
    facts.metadata.emplace_back(entry->key, entry->value);
  }
  const LibavPtr<AVPacket> packet(av_packet_alloc());
  std::int64_t end = 0;
  while (true) {
    const int code = av_read_frame(input.get(), packet.get());
    if (code == AVERROR_EOF) {
      break;
    }
    checked(code, "it is damaged behind frame " + std::to_string(facts.frames));
    if (packet->stream_index == index) {
      ++facts.frames;
      end = packet->pts != AV_NOPTS_VALUE ? std::max(end, packet->pts + packet->duration) : end;
    }
    av_packet_unref(packet.get());
  }
  setRate(facts, *stream, end);
  return facts;
}

}  // namespace loom::app

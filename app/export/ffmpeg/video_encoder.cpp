#include "app/export/ffmpeg/video_encoder.h"

#include "app/export/ffmpeg/libav.h"

#include <algorithm>
#include <cstring>

namespace loom::app {
namespace {

/// The same on every machine, since what some encoders write depends on it. Small frames are done before a thread wakes.
int threadsFor(const EncoderSettings& settings) {
  constexpr int kSmall = 128 * 1024;  // pixels
  constexpr int kMany = 4;
  return settings.width * settings.height < kSmall ? 1 : kMany;
}

class LibavEncoder : public VideoEncoder {
 public:
  explicit LibavEncoder(const EncoderSettings& settings) : m_settings(settings), m_packet(av_packet_alloc()) {
    const std::string url = "file:" + settings.path;  // else a colon in the name would be read as a protocol
    checked(avformat_alloc_output_context2(&m_container, nullptr, settings.container.c_str(), url.c_str()),
            "FFmpeg cannot write " + settings.container);
    try {
      openEncoder();
      openFile(url);
    } catch (...) {
      close();
      throw;
    }
  }
  ~LibavEncoder() override { close(); }
  LibavEncoder(const LibavEncoder&) = delete;
  LibavEncoder& operator=(const LibavEncoder&) = delete;

  void add(const std::uint8_t* pixels, std::size_t stride) override {
    AVFrame* frame = m_picture.get();
    checked(av_frame_make_writable(frame), "there is not enough memory for a frame");
    if (m_source) {
      fill(*m_source, pixels, stride, 4);
      sws_scale(m_scaler.get(), m_source->data, m_source->linesize, 0, m_source->height, frame->data, frame->linesize);
    } else {
      fill(*frame, pixels, stride, 1);
      std::memcpy(frame->data[1], m_settings.palette.data(), m_settings.palette.size() * sizeof(std::uint32_t));
    }
    frame->pts = m_next++;
    send(frame);
  }

  void finish() override {
    send(nullptr);
    checked(av_write_trailer(m_container), "the file cannot be written");
    const int code = avio_closep(&m_container->pb);
    checked(code, "the file cannot be written");
  }

 private:
  void openEncoder() {
    const AVCodec* codec = avcodec_find_encoder_by_name(m_settings.encoder.c_str());
    if (codec == nullptr) {
      throw std::runtime_error("FFmpeg's library here has no encoder " + m_settings.encoder);
    }
    m_context.reset(avcodec_alloc_context3(codec));
    AVCodecContext* context = m_context.get();
    choosePixels();
    context->time_base = {m_settings.rateDenominator, m_settings.rateNumerator};
    context->framerate = {m_settings.rateNumerator, m_settings.rateDenominator};
    context->bit_rate = 0;  // quality is asked for, not a rate
    context->thread_count = threadsFor(m_settings);
    context->flags |= AV_CODEC_FLAG_BITEXACT;
    if ((m_container->oformat->flags & AVFMT_GLOBALHEADER) != 0) {
      context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    }
    LibavOptions options;
    for (const auto& [name, value] : m_settings.encoderOptions) {
      options.set(name, value);
    }
    checked(avcodec_open2(context, codec, options.address()),
            "the encoder " + m_settings.encoder + " does not take frames of " + std::to_string(context->width) + " x " +
                std::to_string(context->height) + " pixels at this rate");
    options.checkAllTaken();
    m_stream = avformat_new_stream(m_container, nullptr);
    m_stream->time_base = context->time_base;
    m_stream->avg_frame_rate = context->framerate;
    checked(avcodec_parameters_from_context(m_stream->codecpar, context), "the encoder's parameters cannot be taken");
    m_picture = frameOf(context->pix_fmt);
  }

  /// Size and kind of the pixels that the encoder gets, and how they are made of those that come.
  void choosePixels() {
    AVCodecContext* context = m_context.get();
    const bool h264 = m_settings.encoder == "libx264";
    context->width = m_settings.width + (h264 ? m_settings.width % 2 : 0);
    context->height = m_settings.height + (h264 ? m_settings.height % 2 : 0);
    if (!m_settings.palette.empty()) {
      context->pix_fmt = AV_PIX_FMT_PAL8;
      return;
    }
    context->pix_fmt = AV_PIX_FMT_YUV420P;
    m_source = frameOf(AV_PIX_FMT_RGBA);
    // No size changes: the filter only averages the colours of neighbouring pixels.
    m_scaler.reset(sws_getContext(context->width, context->height, AV_PIX_FMT_RGBA, context->width, context->height,
                                  context->pix_fmt, SWS_BILINEAR | SWS_ACCURATE_RND | SWS_BITEXACT | SWS_FULL_CHR_H_INP,
                                  nullptr, nullptr, nullptr));
    if (!m_scaler) {
      throw std::runtime_error("FFmpeg cannot convert frames of " + std::to_string(context->width) + " x " +
                               std::to_string(context->height) + " pixels");
    }
    const int* table = sws_getCoefficients(SWS_CS_ITU709);
    sws_setColorspaceDetails(m_scaler.get(), table, /*srcRange=*/1, table, /*dstRange=*/0, 0, 1 << 16, 1 << 16);
    context->colorspace = AVCOL_SPC_BT709;
    context->color_primaries = AVCOL_PRI_BT709;
    context->color_trc = AVCOL_TRC_BT709;
    context->color_range = AVCOL_RANGE_MPEG;
  }

  LibavPtr<AVFrame> frameOf(AVPixelFormat format) const {
    LibavPtr<AVFrame> frame(av_frame_alloc());
    frame->format = format;
    frame->width = m_context->width;
    frame->height = m_context->height;
    frame->colorspace = m_context->colorspace;
    frame->color_range = m_context->color_range;
    checked(av_frame_get_buffer(frame.get(), 0), "there is not enough memory for a frame");
    return frame;
  }

  void openFile(const std::string& url) {
    for (const auto& [name, value] : m_settings.metadata) {
      av_dict_set(&m_container->metadata, name.c_str(), value.c_str(), 0);
    }
    m_container->flags |= AVFMT_FLAG_BITEXACT;
    checked(avio_open(&m_container->pb, url.c_str(), AVIO_FLAG_WRITE), "the file cannot be made");
    LibavOptions options;
    for (const auto& [name, value] : m_settings.containerOptions) {
      options.set(name, value);
    }
    checked(avformat_write_header(m_container, options.address()), "the file cannot be written");
    options.checkAllTaken();
  }

  /// The frame's pixels; where it is wider or higher than the picture, the border's pixels go on.
  void fill(AVFrame& frame, const std::uint8_t* pixels, std::size_t stride, std::size_t pixelBytes) const {
    const std::size_t rowBytes = static_cast<std::size_t>(m_settings.width) * pixelBytes;
    for (int y = 0; y < frame.height; ++y) {
      const std::uint8_t* in = pixels + static_cast<std::size_t>(std::min(y, m_settings.height - 1)) * stride;
      std::uint8_t* out = frame.data[0] + static_cast<std::ptrdiff_t>(y) * frame.linesize[0];
      std::memcpy(out, in, rowBytes);
      for (int x = m_settings.width; x < frame.width; ++x) {
        std::memcpy(out + static_cast<std::size_t>(x) * pixelBytes, in + rowBytes - pixelBytes, pixelBytes);
      }
    }
  }

  void send(const AVFrame* frame) {
    checked(avcodec_send_frame(m_context.get(), frame), "the encoder refuses a frame");
    while (true) {
      const int code = avcodec_receive_packet(m_context.get(), m_packet.get());
      if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) {
        return;
      }
      checked(code, "the encoder fails");
      if (m_packet->duration == 0) {
        m_packet->duration = 1;
      }
      av_packet_rescale_ts(m_packet.get(), m_context->time_base, m_stream->time_base);
      m_packet->stream_index = m_stream->index;
      checked(av_interleaved_write_frame(m_container, m_packet.get()), "the file cannot be written");
      if (m_container->pb->error < 0) {
        checked(m_container->pb->error, "the file cannot be written");
      }
    }
  }

  void close() {
    if (m_container != nullptr) {
      avio_closep(&m_container->pb);
      avformat_free_context(m_container);
      m_container = nullptr;
    }
  }

  EncoderSettings m_settings;
  AVFormatContext* m_container = nullptr;
  AVStream* m_stream = nullptr;  // the container's
  LibavPtr<AVCodecContext> m_context;
  LibavPtr<SwsContext> m_scaler;
  LibavPtr<AVFrame> m_source;   // RGBA; null where frames are indices
  LibavPtr<AVFrame> m_picture;  // as the encoder takes it
  LibavPtr<AVPacket> m_packet;
  std::int64_t m_next = 0;
};

}  // namespace

std::unique_ptr<VideoEncoder> openVideoEncoder(const EncoderSettings& settings) {
  return std::make_unique<LibavEncoder>(settings);
}

}  // namespace loom::app

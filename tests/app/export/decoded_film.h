// A film read back through FFmpeg itself, its colours by formulas of our own.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <QImage>
#include <QMap>
#include <QString>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

namespace loom::app {

struct DecodedFilm {
  bool read = false;
  QString codec;
  QSize size;
  double perSecond = 0.0;
  double seconds = 0.0;
  std::vector<QImage> frames;  ///< RGB888
  QMap<QString, QString> metadata;
};

/// BT.709, limited range, by the standard's own numbers.
inline QRgb rgbOfYuv(int y, int u, int v) {
  const double luma = (y - 16) / 219.0;
  const double blue = (u - 128) / 224.0;
  const double red = (v - 128) / 224.0;
  const auto level = [](double value) { return std::clamp(static_cast<int>(std::lround(value * 255)), 0, 255); };
  return qRgb(level(luma + 1.5748 * red), level(luma - 0.1873 * blue - 0.4681 * red), level(luma + 1.8556 * blue));
}

inline QImage pictureOf(const AVFrame& frame) {
  QImage picture(frame.width, frame.height, QImage::Format_RGB888);
  const auto at = [&](int plane, int x, int y) { return frame.data[plane][y * frame.linesize[plane] + x]; };
  for (int y = 0; y < frame.height; ++y) {
    for (int x = 0; x < frame.width; ++x) {
      QRgb colour = 0;
      switch (frame.format) {
        case AV_PIX_FMT_YUV420P:
          colour = rgbOfYuv(at(0, x, y), at(1, x / 2, y / 2), at(2, x / 2, y / 2));
          break;
        case AV_PIX_FMT_GRAY8:
          colour = qRgb(at(0, x, y), at(0, x, y), at(0, x, y));
          break;
        case AV_PIX_FMT_RGB24:
          colour = qRgb(at(0, 3 * x, y), at(0, 3 * x + 1, y), at(0, 3 * x + 2, y));
          break;
        case AV_PIX_FMT_RGBA:
          colour = qRgb(at(0, 4 * x, y), at(0, 4 * x + 1, y), at(0, 4 * x + 2, y));
          break;
        case AV_PIX_FMT_BGRA:  // what FFmpeg makes of GIF
          colour = qRgb(at(0, 4 * x + 2, y), at(0, 4 * x + 1, y), at(0, 4 * x, y));
          break;
        default:
          return {};
      }
      picture.setPixel(x, y, colour);
    }
  }
  return picture;
}

inline DecodedFilm decodedFilm(const QString& path) {
  DecodedFilm film;
  AVFormatContext* input = nullptr;
  AVDictionary* options = nullptr;
  av_dict_set(&options, "export_xmp", "1", 0);
  const int opened = avformat_open_input(&input, path.toUtf8().constData(), nullptr, &options);
  av_dict_free(&options);
  if (opened < 0 || avformat_find_stream_info(input, nullptr) < 0) {
    return film;
  }
  const int index = av_find_best_stream(input, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  const AVStream* stream = input->streams[index];
  const AVCodec* codec = avcodec_find_decoder(stream->codecpar->codec_id);
  AVCodecContext* context = avcodec_alloc_context3(codec);
  avcodec_parameters_to_context(context, stream->codecpar);
  avcodec_open2(context, codec, nullptr);
  film.codec = QString::fromUtf8(avcodec_get_name(stream->codecpar->codec_id));
  film.size = {stream->codecpar->width, stream->codecpar->height};
  film.perSecond = av_q2d(stream->avg_frame_rate);
  film.seconds = static_cast<double>(input->duration) / AV_TIME_BASE;
  const AVDictionaryEntry* entry = nullptr;
  while ((entry = av_dict_get(input->metadata, "", entry, AV_DICT_IGNORE_SUFFIX)) != nullptr) {
    film.metadata[QString::fromUtf8(entry->key)] = QString::fromUtf8(entry->value);
  }
  AVPacket* packet = av_packet_alloc();
  AVFrame* frame = av_frame_alloc();
  const auto take = [&] {
    while (avcodec_receive_frame(context, frame) >= 0) {
      film.frames.push_back(pictureOf(*frame));
    }
  };
  while (av_read_frame(input, packet) >= 0) {
    if (packet->stream_index == index) {
      avcodec_send_packet(context, packet);
      take();
    }
    av_packet_unref(packet);
  }
  avcodec_send_packet(context, nullptr);
  take();
  film.read = true;
  av_frame_free(&frame);
  av_packet_free(&packet);
  avcodec_free_context(&context);
  avformat_close_input(&input);
  return film;
}

/// Mean distance of a channel's value from pixel to pixel, over the smaller of both sizes.
inline double meanDifference(const QImage& a, const QImage& b) {
  double sum = 0.0;
  const QSize size = a.size().boundedTo(b.size());
  for (int y = 0; y < size.height(); ++y) {
    for (int x = 0; x < size.width(); ++x) {
      const QRgb one = a.pixel(x, y);
      const QRgb other = b.pixel(x, y);
      sum += std::abs(qRed(one) - qRed(other)) + std::abs(qGreen(one) - qGreen(other)) + std::abs(qBlue(one) - qBlue(other));
    }
  }
  return size.isEmpty() ? 1e9 : sum / (3.0 * size.width() * size.height());
}

}  // namespace loom::app

// FFmpeg's structures with owners, and its errors as exceptions.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
}

#include <memory>
#include <stdexcept>
#include <string>

namespace loom::app {

/// Throws std::runtime_error "WHAT: FFmpeg's words" where `code` is an error; else returns it.
inline int checked(int code, const std::string& what) {
  if (code < 0) {
    char words[AV_ERROR_MAX_STRING_SIZE] = {};
    av_strerror(code, words, sizeof words);
    throw std::runtime_error(what + ": " + words);
  }
  return code;
}

struct LibavDeleter {
  void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
  void operator()(SwsContext* context) const { sws_freeContext(context); }
};
template <typename Type>
using LibavPtr = std::unique_ptr<Type, LibavDeleter>;

/// An AVDictionary that frees itself.
class LibavOptions {
 public:
  LibavOptions() = default;
  ~LibavOptions() { av_dict_free(&m_options); }
  LibavOptions(const LibavOptions&) = delete;
  LibavOptions& operator=(const LibavOptions&) = delete;

  void set(const std::string& name, const std::string& value) { av_dict_set(&m_options, name.c_str(), value.c_str(), 0); }
  AVDictionary** address() { return &m_options; }
  /// Throws where something was not taken: an option that does not exist would be lost in silence.
  void checkAllTaken() const {
    if (const AVDictionaryEntry* left = av_dict_get(m_options, "", nullptr, AV_DICT_IGNORE_SUFFIX)) {
      throw std::runtime_error(std::string("this version of FFmpeg does not know the option ") + left->key);
    }
  }

 private:
  AVDictionary* m_options = nullptr;
};

}  // namespace loom::app

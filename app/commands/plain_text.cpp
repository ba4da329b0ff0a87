#include "app/commands/plain_text.h"

#include <QStringDecoder>

namespace loom::app {
namespace {

std::string escaped(unsigned char byte) {
  static constexpr char kDigits[] = "0123456789abcdef";
  return {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
}

/// Bytes of the UTF-8 sequence that begins at `at`; 0 where none does.
std::size_t sequenceAt(const std::string& text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xc2 ? 0
                             : lead < 0xe0 ? 2
                             : lead < 0xf0 ? 3
                             : lead < 0xf5 ? 4
                                           : 0;
  if (length == 0 || at + length > text.size()) {
    return 0;
  }
  QStringDecoder decoder(QStringDecoder::Utf8);
  const QString ignored = decoder.decode(QByteArrayView(text.data() + at, static_cast<qsizetype>(length)));
  return decoder.hasError() ? 0 : length;
}

bool isControl(const std::string& text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  return byte < 0x20 || byte == 0x7f || (byte == 0xc2 && static_cast<unsigned char>(text[at + 1]) < 0xa0);
}

}  // namespace

std::string plainText(const std::string& text, std::size_t longest) {
  std::string plain;
  for (std::size_t at = 0; at < text.size();) {
    if (plain.size() >= longest) {
      return plain + "…";
    }
    const std::size_t length = sequenceAt(text, at);
    if (length == 0 || isControl(text, at)) {
      plain += escaped(static_cast<unsigned char>(text[at]));
      ++at;
      if (length == 2) {
        plain += escaped(static_cast<unsigned char>(text[at++]));
      }
    } else {
      plain.append(text, at, length);
      at += length;
    }
  }
  return plain;
}

}  // namespace loom::app

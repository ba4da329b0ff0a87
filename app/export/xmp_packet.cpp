#include "app/export/xmp_packet.h"

#include "app/export/picture_format.h"

#include <QString>

#include <exempi/xmp.h>
#include <exempi/xmpconsts.h>
#include <exempi/xmperrors.h>

#include <mutex>
#include <system_error>

namespace loom::app {
namespace {

std::mutex& exempiMutex() {
  static std::mutex mutex;
  return mutex;
}

[[noreturn]] void fail(const std::string& what) {
  throw XmpError(what + " (exempi's error " + std::to_string(xmp_get_error()) + ")");
}

/// Holds exempi for the length of a call; the first one sets it up.
class ExempiLock {
 public:
  ExempiLock() : m_lock(exempiMutex()) {
    static bool ready = false;
    if (ready) {
      return;
    }
    if (!xmp_init() || !registerNamespace(xmp_namespace::kIptcExtension, "Iptc4xmpExt") ||
        !registerNamespace(xmp_namespace::kLoom, "loom")) {
      fail("the XMP library does not start");
    }
    ready = true;
  }

 private:
  static bool registerNamespace(const char* uri, const char* prefix) {
    const XmpStringPtr given = xmp_string_new();
    const bool done = xmp_register_namespace(uri, prefix, given);
    xmp_string_free(given);
    return done;
  }

  std::lock_guard<std::mutex> m_lock;
};

struct FileCloser {
  void operator()(XmpFilePtr file) const { xmp_files_free(file); }
};
using XmpFile = std::unique_ptr<std::remove_pointer_t<XmpFilePtr>, FileCloser>;

struct StringCloser {
  void operator()(XmpStringPtr text) const { xmp_string_free(text); }
};
using XmpString = std::unique_ptr<std::remove_pointer_t<XmpStringPtr>, StringCloser>;

XmpFile openFile(const std::filesystem::path& path, int options) {
  return XmpFile(xmp_files_open_new(path.string().c_str(), static_cast<XmpOpenFileOptions>(options)));
}

/// XML 1.0 knows tab, line feed and carriage return below the space, and nothing at U+FFFE and U+FFFF.
std::string fitForXml(const std::string& text) {
  QString fit = QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
  for (QChar& c : fit) {
    const char16_t code = c.unicode();
    if ((code < 0x20 && code != '\t' && code != '\n' && code != '\r') || code == 0x7f || code >= 0xfffe) {
      c = QChar(QChar::ReplacementCharacter);
    }
  }
  return fit.toStdString();
}

}  // namespace

struct XmpPacket::Handle {
  explicit Handle(XmpPtr given) : xmp(given) {}
  ~Handle() {
    const std::lock_guard lock(exempiMutex());
    xmp_free(xmp);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  XmpPtr xmp;
};

XmpPacket::XmpPacket() {
  const ExempiLock lock;
  const XmpPtr xmp = xmp_new_empty();
  if (!xmp) {
    fail("no XMP can be made");
  }
  m_handle = std::make_unique<Handle>(xmp);
}

XmpPacket::XmpPacket(XmpPacket&&) noexcept = default;
XmpPacket& XmpPacket::operator=(XmpPacket&&) noexcept = default;
XmpPacket::~XmpPacket() = default;

std::optional<XmpPacket> XmpPacket::read(const std::filesystem::path& path) {
  if (!pictureFormatOfContent(path)) {
    return std::nullopt;
  }
  XmpPacket packet;
  const ExempiLock lock;
  const XmpFile file = openFile(path, XMP_OPEN_READ | XMP_OPEN_ONLYXMP | XMP_OPEN_USESMARTHANDLER);
  if (!file) {
    fail("the file or the metadata in it is damaged");
  }
  // False without an error is the answer of a sound picture that holds no XMP.
  if (!xmp_files_get_xmp(file.get(), packet.m_handle->xmp)) {
    if (xmp_get_error() != 0) {
      fail("the metadata in it is damaged");
    }
    return std::nullopt;
  }
  return packet;
}

void XmpPacket::write(const std::filesystem::path& path) const {
  const ExempiLock lock;
  XmpFile file = openFile(path, XMP_OPEN_FORUPDATE | XMP_OPEN_USESMARTHANDLER);
  if (!file) {
    fail("the picture could not be opened to add its metadata");
  }
  // The toolkit writes a shorter packet over a longer one in PNG without a thought for the rest of it.
  const XmpString old(xmp_string_new());
  if (xmp_files_get_xmp_xmpstring(file.get(), old.get(), nullptr) && xmp_string_len(old.get()) > 0) {
    throw XmpError("it holds XMP already");
  }
  if (!xmp_files_can_put_xmp(file.get(), m_handle->xmp) || !xmp_files_put_xmp(file.get(), m_handle->xmp)) {
    fail("the metadata do not fit into the picture");
  }
  // The bytes are written here; the destructor then only frees.
  if (!xmp_files_close(file.get(), XMP_CLOSE_NOOPTION)) {
    fail("the metadata could not be written, perhaps the disk is full");
  }
}

XmpPacket XmpPacket::fromText(const std::string& text) {
  XmpPacket packet;
  const ExempiLock lock;
  if (!xmp_parse(packet.m_handle->xmp, text.data(), text.size())) {
    fail("the metadata in it is damaged");
  }
  return packet;
}

std::string XmpPacket::text() const {
  const ExempiLock lock;
  const XmpString text(xmp_string_new());
  if (!xmp_serialize(m_handle->xmp, text.get(), XMP_SERIAL_READONLYPACKET | XMP_SERIAL_USECOMPACTFORMAT, 0)) {
    fail("the metadata cannot be put into words");
  }
  return {xmp_string_cstr(text.get()), xmp_string_len(text.get())};
}

void XmpPacket::set(const char* space, const char* name, const std::string& value) {
  const ExempiLock lock;
  if (!xmp_set_property(m_handle->xmp, space, name, fitForXml(value).c_str(), 0)) {
    fail(std::string("the property ") + name + " cannot be written");
  }
}

void XmpPacket::setDefaultText(const char* space, const char* name, const std::string& value) {
  const ExempiLock lock;
  if (!xmp_set_localized_text(m_handle->xmp, space, name, "", "x-default", fitForXml(value).c_str(), 0)) {
    fail(std::string("the property ") + name + " cannot be written");
  }
}

std::optional<std::string> XmpPacket::get(const char* space, const char* name) const {
  const ExempiLock lock;
  const XmpString text(xmp_string_new());
  std::uint32_t bits = 0;
  if (!xmp_get_property(m_handle->xmp, space, name, text.get(), &bits) || !XMP_IS_PROP_SIMPLE(bits)) {
    return std::nullopt;
  }
  return std::string(xmp_string_cstr(text.get()), xmp_string_len(text.get()));
}

void XmpPacket::setBag(const char* space, const char* name, const std::vector<std::string>& values) {
  const ExempiLock lock;
  for (const std::string& value : values) {
    if (!xmp_append_array_item(m_handle->xmp, space, name, XMP_PROP_VALUE_IS_ARRAY, fitForXml(value).c_str(), 0)) {
      fail(std::string("the list ") + name + " cannot be written");
    }
  }
}

std::vector<std::string> XmpPacket::list(const char* space, const char* name, std::size_t most) const {
  const ExempiLock lock;
  std::vector<std::string> values;
  const XmpString text(xmp_string_new());
  std::uint32_t bits = 0;
  while (values.size() < most && xmp_get_array_item(m_handle->xmp, space, name, static_cast<int>(values.size()) + 1,
                                                    text.get(), &bits)) {
    values.emplace_back(xmp_string_cstr(text.get()), xmp_string_len(text.get()));
  }
  return values;
}

}  // namespace loom::app

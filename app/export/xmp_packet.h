// XMP in picture files, through exempi. The only file that includes exempi's headers is xmp_packet.cpp.
//
// Exempi keeps its last error in one place and the toolkit below it has tables of its own: one call at a time, guarded
// here.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace loom::app {

/// The container or its XMP is damaged, or exempi cannot write it; `what()` is a clause for people, without a full
/// stop.
class XmpError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

namespace xmp_namespace {
inline constexpr const char* kBasic = "http://ns.adobe.com/xap/1.0/";
inline constexpr const char* kDublinCore = "http://purl.org/dc/elements/1.1/";
inline constexpr const char* kIptcExtension = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";
/// Ours; provenance.h tells its properties.
inline constexpr const char* kLoom = "urn:x-latent-loom:provenance#";
}  // namespace xmp_namespace

/// A set of properties, each a namespace's URI and a name.
class XmpPacket {
 public:
  XmpPacket();
  XmpPacket(XmpPacket&&) noexcept;
  XmpPacket& operator=(XmpPacket&&) noexcept;
  ~XmpPacket();

  /// The packet of the picture at `path`; nothing where it has none, or is no picture that is known here. Only XMP is
  /// looked at, no EXIF or IPTC. Throws XmpError where the file or its packet is damaged.
  static std::optional<XmpPacket> read(const std::filesystem::path& path);
  /// Writes the packet into the picture at `path`, in place. Throws XmpError, also where the picture holds XMP already.
  void write(const std::filesystem::path& path) const;

  /// The packet of a text that some other container carried. Throws XmpError where it is none.
  static XmpPacket fromText(const std::string& text);
  /// The packet as RDF/XML in UTF-8, in its wrapper, for a container that this class does not write.
  std::string text() const;

  /// `value`: UTF-8. What XML cannot hold (control characters, broken UTF-8) becomes U+FFFD. Throws XmpError.
  void set(const char* space, const char* name, const std::string& value);
  /// A text that may stand in many languages; this one is the default.
  void setDefaultText(const char* space, const char* name, const std::string& value);
  std::optional<std::string> get(const char* space, const char* name) const;  ///< nothing where it is absent or no text
  /// A set of texts without order, as keywords are kept.
  void setBag(const char* space, const char* name, const std::vector<std::string>& values);
  /// The texts of a list of any kind, at most `most` of them; empty where it is absent or no list.
  std::vector<std::string> list(const char* space, const char* name, std::size_t most) const;

 private:
  struct Handle;
  std::unique_ptr<Handle> m_handle;
};

}  // namespace loom::app

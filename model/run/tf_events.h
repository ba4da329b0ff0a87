// TensorBoard's event files, written and read without TensorFlow.
//
// A file is a sequence of records (tensorflow/core/lib/io/record_writer.cc), all numbers little-endian:
//   uint64 length   uint32 masked CRC-32C of the length   length bytes   uint32 masked CRC-32C of these bytes
// Each is an Event message (tensorflow/core/util/event.proto, core/framework/summary.proto, tensor.proto). The first
// has file_version "brain.Event:2" alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace loom::model {

// Whole records, framed, to be appended to a file. Tags and texts become valid UTF-8.

/// What a file begins with.
std::string versionRecord(double wallTime);
/// A restart: TensorBoard and readHistory forget what was written before of this step and those after it.
std::string restartRecord(double wallTime, std::int64_t step);
std::string scalarRecord(double wallTime, std::int64_t step, std::string_view tag, float value);
/// As TensorBoard's text plugin wants it, which shows it as Markdown.
std::string textRecord(double wallTime, std::int64_t step, std::string_view tag, std::string_view text);
/// `png`: a whole PNG file.
std::string pictureRecord(double wallTime, std::int64_t step, std::string_view tag, int width, int height,
                          std::span<const std::byte> png);

/// One tagged value of an event. Views hold until the next event is read.
struct EventValue {
  enum class Kind {
    Scalar,   ///< simple_value, or a tensor of one number with the plugin "scalars"
    Text,     ///< the plugin "text"
    Picture,  ///< an image, or the first of a tensor with the plugin "images"
    Other,    ///< histograms, audio, …
  };
  Kind kind = Kind::Other;
  std::string tag;
  float scalar = 0.0F;
  std::string_view bytes;  ///< the text, or the encoded picture (PNG as a rule)
  int width = 0;           ///< of the picture, as told; not checked against its bytes
  int height = 0;
};

struct Event {
  double wallTime = 0.0;  ///< seconds since 1970
  std::int64_t step = 0;
  std::string fileVersion;
  bool restart = false;  ///< session_log START
  std::vector<EventValue> values;
};

/// Reads one event file, also while another program writes to it. Hostile bytes cost no more than the file's size:
/// lengths are compared with the bytes that are there before memory is taken.
class EventFileReader {
 public:
  /// Opens nothing yet; a file that is not there has no events.
  explicit EventFileReader(std::filesystem::path path) : m_path(std::move(path)) {}

  /// The next event, or none: at the end, before a record that is not all there, or at bytes that are no record.
  /// Called again later, it goes on with what was appended. Records whose checksum fails are passed over.
  std::optional<Event> next();

  std::uint64_t position() const { return m_position; }  ///< of the first byte not yet read
  /// The rest is no record: nothing after `position()` will ever be read.
  bool broken() const { return m_broken; }

 private:
  bool readRecord();
  bool decode(Event& event);
  std::optional<EventValue> decodeValue(std::string_view message);

  std::filesystem::path m_path;
  std::ifstream m_file;
  std::uint64_t m_position = 0;
  std::uint64_t m_filePosition = 0;  ///< where m_file stands
  std::uint64_t m_size = 0;          ///< of the file, when last looked at
  bool m_broken = false;
  std::string m_record;
  std::map<std::string, std::string, std::less<>> m_plugins;  ///< by tag: later values may leave them out
};

}  // namespace loom::model

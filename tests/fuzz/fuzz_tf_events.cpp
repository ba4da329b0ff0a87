// Event files: the bytes as the contents of records whose checksums are right, and then as a file.
#include "model/run/masked_crc32c.h"
#include "model/run_folder.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace {

namespace fs = std::filesystem;

std::string little(std::uint64_t value, int width) {
  std::string bytes;
  for (int i = 0; i < width; ++i, value >>= 8U) {
    bytes += static_cast<char>(value);
  }
  return bytes;
}

std::string record(const std::string& message) {
  const std::string length = little(message.size(), 8);
  return length + little(loom::model::maskedCrc32c(length), 4) + message +
         little(loom::model::maskedCrc32c(message), 4);
}

/// In memory where that is possible; gone after each input, since libFuzzer ends without ceremony.
class Folder {
 public:
  Folder()
      : m_path((fs::exists("/dev/shm") ? "/dev/shm" : fs::temp_directory_path()) /
               fs::path("loom-fuzz-" + std::to_string(::getpid()))) {
    fs::create_directories(m_path);
  }
  ~Folder() { fs::remove_all(m_path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const fs::path& path() const { return m_path; }

 private:
  fs::path m_path;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  // Messages of up to 255 bytes, the first byte tells; the later ones see what the earlier ones told of their tags.
  std::string file;
  for (std::size_t place = 0; place < bytes.size();) {
    const auto length = static_cast<unsigned char>(bytes[place++]);
    file += record(bytes.substr(place, length));
    place += length;
  }
  const Folder folder;
  std::ofstream(folder.path() / "tfevents.1", std::ios::binary) << file << bytes;
  std::ofstream(folder.path() / "tfevents.2", std::ios::binary) << record(bytes) << file.substr(0, file.size() / 2);
  loom::model::readHistory(folder.path());
  return 0;
}

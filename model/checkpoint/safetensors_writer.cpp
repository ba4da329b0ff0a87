#include "model/checkpoint/safetensors_writer.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace loom::model {
namespace {

std::string headerOf(const std::vector<std::pair<std::string, FloatTensor>>& tensors,
                     const std::vector<std::pair<std::string, std::string>>& metadata) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  for (const auto& [key, value] : metadata) {
    header["__metadata__"][key] = value;
  }
  std::uint64_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    if (name == "__metadata__" || header.contains(name)) {
      throw std::runtime_error("the name " + name + " is taken");
    }
    const bool negative = std::any_of(tensor.shape.begin(), tensor.shape.end(), [](auto size) { return size < 0; });
    if (negative || tensor.elementCount() != static_cast<std::int64_t>(tensor.values.size())) {
      throw std::runtime_error("the tensor " + name + " has not as many values as its shape says");
    }
    const std::uint64_t end = offset + tensor.values.size() * sizeof(float);
    header[name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const nlohmann::json::exception&) {
    throw std::runtime_error("a name or a text of it is not UTF-8");
  }
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the data begin at a multiple of 8
  return text;
}

}  // namespace

void writeSafetensors(const std::filesystem::path& path,
                      const std::vector<std::pair<std::string, FloatTensor>>& tensors,
                      const std::vector<std::pair<std::string, std::string>>& metadata) {
  std::filesystem::path draft = path;
  draft += ".part";
  bool begun = false;
  const auto fail = [&](const std::string& reason) {
    std::error_code ignored;
    if (begun) {
      std::filesystem::remove(draft, ignored);
    }
    throw std::runtime_error(path.string() + " cannot be written: " + reason + ".");
  };
  std::string header;
  try {
    header = headerOf(tensors, metadata);
  } catch (const std::runtime_error& error) {
    fail(error.what());
  }
  errno = 0;
  std::ofstream file(draft, std::ios::binary | std::ios::trunc);
  if (!file) {
    fail(std::generic_category().message(errno));
  }
  begun = true;
  const std::uint64_t length = header.size();
  file.write(reinterpret_cast<const char*>(&length), sizeof length);
  file.write(header.data(), static_cast<std::streamsize>(header.size()));
  for (const auto& [name, tensor] : tensors) {
    file.write(reinterpret_cast<const char*>(tensor.values.data()),
               static_cast<std::streamsize>(tensor.values.size() * sizeof(float)));
  }
  file.close();
  if (!file) {
    fail(errno ? std::generic_category().message(errno) : "the disk may be full");
  }
  std::error_code error;
  std::filesystem::rename(draft, path, error);
  if (error) {
    fail(error.message());
  }
}

}  // namespace loom::model

// Shared libraries at run time. What only Linux knows of them is in shared_library_linux.cpp; another system adds a
// file beside it.
#pragma once

#include <filesystem>
#include <string>

namespace loom::model {

/// An opened library. It stays loaded until the process ends: CUDA's libraries do not survive being unloaded.
class SharedLibrary {
 public:
  enum class Symbols {
    Own,     ///< seen through `symbol` only
    Global,  ///< seen by libraries that are loaded later, too
  };

  /// Loads `name` (searched for where the system does) or the file at a path, with every symbol bound. Where that
  /// fails, the result is not loaded and `error` says why in the loader's words.
  static SharedLibrary open(const std::filesystem::path& nameOrPath, Symbols symbols = Symbols::Own);

  bool loaded() const { return m_handle != nullptr; }
  const std::string& error() const { return m_error; }
  /// Null where there is no such symbol.
  void* symbol(const char* name) const;

 private:
  void* m_handle = nullptr;
  std::string m_error;
};

/// The folder of the running program; empty where the system does not tell.
std::filesystem::path programFolder();

/// The folder that a library of this process was loaded from, by its file name; empty where it is not loaded.
std::filesystem::path folderOfLoadedLibrary(const std::string& fileName);

/// Names of the platform, each a file name without a folder.
struct LibraryNames {
  const char* driver;     ///< what an NVIDIA driver installs
  const char* loomCuda;   ///< ours
  const char* loomCudaGraphs;  ///< what records work on a GPU, with LibTorch's CUDA half
  const char* torchCpu;   ///< LibTorch's half that is linked
  const char* torchCuda;  ///< LibTorch's half that is loaded where a driver is
};
extern const LibraryNames libraryNames;

}  // namespace loom::model

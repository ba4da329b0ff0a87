#include "model/device/shared_library.h"

#include <dlfcn.h>
#include <link.h>

#include <string_view>
#include <system_error>

namespace loom::model {

const LibraryNames libraryNames = {"libcuda.so.1", "libloom_cuda.so", "libloom_cuda_graphs.so", "libtorch_cpu.so", "libtorch_cuda.so"};

SharedLibrary SharedLibrary::open(const std::filesystem::path& nameOrPath, Symbols symbols) {
  SharedLibrary library;
  const int scope = symbols == Symbols::Global ? RTLD_GLOBAL : RTLD_LOCAL;
  library.m_handle = dlopen(nameOrPath.c_str(), RTLD_NOW | scope);
  if (library.m_handle == nullptr) {
    const char* error = dlerror();  // of this thread
    library.m_error = error != nullptr ? error : "the library cannot be loaded";
  }
  return library;
}

void* SharedLibrary::symbol(const char* name) const { return m_handle != nullptr ? dlsym(m_handle, name) : nullptr; }

std::filesystem::path programFolder() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::filesystem::path() : program.parent_path();
}

std::filesystem::path folderOfLoadedLibrary(const std::string& fileName) {
  struct Search {
    const std::string& fileName;
    std::filesystem::path folder;
  } search{fileName, {}};
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* data) {
        auto& wanted = *static_cast<Search*>(data);
        const std::string_view path = info->dlpi_name != nullptr ? info->dlpi_name : "";
        const std::size_t slash = path.rfind('/');
        if (slash == std::string_view::npos || path.substr(slash + 1) != wanted.fileName) {
          return 0;
        }
        wanted.folder = path.substr(0, slash + 1);
        return 1;
      },
      &search);
  return search.folder;
}

}  // namespace loom::model

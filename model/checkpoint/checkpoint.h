// A checkpoint as read: named tensors that are views of the mapped file, and the plain values beside them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace loom::model {

class MappedFile;

enum class DType { F16, BF16, F32, F64, I8, I16, I32, I64, U8, Bool };

/// Bytes of one element.
std::size_t sizeOf(DType dtype);
/// "float32", as PyTorch calls it.
const char* nameOf(DType dtype);

/// A tensor in the mapped file, little-endian. Bounds are checked: every index within `shape` lies in `bytes`.
struct TensorView {
  std::string name;  ///< key in the state_dict, e.g. "main.0.weight"
  DType dtype = DType::F32;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;  ///< in elements, none negative
  std::span<const std::byte> bytes;   ///< from the first element to the end of the storage; alignment is not promised

  std::int64_t elementCount() const;
  /// All elements in row-major order, converted to float32.
  std::vector<float> toFloat32() const;
};

/// One dictionary that directly holds tensors: one state_dict; or one module with all that is in it.
struct TensorGroup {
  std::string name;  ///< dotted path inside the file, e.g. "netG_state_dict"; empty for a bare state_dict
  std::vector<TensorView> tensors;  ///< in file order, names unique
  /// Python class of the module that the group is, e.g. "training.networks_stylegan2.Generator"; empty for a bare
  /// state_dict. NVIDIA's pickles tell the last part alone ("Generator").
  std::string className = {};
  /// Plain values of the module: constructor arguments ("init_kwargs.z_dim" → "512", nested ones dotted:
  /// "init_kwargs.mapping_kwargs.num_layers"; positional ones "init_args.0") and plain hyper-parameters by their dotted
  /// module path ("synthesis.b4.use_noise" → "True"); a module within it tells its class as "synthesis.b4.__class__".
  std::vector<std::pair<std::string, std::string>> attributes = {};
};

struct Checkpoint {
  std::filesystem::path path;
  std::string container;  ///< e.g. "safetensors", "PyTorch zip", "NVIDIA network pickle"
  /// The container's own metadata, and every plain value beside the tensors under its dotted path ("nz" → "100").
  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<TensorGroup> groups;
  std::vector<std::string> notes;          ///< sentences that a user should know
  std::shared_ptr<const MappedFile> file;  ///< keeps the views alive
  /// Bytes of arrays that the file holds in another form; views point into them, too.
  std::vector<std::shared_ptr<const std::string>> unpacked;
};

/// `what()` is a sentence for people that names the file and the reason.
class CheckpointError : public std::runtime_error {
 public:
  enum class Kind { CannotOpen, NotACheckpoint, Broken, Unsupported, Limit, Hostile, Cancelled };

  CheckpointError(Kind kind, const std::string& message) : std::runtime_error(message), m_kind(kind) {}
  Kind kind() const { return m_kind; }

 private:
  Kind m_kind;
};

/// The number of bytes that a tensor needs from its first element on, or throws std::out_of_range with a clause where
/// shape and strides are negative, disagree, or overflow.
std::uint64_t bytesSpanned(DType dtype, const std::vector<std::int64_t>& shape,
                           const std::vector<std::int64_t>& strides);

/// Row-major strides of `shape`.
std::vector<std::int64_t> contiguousStrides(const std::vector<std::int64_t>& shape);

}  // namespace loom::model

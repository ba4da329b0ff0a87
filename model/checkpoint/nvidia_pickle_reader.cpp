// One pickle and nothing else. In it:
//
//   StyleGAN2-ADA, StyleGAN3   {'G': …, 'D': …, 'G_ema': …, 'augment_pipe': …, 'training_set_kwargs': …}, modules of
//                              torch_utils.persistence (module_tree.h), or None
//   StyleGAN 1 and 2           (G, D, Gs), networks of TensorFlow (tf_network.h)
//   others                     whatever pickle.dump was given: state_dicts, modules, NumPy's arrays
//
// Tensors hold their storages as bytes: torch.storage._load_from_bytes(b'…'), a torch.save stream for each.
//
// Sources: stylegan3/legacy.py, torch_utils/persistence.py, training/training_loop.py; torch/storage.py.
#include "model/checkpoint/nvidia_pickle_reader.h"

#include "model/checkpoint/mapped_file.h"
#include "model/checkpoint/pickle_interpreter.h"
#include "model/checkpoint/torch_state.h"
#include "model/checkpoint/torch_stream.h"

#include <map>

namespace loom::model {
namespace {

/// Storages that several tensors share are read once.
class StorageCache {
 public:
  explicit StorageCache(const ReadControl& control) : m_control(control) {}

  StoredNumbers find(const PickleValue& value) {
    if (!isStorageInBytes(value)) {
      throw PickleError("it has no storage");
    }
    const auto it = m_found.find(&value);
    return it != m_found.end() ? it->second
                               : m_found.emplace(&value, readStorageInBytes(value, m_control)).first->second;
  }

 private:
  const ReadControl& m_control;
  std::map<const PickleValue*, StoredNumbers> m_found;
};

}  // namespace

bool NvidiaPickleReader::recognises(const MappedFile& file) const {
  constexpr std::byte kProto{0x80};
  constexpr std::byte kLastProtocol{5};
  const auto bytes = file.bytes();
  return bytes.size() > 2 && bytes[0] == kProto && bytes[1] >= std::byte{2} && bytes[1] <= kLastProtocol;
}

void NvidiaPickleReader::read(Checkpoint& checkpoint, const ReadControl& control) const {
  ByteCursor cursor(checkpoint.file->bytes());
  PickleArena arena;
  const PickleResult result = readPickle(cursor, arena, control);
  control.report(0.5);
  StorageCache storages(control);
  const ContentKinds kinds = collectTensors(
      *result.root, [&](const PickleValue& value) { return storages.find(value); }, control, checkpoint);
  if (checkpoint.groups.empty()) {
    throw CheckpointError(
        CheckpointError::Kind::NotACheckpoint,
        fileName(checkpoint.path) +
            " is not a checkpoint that is known here: it is a pickle, but there are no tensors in it.");
  }
  checkpoint.container = kinds.hasTfNetworks          ? "NVIDIA TensorFlow pickle"
                         : kinds.hasPersistentObjects ? "NVIDIA network pickle"
                                                      : "pickle";
  control.report(1.0);
}

}  // namespace loom::model

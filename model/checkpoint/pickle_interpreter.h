// Reads a pickle as data: all opcodes of protocols 0 to 5, none of them runs anything.
#pragma once

#include "model/checkpoint/byte_cursor.h"
#include "model/checkpoint/checkpoint_reader.h"
#include "model/checkpoint/pickle_value.h"

#include <vector>

namespace loom::model {

/// A clause that says what is wrong with the pickle.
class PickleError : public ReadProblem {
 public:
  using ReadProblem::ReadProblem;
};

struct PickleResult {
  PickleValue* root = nullptr;
  std::vector<PickleValue*> persistentIds;  ///< every reference that was made, in order
};

/// Reads one pickle from `cursor`, which is left behind its STOP. Values live in `arena`; their texts may be views of
/// the cursor's bytes. Throws PickleError, OutOfBytes or ReadCancelled. Source: Lib/pickletools.py, which documents
/// every opcode.
PickleResult readPickle(ByteCursor& cursor, PickleArena& arena, const ReadControl& control);

}  // namespace loom::model

// What is wrong with a file, as a clause; readers turn it into a CheckpointError, which is a sentence with the file's
// name.
#pragma once

#include "model/checkpoint/checkpoint.h"

#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace loom::model {

/// `what()` is a clause without a full stop: "its directory is damaged".
class ReadProblem : public std::runtime_error {
 public:
  explicit ReadProblem(const std::string& clause, CheckpointError::Kind kind = CheckpointError::Kind::Broken)
      : std::runtime_error(clause), m_kind(kind) {}
  CheckpointError::Kind kind() const { return m_kind; }

 private:
  CheckpointError::Kind m_kind;
};

/// Thrown where a stop token asks for it.
class ReadCancelled : public ReadProblem {
 public:
  ReadCancelled() : ReadProblem("it was cancelled", CheckpointError::Kind::Cancelled) {}
};

/// The name that messages call a file by: its last part, also of "folder/".
std::string fileName(const std::filesystem::path& path);

/// Throws the sentence "NAME cannot be read: CLAUSE.".
[[noreturn]] void refuse(const std::filesystem::path& path, const ReadProblem& problem);
[[noreturn]] void refuse(const std::filesystem::path& path, CheckpointError::Kind kind, const std::string& clause);

/// `text` as valid UTF-8 of at most `longest` bytes: a file may hold anything where a name should be.
std::string validText(std::string_view text, std::size_t longest);

/// A name out of a file as messages show it: short, valid UTF-8, without control characters.
std::string plainName(std::string_view name);

}  // namespace loom::model

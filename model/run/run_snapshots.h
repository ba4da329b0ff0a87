// The numbered files of a run: snapshots/step-000001000.safetensors, samples/step-000001000.png.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace loom::model {

using NumberedFiles = std::vector<std::pair<std::int64_t, std::filesystem::path>>;

/// "step-000001000" and the suffix, which has its dot. Nine digits, more where they are needed.
std::string numberedName(std::int64_t step, const std::string& suffix);

/// The files of `folder` that are called so, by ascending step; none where there is no folder.
NumberedFiles numberedFiles(const std::filesystem::path& folder, const std::string& suffix);

/// Whether a safetensors file is as long as its header says: a look at some kilobytes. A file that the disk lost the
/// end of is not.
bool isWholeSafetensors(const std::filesystem::path& path);

/// Which snapshots may go, given the steps of all in ascending order: the newest `keep` stay, and the first within each
/// of [1, 2), [2, 4), [4, 8) … steps, so that a long run keeps a dozen from its whole life.
std::vector<std::int64_t> dispensableSteps(const std::vector<std::int64_t>& steps, int keep);

}  // namespace loom::model

// Directions out of files of this and of other programs. Standard C++ alone.
#pragma once

#include "model/float_tensor.h"
#include "model/opened_model.h"

#include <filesystem>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace loom::model {

inline constexpr std::int64_t kMostDirections = 10'000;      ///< in one file
inline constexpr std::int64_t kMostDirectionNumbers = 1 << 26;  ///< of all of them: 256 MiB

struct FileDirections {
  FloatTensor directions;  ///< count×dim, each of length 1, in the file's order
  /// How far one step along each is: the file's own word (tensor `units`, else `strengths` that are standard deviations,
  /// else the length that a row had). 0: the file says nothing; ask spreadAlong.
  std::vector<float> units;
  std::vector<std::string> names;  ///< valid UTF-8 without control characters; empty where the file has none
  /// First and last layer that each is meant for; 0 and −1: all.
  std::vector<std::pair<int, int>> layers;
  std::string space;  ///< "w" or "z"; empty: the file does not say
  std::vector<std::pair<std::string, std::string>> metadata;
};

/// What is to be found in a file of directions, told by its suffix:
///   .npy   dim, count×dim or count×1×dim numbers (an InterFaceGAN boundary is 1×dim)
///   .csv   a direction a line, numbers with commas (or semicolons, or tabs) between, a name before them or not; a first
///          line of words is a heading
///   else   a checkpoint container, best safetensors: tensor `directions` of such a shape, `strengths` and `units`
///          (count each) beside it where it has them; or one single tensor of such a shape
/// `dimensions`: what the model has, 0: any. Throws CheckpointError where the file cannot be read and ModelError where it
/// holds no directions, or such of another length; both are sentences that name the file and say why. For hostile files.
FileDirections readDirections(const std::filesystem::path& path, int dimensions = 0, const std::stop_token& stop = {});

/// The same of a container that is read already.
FileDirections directionsIn(const Checkpoint& file, int dimensions = 0);

/// A table of places or of seeds that examples are given by: the .npy file at `path`, N×M or N (then N×1), all of its
/// numbers finite. Throws like readDirections.
FloatTensor readTable(const std::filesystem::path& path, const std::stop_token& stop = {});

}  // namespace loom::model

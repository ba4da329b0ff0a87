// Where encoded pictures come from: a folder, a zip, MNIST's idx.
#pragma once

#include "app/data/data_error.h"

#include <QByteArray>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace loom::app {

/// Immutable; members may be called from several threads at once.
class PictureSource {
 public:
  struct Entry {
    std::string name;  ///< as people know it, e.g. "cats/7.png"; unique
    int label = -1;
  };

  virtual ~PictureSource() = default;
  /// An encoded picture. Throws DataError with a clause.
  virtual QByteArray bytes(std::size_t index) const = 0;

  std::string kind;  ///< e.g. "folder of pictures"
  std::vector<Entry> entries;
  std::vector<std::string> classNames;
  std::vector<std::string> notes;  ///< sentences that a person should know
  std::int64_t otherFiles = 0;     ///< that are no pictures
};

/// Finds out what `path` is. Throws DataError where it is none of those, and DataCancelled.
std::unique_ptr<PictureSource> openPictureSource(const std::filesystem::path& path, const std::stop_token& stop = {});

// The kinds, which openPictureSource chooses from.
std::unique_ptr<PictureSource> openPictureFolder(const std::filesystem::path& path, const std::stop_token& stop);
std::unique_ptr<PictureSource> openPictureZip(const std::filesystem::path& path, const std::stop_token& stop);
std::unique_ptr<PictureSource> openIdxPictures(const std::filesystem::path& path, const std::stop_token& stop);

/// Whether a file begins as MNIST's idx does, gzipped or not: pictures (…803) or labels (…801).
enum class IdxKind { None, Pictures, Labels };
IdxKind idxKindOf(const std::filesystem::path& path);

// What the kinds share.

/// An order for people that is the same everywhere: "2.png" before "10.png", letters without regard to case first.
bool naturalLess(const std::string& a, const std::string& b);

/// Sorts the entries, and makes classes of their folders: the first folder that not all names share. Where some lie in
/// no folder there are no classes, and a note says so.
void classesByFolder(PictureSource& source);

/// Labels by `json`, the text of NVIDIA's dataset.json (StyleGAN2-ADA's dataset_tool.py): {"labels": [[name, class or
/// one-hot list], …]} or {"labels": null}. Throws DataError, a sentence about `path`, where a picture has none.
void classesByDatasetJson(PictureSource& source, const QByteArray& json, const std::filesystem::path& path);

}  // namespace loom::app

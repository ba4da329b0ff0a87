// What goes wrong with the gallery, told in sentences for people.
#pragma once

#include <stdexcept>

namespace loom::app {

/// `what()` names the file, the reason, and what to do.
class GalleryError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The database is damaged: opening the gallery again saves what can be read.
class GalleryDamaged : public GalleryError {
 public:
  using GalleryError::GalleryError;
};

/// A newer version of the program wrote the database; it was left as it is.
class GalleryNewer : public GalleryError {
 public:
  using GalleryError::GalleryError;
};

/// The caller's stop token asked for it.
class GalleryStopped : public GalleryError {
 public:
  using GalleryError::GalleryError;
};

}  // namespace loom::app

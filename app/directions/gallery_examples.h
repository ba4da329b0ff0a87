// Examples for a boundary out of the pictures that were kept, told apart by their tags.
#pragma once

#include "app/directions/direction_search.h"
#include "app/gallery/gallery.h"

namespace loom::app {

/// The places of the gallery's pictures of this model (`sha256`, and its network) that have `tag`, and of those that have
/// not; with `against`, of those that have that tag instead. Where a picture's place is not kept, its state gives it. A
/// picture with both tags is neither. Throws GalleryError, ModelError (a clause: nothing of this model is kept, nothing has
/// the tag, or everything has it) and Interrupted.
DirectionExamples galleryExamples(const Gallery& gallery, const model::OpenedModel& opened, const std::string& sha256,
                                  const std::string& tag, const std::string& against = {}, const SearchControl& control = {});

}  // namespace loom::app

// The provenance of a picture that an open model makes.
#pragma once

#include "app/export/provenance.h"
#include "model/opened_model.h"

#include <string>

namespace loom::app {

/// `sha256`: of the model's file, see file_hash.h. Enlargement, grid and date are the caller's to add.
inline Provenance provenanceOf(const model::OpenedModel& opened, const model::LatentState& latent, std::string sha256) {
  Provenance provenance;
  provenance.checkpointName = opened.path().filename().string();
  provenance.checkpointSha256 = std::move(sha256);
  provenance.checkpointGroup = opened.group();
  provenance.architecture = opened.info().architecture;
  provenance.latent = latent;
  if (opened.info().input == model::InputKind::Picture) {
    // Folders are nobody's business, and a path could point anywhere on a reader's disk.
    provenance.latent.input.path = std::filesystem::path(latent.input.path).filename().string();
  } else {
    provenance.latent.input = {};
  }
  provenance.z = model::resolveZ(latent, opened.info());
  return provenance;
}

}  // namespace loom::app

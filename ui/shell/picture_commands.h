// Saving and copying what the canvas shows: asks where it must, and hands the work to the services.
#pragma once

#include "model/frame.h"

class QWidget;

namespace loom::ui {

class Explorer;
class ExplorerCanvas;
class Services;
class StatusLine;
struct MixingSheet;

class PictureCommands {
 public:
  PictureCommands(Explorer& explorer, const ExplorerCanvas& canvas, Services& services, StatusLine& status,
                  QWidget& window);

  void save();    ///< at once, under the next free name in the folder that was last saved to
  void saveAs();  ///< asks for size, quality and file
  void saveGrid();
  void saveMixes(const MixingSheet& sheet);  ///< of the mixing grid, as it is shown
  void saveBatch();                          ///< many seeds, or a data set of them
  void saveVideo();  ///< of the timeline
  void copy();

 private:
  bool hasPicture() const;
  void copyFrame(const model::Frame& frame);

  Explorer& m_explorer;
  const ExplorerCanvas& m_canvas;
  Services& m_services;
  StatusLine& m_status;
  QWidget& m_window;
  bool m_copyWhenExact = false;  ///< what was to be copied was a draft
};

}  // namespace loom::ui

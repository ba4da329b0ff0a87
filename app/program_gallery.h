// The user's gallery behind the window: one thread, which opens it at the first call and does everything in turn.
#pragma once

#include "app/gallery/gallery.h"
#include "ui/session/gallery_service.h"

#include <QThread>

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>

namespace loom::app {

class ProgramGallery : public ui::GalleryService {
  Q_OBJECT

 public:
  /// `folder` empty: the default one.
  explicit ProgramGallery(QString folder = {});
  ~ProgramGallery() override;  ///< cancels and waits

  void keep(const Model& model, const model::Frame& frame, ui::GalleryId parent) override;
  void search(std::uint64_t ticket, const ui::GalleryQuery& query) override;
  void fetch(const std::vector<ui::GalleryId>& ids) override;
  void describe(ui::GalleryId id) override;
  void recall(ui::GalleryId id) override;
  void lend(ui::GalleryId id) override;
  void rate(const std::vector<ui::GalleryId>& ids, int rating) override;
  void setTags(ui::GalleryId id, const QStringList& tags) override;
  void setNotes(ui::GalleryId id, const QString& notes) override;
  void remove(const std::vector<ui::GalleryId>& ids) override;
  void bringBack(const std::vector<ui::GalleryId>& ids) override;
  void importFolder(const QString& folder) override;
  void exportFolder(const std::vector<ui::GalleryId>& ids, const QString& folder) override;
  void cancel() override;

 private:
  using Told = void (ui::GalleryService::*)(ui::GalleryId, const QString&, const QString&, const QString&,
                                            const model::SavedState&);
  void read(ui::GalleryId id, Told told);
  using Work = std::function<void(Gallery&, const GalleryControl&)>;

  /// Does `work` on the gallery's thread. What it throws is told by `failed`; a damaged gallery is opened anew by the
  /// next piece of work, and saved then.
  void post(Work work);
  /// The same, and tells that `ids` and the facts are others now.
  void change(std::vector<ui::GalleryId> ids, Work work);
  void openGallery(const GalleryControl& control);
  /// Calls `tell` on the window's thread.
  void tell(std::function<void()> tell);
  void tellFacts(Gallery& gallery);
  GalleryControl control();

  QString m_folder;
  QThread m_thread;
  QObject m_here;                    // lives on m_thread
  std::optional<Gallery> m_gallery;  // of m_thread
  bool m_checkAll = false;           // of m_thread
  std::atomic<std::uint64_t> m_newestSearch = 0;
  std::mutex m_mutex;
  std::stop_source m_stop;                             // guarded by m_mutex
  std::optional<std::vector<ui::GalleryId>> m_wanted;  // guarded by m_mutex: ids of the newest `fetch`
};

}  // namespace loom::app

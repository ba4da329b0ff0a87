#include "model/generation_worker.h"

#include "model/worker/latest_mailbox.h"
#include "model/worker/thread_priority.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

namespace loom::model {
namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

}  // namespace

class GenerationWorker::Thread {
 public:
  explicit Thread(WorkerListener listener)
      : m_listener(std::move(listener)), m_thread([this](const std::stop_token& stop) { run(stop); }) {}

  void setModel(std::shared_ptr<const OpenedModel> model) {
    {
      const std::lock_guard lock(m_modelMutex);
      std::swap(m_model, model);
      m_modelChanges.fetch_add(1);
    }
    setPreviews({}, 0);
    m_mailbox.poke();
    // The old model may be freed here, by whoever lets go last; not under the lock.
  }

  void request(RenderRequest request) { m_mailbox.put(std::move(request)); }

  void setPreviews(std::vector<PreviewRequest> requests, int side) {
    {
      const std::lock_guard lock(m_previewMutex);
      std::erase_if(requests, [&](const PreviewRequest& request) {
        return std::find(m_inMaking.begin(), m_inMaking.end(), request.id) != m_inMaking.end();
      });
      m_previews = {requests.begin(), requests.end()};
      m_previewSide = side;
      m_previewWaits.store(!m_previews.empty());
    }
    m_mailbox.poke();
  }

  bool busy() const { return m_working.load() || m_mailbox.waiting(); }

 private:
  struct Assignment {
    std::shared_ptr<const OpenedModel> model;
    std::uint64_t change = 0;
  };

  Assignment assignment() const {
    const std::lock_guard lock(m_modelMutex);
    return {m_model, m_modelChanges.load()};
  }

  void run(const std::stop_token& stop) {
    lowerThreadPriority();
    while (!stop.stop_requested()) {
      const Assignment now = assignment();
      // Without a model a request stays in the box until setModel pokes.
      if (!m_mailbox.waitUntil(stop, [&](bool asked) {
            return m_modelChanges.load() != now.change || (now.model && (asked || m_previewWaits.load()));
          })) {
        continue;
      }
      if (m_modelChanges.load() != now.change) {
        continue;
      }
      if (auto request = m_mailbox.take(m_working)) {
        answer(*request, now, stop);
        m_working.store(false);
      } else {
        makePreviews(now, stop);
      }
    }
  }

  /// As many as take some tenth of a second together.
  std::vector<PreviewRequest> nextPreviews() {
    constexpr double kSeconds = 0.1;
    constexpr double kMost = 8.0;
    const double count = m_previewSeconds > 0.0 ? std::clamp(kSeconds / m_previewSeconds, 1.0, kMost) : 1.0;
    const std::lock_guard lock(m_previewMutex);
    std::vector<PreviewRequest> next;
    m_inMaking.clear();
    while (!m_previews.empty() && next.size() < static_cast<std::size_t>(count)) {
      m_inMaking.push_back(m_previews.front().id);
      next.push_back(std::move(m_previews.front()));
      m_previews.pop_front();
    }
    m_previewWaits.store(!m_previews.empty());
    return next;
  }

  void makePreviews(const Assignment& now, const std::stop_token& stop) {
    // A batch that is done sooner than a hand would notice is finished even when a request comes; the rest is given up.
    constexpr double kUnnoticed = 0.012;
    const auto batch = nextPreviews();
    if (batch.empty()) {
      return;
    }
    const auto start = Clock::now();
    if (m_previewsOf != now.change) {
      m_previewsOf = now.change;
      m_previewSeconds = 0.0;  // another model has another pace
    }
    const bool quick = m_previewSeconds * static_cast<double>(batch.size()) < kUnnoticed && m_previewSeconds > 0.0;
    try {
      std::vector<LatentState> states;
      for (const PreviewRequest& request : batch) {
        states.push_back(request.latent);
      }
      auto frames = now.model->renderSmall(states, m_previewSide.load(), [&] {
        return stop.stop_requested() || m_modelChanges.load() != now.change || (!quick && m_mailbox.waiting());
      });
      m_previewSeconds = secondsSince(start) / static_cast<double>(batch.size());
      for (std::size_t i = 0; i < frames.size() && m_listener.preview; ++i) {
        m_listener.preview({batch[i].id, std::move(frames[i])});
      }
    } catch (const Interrupted&) {
      const std::lock_guard lock(m_previewMutex);
      if (m_modelChanges.load() == now.change) {
        m_previews.insert(m_previews.begin(), batch.begin(), batch.end());
        m_previewWaits.store(true);
      }
    } catch (const std::exception& error) {
      for (const PreviewRequest& request : batch) {
        if (m_listener.previewFailure) {
          m_listener.previewFailure(request.id, error.what());
        }
      }
    }
    const std::lock_guard lock(m_previewMutex);
    m_inMaking.clear();
  }

  /// True once the frame that began at `start` is not worth finishing. A newer request alone ends it only while little
  /// of it is done, and never twice in a row: else a hand that moves without pause would see no picture at all.
  bool givenUp(const Assignment& now, const std::stop_token& stop, Clock::time_point start) const {
    if (stop.stop_requested() || m_modelChanges.load() != now.change) {
      return true;
    }
    return m_mailbox.waiting() && !m_gaveUpLast && secondsSince(start) < 0.25 * m_typicalSeconds;
  }

  /// The exact picture at once where it takes no time that is felt; else first what is there sooner, and the exact one as
  /// soon as no newer request waits. What is sooner follows what frames of this model took on this machine.
  void answer(const RenderRequest& request, const Assignment& now, const std::stop_token& stop) {
    if (m_pace.of != now.change) {
      m_pace = {.of = now.change};
    }
    if (!m_pace.wantsDraft(*now.model)) {
      // A moving hand that saw a coarse picture rather sees the next one than the rest of this one.
      const bool coarse = m_pace.exact > (m_pace.handMoves ? Pace::kStutters : Pace::kFelt);
      const bool skips = m_pace.exact > Pace::kStutters;
      make(request, now, {.coarse = coarse}, [&, start = Clock::now()] {
        return givenUp(now, stop, start) || (skips && m_coarseShown && m_mailbox.waiting());
      });
      m_pace.handMoves = m_mailbox.waiting();
      return;
    }
    const bool coarse = m_pace.draft > (m_pace.handMoves ? Pace::kStutters : Pace::kFelt);
    const bool shown = make(request, now, {.precision = Precision::Draft, .coarse = coarse},
                            [&, start = Clock::now()] { return givenUp(now, stop, start); });
    m_pace.handMoves = m_mailbox.waiting();
    if (shown && !m_pace.handMoves) {
      make(request, now, {.first = false}, [&] { return stop.stop_requested() || m_modelChanges.load() != now.change || m_mailbox.waiting(); });
    }
  }

  struct Kind {
    Precision precision = Precision::Exact;
    bool coarse = false;
    bool first = true;  ///< nothing was shown for this request before
  };

  /// What frames of one model took of late, in seconds; 0: not known yet.
  struct Pace {
    static constexpr double kFelt = 0.05;
    static constexpr double kStutters = 0.15;  // a moving hand rather sees fewer pictures than ones that blur in turns

    std::uint64_t of = 0;
    double exact = 0.0;
    double draft = 0.0;
    double draftShare = 0.5;  // of the exact one's time, smoothed
    bool handMoves = false;   // a newer request waited when the last draft was there

    /// Of the side: half of a StyleGAN2's time, or a fifth.
    int coarseShare() const {
      constexpr double kSlow = 0.3;
      constexpr int kQuarter = 4;
      constexpr int kEighth = 8;
      return exact > kSlow ? kEighth : kQuarter;
    }
    bool wantsDraft(const OpenedModel& model) const {
      constexpr double kWorthwhile = 0.8;
      return model.info().hasDrafts && exact > kFelt && draftShare < kWorthwhile;
    }
    void took(const Kind& kind, double seconds) {
      if (kind.precision == Precision::Draft) {
        draft = seconds;
        return;
      }
      if (!kind.first) {  // of the same request
        constexpr double kNews = 0.2;
        draftShare += kNews * (draft / seconds - draftShare);
      }
      exact = seconds;
    }
  };

  /// False where the frame was given up, or could not be made.
  bool make(const RenderRequest& request, const Assignment& now, Kind kind, const Interrupt& interrupt) {
    const auto start = Clock::now();
    RenderOptions options{.precision = kind.precision, .keepActivations = true};
    m_coarseShown = false;
    if (kind.coarse) {
      options.coarse = [this](Frame frame) {
        m_coarseShown = true;
        m_listener.frame(std::move(frame));
      };
      options.coarseResolution = now.model->info().width / m_pace.coarseShare();
    }
    try {
      Frame frame = now.model->render(request.latent, request.generation, interrupt, request.picture.get(), options);
      if (kind.first) {
        m_typicalSeconds = secondsSince(start);
      }
      m_pace.took(kind, secondsSince(start));
      m_gaveUpLast = false;
      m_listener.frame(std::move(frame));
      return true;
    } catch (const Interrupted&) {
      m_gaveUpLast = kind.first;
      if (m_modelChanges.load() != now.change) {
        m_gaveUpLast = false;
        m_mailbox.putBack(request);  // the new model answers it, unless a newer one came
      }
    } catch (const std::exception& error) {
      m_gaveUpLast = false;
      m_listener.failure({now.model->id(), request.generation, error.what()});
    }
    return false;
  }

  WorkerListener m_listener;
  LatestMailbox<RenderRequest> m_mailbox;
  mutable std::mutex m_modelMutex;
  std::shared_ptr<const OpenedModel> m_model;  // guarded by m_modelMutex
  std::atomic<std::uint64_t> m_modelChanges{0};
  std::atomic<bool> m_working{false};
  std::mutex m_previewMutex;
  std::deque<PreviewRequest> m_previews;    // guarded by m_previewMutex
  std::vector<std::uint64_t> m_inMaking;    // guarded by m_previewMutex
  std::atomic<int> m_previewSide{0};
  std::atomic<bool> m_previewWaits{false};
  double m_previewSeconds = 0.0;  // of one preview, with m_previewsOf; worker thread only
  std::uint64_t m_previewsOf = 0;
  Pace m_pace;                    // worker thread only
  double m_typicalSeconds = 0.0;  // of the first frame that answers a request; worker thread only
  bool m_gaveUpLast = false;      // worker thread only
  bool m_coarseShown = false;     // of the request that is being answered; worker thread only
  std::jthread m_thread;          // last: stops and joins before the rest goes
};

GenerationWorker::GenerationWorker(WorkerListener listener)
    : m_thread(std::make_unique<Thread>(std::move(listener))) {}

GenerationWorker::~GenerationWorker() = default;

void GenerationWorker::setModel(std::shared_ptr<const OpenedModel> model) { m_thread->setModel(std::move(model)); }
void GenerationWorker::request(RenderRequest request) { m_thread->request(std::move(request)); }
void GenerationWorker::setPreviews(std::vector<PreviewRequest> requests, int side) {
  m_thread->setPreviews(std::move(requests), side);
}
bool GenerationWorker::busy() const { return m_thread->busy(); }

}  // namespace loom::model

#include "app/data/parallel.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

namespace loom::app {

void forEachInParallel(std::size_t count, int threads, const DataControl& control, double from, double to,
                       const std::function<void(std::size_t)>& work) {
  constexpr std::chrono::milliseconds kReport{50};
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  const std::size_t helpers = std::min(count, threads > 0 ? static_cast<std::size_t>(threads) : cores);
  std::atomic<std::size_t> next = 0;
  std::atomic<std::size_t> done = 0;
  std::atomic<bool> ending = false;
  std::mutex mutex;
  std::condition_variable ended;
  std::size_t working = helpers;
  std::exception_ptr failure;
  std::vector<std::thread> pool;
  for (std::size_t i = 0; i < helpers; ++i) {
    pool.emplace_back([&] {
      std::exception_ptr mine;
      try {
        for (std::size_t index = next++; index < count && !ending; index = next++) {
          work(index);
          ++done;
        }
      } catch (...) {
        mine = std::current_exception();
        ending = true;
      }
      const std::lock_guard lock(mutex);
      failure = failure ? failure : mine;
      --working;
      ended.notify_one();
    });
  }
  std::exception_ptr ofProgress;
  {
    std::unique_lock lock(mutex);
    while (!ended.wait_for(lock, kReport, [&] { return working == 0; })) {
      ending = ending || control.stop.stop_requested();
      if (control.progress && !ofProgress) {
        lock.unlock();
        try {
          control.progress(from + (to - from) * static_cast<double>(done) / static_cast<double>(count));
        } catch (...) {
          ofProgress = std::current_exception();
          ending = true;
        }
        lock.lock();
      }
    }
  }
  for (std::thread& thread : pool) {
    thread.join();
  }
  for (const std::exception_ptr& problem : {failure, ofProgress}) {
    if (problem) {
      std::rethrow_exception(problem);
    }
  }
  if (control.stop.stop_requested()) {
    throw DataCancelled();
  }
  if (control.progress) {
    control.progress(to);
  }
}

}  // namespace loom::app

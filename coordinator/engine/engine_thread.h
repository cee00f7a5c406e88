// Runs an Engine on a thread of its own: what is queued when it comes round is one drain, users'
// requests first, workers' up to a number of measurements, so that nobody waits long.
//
//   EngineThread engine(store, clock, policy);
//   engine.Post({SubmitSweep{…}, [](const absl::Status& status, const State& state) { … }});
//
// Thread safe. Post never blocks; `done` runs on the engine's thread and must not block.
// The destructor stops.
#pragma once

#include <deque>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "coordinator/engine/engine.h"

namespace pathsweep {

class EngineThread {
 public:
  // The store and the clock must outlive the object.
  EngineThread(Store& store, const Clock& clock, const LeasePolicy& policy,
               Engine::Observer committed = nullptr);
  ~EngineThread();

  // Answers what is queued, and nothing that is posted later. Not to be called twice at once.
  void Stop();

  void Post(Request request);

  // Posts and waits for the answer. Not to be called from `done`.
  absl::Status Ask(Request request);

  // Transactions since the start.
  int64_t commits() const { return engine_.commits(); }

  // The error of the last commit or load; OK while results are stored.
  absl::Status health() const;

 private:
  void Loop();
  std::vector<Request> TakeDrain() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void NoteHealth();
  void TidyUp(absl::Time now);
  bool HasWork() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !of_users_.empty() || !of_workers_.empty();
  }

  const Clock& clock_;
  Engine engine_;                                // used by thread_ alone, but for commits()
  absl::Time tidy_from_ = absl::InfinitePast();  // used by thread_ alone
  mutable absl::Mutex mutex_;
  std::vector<Request> of_users_ ABSL_GUARDED_BY(mutex_);
  std::deque<Request> of_workers_ ABSL_GUARDED_BY(mutex_);
  absl::Status health_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last, so that it starts when all else is there
};

}  // namespace pathsweep

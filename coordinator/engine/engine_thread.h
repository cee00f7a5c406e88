// Runs an Engine on a thread of its own: what is queued when it comes round is one drain.
//
//   EngineThread engine(store, clock, policy);
//   engine.Post({SubmitSweep{…}, [](const absl::Status& status, const State& state) { … }});
//
// Thread safe. Post never blocks; `done` runs on the engine's thread and must not block.
// The destructor answers what is queued and joins.
#pragma once

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
  EngineThread(Store& store, const Clock& clock, const LeasePolicy& policy);
  ~EngineThread();

  void Post(Request request);

  // Posts and waits for the answer. Not to be called from `done`.
  absl::Status Ask(Request request);

 private:
  void Loop();
  bool HasWork() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_ || !queue_.empty(); }

  const Clock& clock_;
  Engine engine_;  // used by thread_ alone
  absl::Mutex mutex_;
  std::vector<Request> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last, so that it starts when all else is there
};

}  // namespace pathsweep

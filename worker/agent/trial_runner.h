// Threads that train assignments and tell the session how it goes.
//
// Thread safe. The destructor waits for the trials under way: let the session leave first.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "worker/agent/checkpoint_courier.h"
#include "worker/agent/session.h"

namespace pathsweep {

// Trains one trial to its end, from the checkpoint if there is one; TrainTrial of
// worker/train with its device bound.
using TrainFunction = std::function<TrialOutcome(const TrialParameters&, uint64_t seed,
                                                 const std::string& checkpoint, TrialObserver&)>;

class TrialRunner {
 public:
  // Runs `slots` trials at once. The session and the courier must outlive the runner.
  TrialRunner(Session& session, CheckpointCourier& checkpoints, TrainFunction train, int slots);
  ~TrialRunner();

  // Queued until a thread is free.
  void Start(Assignment assignment);

 private:
  void Loop();
  void Run(const Assignment& assignment);
  bool HasWork() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return ending_ || !queue_.empty(); }

  Session& session_;
  CheckpointCourier& checkpoints_;
  const TrainFunction train_;
  absl::Mutex mutex_;
  std::deque<Assignment> queue_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace pathsweep

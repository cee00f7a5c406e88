// Threads that train assignments and tell the session how it goes. Trials of one shape train
// together, as one model on one thread, where the worker fuses.
//
// Thread safe. The destructor waits for the trials under way: let the session leave first.
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "worker/agent/checkpoint_courier.h"
#include "worker/agent/session.h"
#include "worker/telemetry/energy_meter.h"
#include "worker/telemetry/read_device.h"

namespace pathsweep {

// worker/train, with its device bound.
struct Trainer {
  // TrainTrials.
  std::function<absl::Status(TrialSource&)> train;
  // CheckCheckpoint.
  std::function<absl::StatusOr<int64_t>(const std::string& checkpoint, const TrialParameters&,
                                        uint64_t seed)>
      check_checkpoint;
  // Empty where nobody can.
  ReadDevice read_device;
};

struct Capacity {
  int trials = 1;  // at once
  int fuse = 1;    // of them as one model
  // Of the trials the worker takes one, and then as many more of its shape as find memory, as
  // measured; other shapes wait. The session's slots follow.
  bool measured = false;
};

class TrialRunner {
 public:
  // The session and the courier must outlive the runner. `on_failure` is called if the device has
  // failed, on a thread that trains.
  TrialRunner(Session& session, CheckpointCourier& checkpoints, Trainer trainer,
              const Capacity& capacity, std::function<void(const absl::Status&)> on_failure);
  ~TrialRunner();

  // Queued until there is a place for it.
  void Start(Assignment assignment);

  // Says at once of all that train that they have ended so, without waiting for them. No lease is
  // taken any more.
  void EndAll(TrialOutcome outcome);

 private:
  // Where a trial begins: its checkpoint, and the step after which that goes on.
  struct Beginning {
    TrialStart with = {};
    int64_t step = 0;
  };
  // A trial that can begin.
  struct Ready {
    AttemptKey attempt;
    std::string shape;
    TrialTask task;
  };
  // Trials of one shape that train on one thread.
  struct Group {
    std::string shape;
    std::set<AttemptKey> attempts;
    size_t limit;         // attempts at once
    int crowded_out = 0;  // slots that the worker has less while the group is there
  };
  class Source;
  class Observer;

  // Makes those ready that go on from a checkpoint: to fetch one holds up nobody else.
  void Prepare();
  void MakeReady(const Assignment& assignment, Beginning beginning);
  // From the checkpoint if there is one that can be used, else from the beginning.
  Beginning FetchBeginning(const Assignment& assignment);

  void Train();
  // What may join the group.
  std::vector<TrialTask> TakeFor(Group& group, int training, int room, std::optional<int> fits);
  // Tells the session for how many trials there is memory in all, if for `more` than there are.
  void SaySlots(int more) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Ended(AttemptKey attempt, TrialOutcome outcome);
  // What the device has consumed so far, in joules, if it can say.
  std::optional<double> Energy() const;
  // The first one that no group takes, or the end.
  std::deque<Ready>::iterator FindUnclaimed() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsClaimed(const Ready& ready) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  static bool HasPlace(const Group& group) { return group.attempts.size() < group.limit; }

  bool HasArrivals() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return ending_ || !arrived_.empty();
  }
  bool HasUnclaimed() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return ending_ || FindUnclaimed() != ready_.end();
  }

  Session& session_;
  CheckpointCourier& checkpoints_;
  const Trainer trainer_;
  const Capacity capacity_;
  const std::function<void(const absl::Status&)> on_failure_;
  absl::Mutex mutex_;
  EnergyMeter<AttemptKey> energy_ ABSL_GUARDED_BY(mutex_);
  std::deque<Assignment> arrived_ ABSL_GUARDED_BY(mutex_);
  std::deque<Ready> ready_ ABSL_GUARDED_BY(mutex_);
  std::list<Group> groups_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace pathsweep

// The worker's side of the protocol as state: the attempts it holds, what it has measured
// and not yet seen acknowledged. It makes reports, follows directives, and knows nothing
// of streams, so a broken one costs nothing: the next report says everything again.
//
//   Session session(description);
//   stream->Write(session.MakeReport());
//   stream->Read(&directive);
//   for (Assignment& assignment : session.Follow(directive)) runner.Start(assignment);
//
// Thread safe. While the coordinator is away, measurements wait here: a handful of
// numbers per evaluation of the attempts held, and no new attempt starts.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/keep_checkpoint.h"
#include "base/trial_parameters.h"
#include "pathsweep/v1/worker_service.pb.h"
#include "worker/train/trainer.h"

namespace pathsweep {

// (trial, attempt number).
using AttemptKey = std::pair<int64_t, int32_t>;

// An attempt to start.
struct Assignment {
  AttemptKey attempt;
  uint64_t seed = 0;
  // The error if the lease names parameters that this worker does not know.
  absl::StatusOr<TrialParameters> parameters;
  // Between two checkpoints, at least; 0 = none.
  absl::Duration checkpoint_interval;
  // Which checkpoint to put by for good.
  KeepCheckpoint keep_checkpoint = KeepCheckpoint::kNone;
  // The step after which it pauses; 0 = none.
  int64_t pause_at_step = 0;
};

class Session {
 public:
  explicit Session(v1::WorkerDescription worker) : worker_(std::move(worker)) {}

  // For the connection.

  // The whole statement, numbered anew; of very many measurements the first ones, and the
  // rest once these are acknowledged.
  v1::WorkerReport MakeReport();
  // Forgets what is acknowledged and what is to be dropped; returns what is new.
  std::vector<Assignment> Follow(const v1::Directive& directive);
  // Waits until there is something to report and the last report is acknowledged, until
  // `deadline`, or until Interrupt. Returns false once the worker has left: it was told
  // to and holds nothing any more.
  bool WaitToReport(absl::Time deadline);
  // Ends a WaitToReport now, and lets the next report go out whatever is acknowledged.
  void Interrupt();
  bool Left() const;

  // For the threads that train.

  void Measured(AttemptKey attempt, int64_t step, absl::Span<const MetricValue> metrics);
  void Advanced(AttemptKey attempt, int64_t step);
  // The attempt is to end: stopped, dropped, or the worker is leaving.
  bool ShouldStop(AttemptKey attempt) const;
  // The outcome is held back until Release, or until the worker leaves, if `held`.
  void Ended(AttemptKey attempt, const TrialOutcome& outcome, bool held = false);
  void Release(AttemptKey attempt);
  // The worker takes one trial less at once. False if it is one.
  bool GiveUpSlot();
  void AddSlots(int count);
  void SetSlots(int count);
  // It has ended, and its outcome waits for Release.
  bool IsHeld(AttemptKey attempt) const;
  // It has neither ended nor been dropped.
  bool IsRunning(AttemptKey attempt) const;
  // It is the worker's: it runs, or the coordinator has not acknowledged its end.
  bool Holds(AttemptKey attempt) const;
  // Waits until all that the attempt measured up to `step` is on the coordinator's disk. False
  // if it is not by the deadline, or the attempt's outcome is no longer held back, or it was
  // dropped.
  bool WaitUntilKept(AttemptKey attempt, int64_t step, absl::Time deadline) const;

  // Takes no more leases, and hands nothing back yet.
  void TakeNoMore();
  // Takes no more leases and hands the attempts back, without waiting for the threads that
  // train them.
  void Leave();

 private:
  struct Pending {
    v1::Measurement measurement;
    uint64_t first_report = 0;  // 0: not reported yet
  };
  struct Attempt {
    int64_t step = 0;
    std::vector<Pending> measurements;
    std::optional<v1::Outcome> outcome;
    bool held = false;            // the outcome is not to be reported yet
    uint64_t outcome_report = 0;  // 0: not reported yet
    bool stop = false;
  };

  void Forget(uint64_t acknowledged) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasLeft() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  bool ReadyToReport() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  bool IsOver(AttemptKey attempt) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  bool IsReported(AttemptKey attempt) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  bool IsKept(AttemptKey attempt, int64_t step) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  v1::WorkerDescription worker_ ABSL_GUARDED_BY(mutex_);
  std::map<AttemptKey, Attempt> attempts_ ABSL_GUARDED_BY(mutex_);
  uint64_t sequence_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t acknowledged_ ABSL_GUARDED_BY(mutex_) = 0;
  bool changed_ ABSL_GUARDED_BY(mutex_) = false;
  bool interrupted_ ABSL_GUARDED_BY(mutex_) = false;
  bool leaving_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace pathsweep

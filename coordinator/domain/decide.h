// The coordinator's decisions: a command and the state give events, or the reason why
// not. Pure: `now` is an argument and nothing is changed.
//
// Expired leases are dealt with first: call Decide(state, ExpireLeases{}, …) and apply
// its events before any other command of the same moment, and ScheduleLeases last.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordinator/domain/event.h"
#include "coordinator/domain/lease_policy.h"
#include "coordinator/domain/state.h"

namespace pathsweep {

// A trial's results, taken from another one.
struct ReusedTrial {
  int64_t number;  // of the trials of the new sweep
  TrialId from;
  std::string reason;  // with which that one has ended
};

// The spec has been validated. A repeated request id changes nothing.
struct SubmitSweep {
  std::string request_id;
  SweepSpec spec;
  // Trials that take the results of others, which have succeeded.
  std::vector<ReusedTrial> reused = {};
};

// More trials for a sweep that is not cancelled. What it has already changes nothing.
struct ExtendSweep {
  std::string sweep;  // name or id
  Extension extension;
};

// What a sweep adds by itself. Aborted if it is cancelled or has not `trials` trials: what was
// decided for a sweep holds for it alone as it was.
struct GrowSweep {
  SweepId sweep;
  int64_t trials;
  Extension extension;
};

// What was found about its claims. Aborted if it has not `trials` trials and `results` results.
struct JudgeSweep {
  SweepId sweep;
  int64_t trials;
  int64_t results;
  std::shared_ptr<const std::vector<JudgedConfig>> configs;
};

// What early stopping wants. Aborted if the sweep has not `trials` trials, or is not as the
// steering takes it to be; what has become of a trial meanwhile goes before.
struct SteerTrials {
  SweepId sweep;
  int64_t trials;
  Steering steering;
};

// Changes nothing if the trial has ended.
struct CancelTrial {
  TrialId trial;
};

struct CancelSweep {
  std::string sweep;  // name or id
};

// Changes nothing if the sweep is as asked or has ended.
struct PauseSweep {
  std::string sweep;  // name or id
  bool paused = true;
};

// All failed trials of a sweep that is not cancelled.
struct RetryFailed {
  std::string sweep;  // name or id
};

// Removes a sweep that has ended.
struct PruneSweep {
  std::string sweep;  // name or id
};

// A worker's whole statement about itself.
struct ReceiveReport {
  WorkerReport report;
};

// The worker's stream has broken.
struct LoseWorker {
  std::string worker;
};

// A worker whose lease has ended gets no other until it reports again.
struct ExpireLeases {};

// The coordinator itself has slept (its machine was suspended, or its process stopped), so
// that the silence of the workers says nothing: every lease begins anew, and for as long a
// broken stream, which workers give up when they hear nothing, shortens none.
struct GrantGrace {};

using Events = std::vector<Event>;

absl::StatusOr<Events> Decide(const State& state, const SubmitSweep& command, absl::Time now,
                              const LeasePolicy& policy);
absl::StatusOr<Events> Decide(const State& state, const ExtendSweep& command, absl::Time now,
                              const LeasePolicy& policy);
absl::StatusOr<Events> Decide(const State& state, const GrowSweep& command, absl::Time now,
                              const LeasePolicy& policy);
absl::StatusOr<Events> Decide(const State& state, const JudgeSweep& command, absl::Time now,
                              const LeasePolicy& policy);
absl::StatusOr<Events> Decide(const State& state, const SteerTrials& command, absl::Time now,
                              const LeasePolicy& policy);
absl::StatusOr<Events> Decide(const State& state, const CancelTrial& command, absl::Time now,
                              const LeasePolicy& policy);
absl::StatusOr<Events> Decide(const State& state, const CancelSweep& command, absl::Time now,
                              const LeasePolicy& policy);
absl::StatusOr<Events> Decide(const State& state, const PauseSweep& command, absl::Time now,
                              const LeasePolicy& policy);
absl::StatusOr<Events> Decide(const State& state, const RetryFailed& command, absl::Time now,
                              const LeasePolicy& policy);
absl::StatusOr<Events> Decide(const State& state, const PruneSweep& command, absl::Time now,
                              const LeasePolicy& policy);
absl::StatusOr<Events> Decide(const State& state, const ReceiveReport& command, absl::Time now,
                              const LeasePolicy& policy);
absl::StatusOr<Events> Decide(const State& state, const LoseWorker& command, absl::Time now,
                              const LeasePolicy& policy);
absl::StatusOr<Events> Decide(const State& state, const ExpireLeases& command, absl::Time now,
                              const LeasePolicy& policy);
absl::StatusOr<Events> Decide(const State& state, const GrantGrace& command, absl::Time now,
                              const LeasePolicy& policy);

// NotFound names the sweep that does not exist and the closest one that does.
absl::StatusOr<const Sweep*> RequireSweep(const State& state, absl::string_view name_or_id);
absl::StatusOr<const Sweep*> RequireSweepOfTrial(const State& state, TrialId trial);

}  // namespace pathsweep

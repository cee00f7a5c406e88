#include "coordinator/domain/scheduler.h"

#include <optional>

namespace pathsweep {
namespace {

struct WaitingTrial {
  const Sweep& sweep;
  AttemptName attempt;  // the one to lease
};

// Walks over the waiting trials in order of turn, without changing the state.
class WaitingTrials {
 public:
  explicit WaitingTrials(const State& state)
      : state_(state), retry_(state.retries.begin()), sweep_(state.open_sweeps.begin()) {}

  std::optional<WaitingTrial> Next() {
    if (retry_ != state_.retries.end()) return NextRetry();
    if (sweep_ == state_.open_sweeps.end()) return std::nullopt;
    const Sweep& sweep = state_.sweeps.at(*sweep_);
    const TrialId trial = sweep.first_trial + sweep.next + taken_;
    if (sweep.next + ++taken_ == sweep.trials) {
      ++sweep_;
      taken_ = 0;
    }
    return WaitingTrial{sweep, {trial, 1}};
  }

 private:
  WaitingTrial NextRetry() {
    const TrialId trial = *retry_++;
    return {*state_.SweepOfTrial(trial), {trial, state_.live_trials.at(trial).attempt + 1}};
  }

  const State& state_;
  std::set<TrialId>::const_iterator retry_;
  std::set<SweepId>::const_iterator sweep_;
  int64_t taken_ = 0;  // from *sweep_
};

Event MakeLease(const WaitingTrial& waiting, const std::string& worker, absl::Time now,
                absl::Time deadline) {
  const TrialId trial = waiting.attempt.trial;
  const Sweep& sweep = waiting.sweep;
  return AttemptLeased{waiting.attempt,
                       sweep.id,
                       worker,
                       now,
                       deadline,
                       sweep.ConfigOf(trial),
                       sweep.SeedOf(trial),
                       sweep.ParametersOf(trial)};
}

}  // namespace

Events ScheduleLeases(const State& state, absl::Time now, const LeasePolicy& policy) {
  Events events;
  WaitingTrials waiting(state);
  for (const std::string& name : state.free_workers) {
    for (int64_t free = FreeSlots(state, state.workers.at(name)); free > 0; --free) {
      const std::optional<WaitingTrial> trial = waiting.Next();
      if (!trial.has_value()) return events;
      events.push_back(MakeLease(*trial, name, now, now + policy.lease));
    }
  }
  return events;
}

}  // namespace pathsweep

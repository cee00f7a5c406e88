#include "coordinator/domain/scheduler.h"

#include <optional>
#include <set>
#include <tuple>

namespace pathsweep {
namespace {

struct WaitingTrial {
  const Sweep& sweep;
  AttemptName attempt;  // the one to lease
};

// The trials of one sweep that wait, in order of turn.
class Queue {
 public:
  Queue(const State& state, const Sweep& sweep)
      : state_(state),
        sweep_(sweep),
        retry_(state.retries.lower_bound({sweep.id, 0})),
        room_(sweep.Room()),
        running_(sweep.rows[TrialState::kRunning]) {}

  bool Empty() const { return room_ == 0 || (!HasRetry() && next_ == sweep_.trials); }

  // Requires !Empty().
  WaitingTrial Take() {
    --room_;
    ++running_;
    if (HasRetry()) {
      const TrialId trial = (retry_++)->second;
      return {sweep_, {trial, state_.live_trials.at(trial).attempt + 1}};
    }
    const TrialId trial = sweep_.TrialAt(next_++);
    while (sweep_.settled.contains(next_)) ++next_;
    return {sweep_, {trial, 1}};
  }

  // The smallest goes first.
  std::tuple<int, int64_t, SweepId> Rank() const {
    return {-sweep_.spec.priority, running_, sweep_.id};
  }

 private:
  bool HasRetry() const { return retry_ != state_.retries.end() && retry_->first == sweep_.id; }

  const State& state_;
  const Sweep& sweep_;
  Retries::const_iterator retry_;
  int64_t next_ = sweep_.next;
  int64_t room_;
  int64_t running_;
};

// Hands out the waiting trials of all sweeps, without changing the state.
class WaitingTrials {
 public:
  explicit WaitingTrials(const State& state) {
    std::set<SweepId> sweeps = state.open_sweeps;
    for (auto retry = state.retries.begin(); retry != state.retries.end();) {
      const SweepId sweep = retry->first;
      sweeps.insert(sweep);
      retry = state.retries.lower_bound({sweep + 1, 0});
    }
    for (SweepId id : sweeps) Put(Queue(state, state.sweeps.at(id)));
  }

  std::optional<WaitingTrial> Next() {
    if (queues_.empty()) return std::nullopt;
    Queue first = queues_.extract(queues_.begin()).value();
    const WaitingTrial trial = first.Take();
    Put(first);
    return trial;
  }

 private:
  struct ByRank {
    bool operator()(const Queue& a, const Queue& b) const { return a.Rank() < b.Rank(); }
  };

  void Put(const Queue& queue) {
    if (!queue.Empty()) queues_.insert(queue);
  }

  std::set<Queue, ByRank> queues_;
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
  if (state.free_workers.empty()) return events;
  WaitingTrials waiting(state);
  for (const std::string& name : state.free_workers) {
    for (int64_t free = FreeSlots(state, state.workers.at(name)); free > 0; --free) {
      const std::optional<WaitingTrial> trial = waiting.Next();
      if (!trial.has_value()) return events;
      events.push_back(MakeLease(*trial, name, now, now + policy.LeaseOf(trial->sweep)));
    }
  }
  return events;
}

}  // namespace pathsweep

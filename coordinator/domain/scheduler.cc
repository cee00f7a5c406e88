#include "coordinator/domain/scheduler.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/trial_shape.h"
#include "coordinator/domain/quarantine.h"

namespace pathsweep {
namespace {

struct WaitingTrial {
  const Sweep* sweep;
  AttemptName attempt;  // the one to lease
};

std::string ShapeOf(const Sweep& sweep, TrialId trial) {
  return ShapeKey(sweep.ParametersOf(trial));
}

// Who takes a trial.
struct Taker {
  const std::string& worker;
  const Trust& trust;
};

// The trials of one sweep that wait, in order of turn.
class Queue {
 public:
  Queue(const State& state, const Sweep& sweep)
      : state_(state),
        sweep_(sweep),
        retry_(state.retries.lower_bound({sweep.id, 0})),
        room_(sweep.Room()),
        pending_(sweep.Counts()[TrialState::kPending]),
        running_(sweep.rows[TrialState::kRunning]) {}

  // Nothing is left for any worker.
  bool Empty() const {
    return room_ == 0 || (passed_.empty() && !HasRetry() && next_ == sweep_.trials);
  }

  // Null if nothing is left for this worker.
  std::optional<WaitingTrial> Take(const Taker& taker) {
    if (Empty()) return std::nullopt;
    std::optional<WaitingTrial> trial = TakeRetry(taker);
    if (!trial) trial = TakeNew();
    if (!trial) return std::nullopt;
    --room_;
    --pending_;
    ++running_;
    return trial;
  }

  // Trials that may start.
  int64_t Left() const { return std::min(room_, pending_); }

  // The one whose turn it is, if any worker may take it. Requires that it is not Empty().
  TrialId First() const {
    if (!passed_.empty()) return passed_.front();
    return HasRetry() ? retry_->second : sweep_.TrialAt(next_);
  }

  const Sweep& sweep() const { return sweep_; }

  // The smallest goes first.
  std::tuple<int, int64_t, SweepId> Rank() const {
    return {-sweep_.spec.priority, running_, sweep_.id};
  }

 private:
  std::optional<WaitingTrial> TakeRetry(const Taker& taker) {
    const auto mine = std::ranges::find_if(
        passed_, [&](TrialId trial) { return !taker.trust.Avoids(taker.worker, trial); });
    if (mine != passed_.end()) {
      const TrialId trial = *mine;
      passed_.erase(mine);
      return Again(trial);
    }
    while (HasRetry()) {
      const TrialId trial = (retry_++)->second;
      if (!taker.trust.Avoids(taker.worker, trial)) return Again(trial);
      passed_.push_back(trial);
    }
    return std::nullopt;
  }

  std::optional<WaitingTrial> TakeNew() {
    if (next_ == sweep_.trials) return std::nullopt;
    const TrialId trial = sweep_.TrialAt(next_++);
    while (sweep_.settled.contains(next_)) ++next_;
    return WaitingTrial{&sweep_, {trial, 1}};
  }

  WaitingTrial Again(TrialId trial) const {
    return {&sweep_, {trial, state_.live_trials.at(trial).attempt + 1}};
  }

  bool HasRetry() const { return retry_ != state_.retries.end() && retry_->first == sweep_.id; }

  const State& state_;
  const Sweep& sweep_;
  Retries::const_iterator retry_;
  std::vector<TrialId> passed_;  // retries that a worker before has left
  int64_t next_ = sweep_.next;
  int64_t room_;
  int64_t pending_;
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

  std::optional<WaitingTrial> Next(const Taker& taker) {
    std::optional<WaitingTrial> trial;
    std::vector<Queue> looked_at;
    while (!trial && !queues_.empty()) {
      looked_at.push_back(std::move(queues_.extract(queues_.begin()).value()));
      trial = looked_at.back().Take(taker);
    }
    for (Queue& queue : looked_at) Put(std::move(queue));
    return trial;
  }

  bool Empty() const { return queues_.empty(); }

  int64_t Count() const {
    int64_t count = 0;
    for (const Queue& queue : queues_) count += queue.Left();
    return count;
  }

  // Of the trial whose turn it is. Requires that it is not Empty().
  std::string NextShape() const {
    const Queue& queue = *queues_.begin();
    return ShapeOf(queue.sweep(), queue.First());
  }

 private:
  struct ByRank {
    bool operator()(const Queue& a, const Queue& b) const { return a.Rank() < b.Rank(); }
  };

  void Put(Queue queue) {
    if (!queue.Empty()) queues_.insert(std::move(queue));
  }

  std::set<Queue, ByRank> queues_;
};

// Workers that train trials of one shape together and take more.
class FusingWorkers {
 public:
  struct Place {
    std::string worker;
    int64_t room;
    std::multiset<std::string> shapes;  // of its trials
  };

  FusingWorkers(const State& state, const Trust& trust, int64_t waiting) {
    int64_t places = 0;
    for (const std::string& name : state.free_workers) {
      const ConnectedWorker& worker = state.workers.at(name);
      const int64_t room = trust.Room(worker);
      if (worker.description.fuse < 2 || room <= 0) continue;
      places += room;
      Place& place = places_.emplace_back(Place{name, room, {}});
      for (TrialId trial : state.leases.OfWorker(name)) {
        place.shapes.insert(ShapeOf(*state.SweepOfTrial(trial), trial));
      }
    }
    crowded_ = waiting > places;
  }

  bool Empty() const { return places_.empty(); }

  // Where a trial of that shape goes. Requires that it is not Empty().
  Place& For(const std::string& shape) {
    return *std::ranges::min_element(places_, {}, [&](const Place& place) {
      const bool mixes = !place.shapes.empty() && !place.shapes.contains(shape);
      const auto same = static_cast<int64_t>(place.shapes.count(shape));
      return std::pair(mixes, crowded_ ? -same : static_cast<int64_t>(place.shapes.size()));
    });
  }

  void Took(Place& place, std::string shape) {
    place.shapes.insert(std::move(shape));
    if (--place.room == 0) Remove(place);
  }

  void Remove(Place& place) { places_.erase(places_.begin() + (&place - places_.data())); }

 private:
  std::vector<Place> places_;
  bool crowded_ = false;  // more trials wait than there are places
};

Event MakeLease(const WaitingTrial& waiting, const std::string& worker, absl::Time now,
                absl::Time deadline) {
  const TrialId trial = waiting.attempt.trial;
  const Sweep& sweep = *waiting.sweep;
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
  const Trust trust(state, now);
  const auto lease = [&](const WaitingTrial& trial, const std::string& worker) {
    events.push_back(MakeLease(trial, worker, now, now + policy.LeaseOf(*trial.sweep)));
  };
  FusingWorkers fusing(state, trust, waiting.Count());
  while (!fusing.Empty() && !waiting.Empty()) {
    FusingWorkers::Place& place = fusing.For(waiting.NextShape());
    const std::optional<WaitingTrial> trial = waiting.Next({place.worker, trust});
    if (trial.has_value()) {
      lease(*trial, place.worker);
      fusing.Took(place, ShapeOf(*trial->sweep, trial->attempt.trial));
    } else {
      fusing.Remove(place);  // what waits has crashed on it
    }
  }
  for (const std::string& name : state.free_workers) {
    const ConnectedWorker& worker = state.workers.at(name);
    if (worker.description.fuse > 1) continue;
    for (int64_t room = trust.Room(worker); room > 0; --room) {
      const std::optional<WaitingTrial> trial = waiting.Next({name, trust});
      if (!trial.has_value()) break;
      lease(*trial, name);
    }
    if (waiting.Empty()) break;
  }
  return events;
}

}  // namespace pathsweep

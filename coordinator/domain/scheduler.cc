#include "coordinator/domain/scheduler.h"

#include <algorithm>
#include <map>
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

// Numbers the shapes that are met; each configuration's is made once.
class Shapes {
 public:
  int Of(const Sweep& sweep, TrialId trial) {
    const auto [known, is_new] = by_config_.try_emplace({sweep.id, sweep.ConfigOf(trial)}, 0);
    if (is_new) {
      const auto next = static_cast<int>(by_key_.size());
      known->second = by_key_.try_emplace(ShapeKey(sweep.ParametersOf(trial)), next).first->second;
    }
    return known->second;
  }

 private:
  std::map<std::pair<SweepId, int64_t>, int> by_config_;
  std::map<std::string, int> by_key_;
};

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
  int NextShape(Shapes& shapes) const {
    const Queue& queue = *queues_.begin();
    return shapes.Of(queue.sweep(), queue.First());
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
    int64_t trials = 0;
    std::map<int, int64_t> by_shape;
  };

  FusingWorkers(const State& state, const Trust& trust, int64_t waiting) {
    int64_t room = 0;
    for (const std::string& name : state.free_workers) {
      const ConnectedWorker& worker = state.workers.at(name);
      if (worker.description.fuse < 2 || trust.Room(worker) <= 0) continue;
      Place& place =
          places_.emplace_back(Place{.worker = name, .room = trust.Room(worker), .by_shape = {}});
      room += place.room;
      for (TrialId trial : state.leases.OfWorker(name)) {
        Count(place, shapes_.Of(*state.SweepOfTrial(trial), trial));
      }
    }
    crowded_ = waiting > room;
  }

  bool Empty() const { return places_.empty(); }

  // Where the trial whose turn it is goes. Requires that there are both.
  Place& For(const WaitingTrials& waiting) {
    const int shape = waiting.NextShape(shapes_);
    return *std::ranges::min_element(places_, {},
                                     [&](const Place& place) { return RankOf(place, shape); });
  }

  void Took(Place& place, const WaitingTrial& trial) {
    Count(place, shapes_.Of(*trial.sweep, trial.attempt.trial));
    if (--place.room == 0) Remove(place);
  }

  void Remove(Place& place) { places_.erase(places_.begin() + (&place - places_.data())); }

 private:
  static void Count(Place& place, int shape) {
    ++place.by_shape[shape];
    ++place.trials;
  }

  // The smallest is the best.
  std::pair<bool, int64_t> RankOf(const Place& place, int shape) const {
    const auto same = place.by_shape.find(shape);
    const int64_t count = same == place.by_shape.end() ? 0 : same->second;
    const bool mixes = place.trials > 0 && count == 0;
    return {mixes, crowded_ ? -count : place.trials};
  }

  Shapes shapes_;
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
  if (waiting.Empty()) return events;
  const Trust trust(state, now);
  const auto lease = [&](const WaitingTrial& trial, const std::string& worker) {
    events.push_back(MakeLease(trial, worker, now, now + policy.LeaseOf(*trial.sweep)));
  };
  FusingWorkers fusing(state, trust, waiting.Count());
  while (!fusing.Empty() && !waiting.Empty()) {
    FusingWorkers::Place& place = fusing.For(waiting);
    const std::optional<WaitingTrial> trial = waiting.Next({place.worker, trust});
    if (trial.has_value()) {
      lease(*trial, place.worker);
      fusing.Took(place, *trial);
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

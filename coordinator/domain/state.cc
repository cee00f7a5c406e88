#include "coordinator/domain/state.h"

#include <algorithm>
#include <cassert>

#include "absl/strings/numbers.h"
#include "coordinator/domain/quarantine.h"

namespace pathsweep {
namespace {

// A worker that fails to report three times in a row has used up its lease.
constexpr int kReportsPerLease = 3;

Sweep& SweepOf(State& state, TrialId trial) {
  return state.sweeps.at(state.SweepOfTrial(trial)->id);
}

// Keeps free_workers true after a change of the worker or of its leases.
void UpdateFree(State& state, const std::string& name) {
  const auto worker = state.workers.find(name);
  if (worker != state.workers.end() && worker->second.connected && !worker->second.leaving &&
      FreeSlots(state, worker->second) > 0) {
    state.free_workers.insert(name);
  } else {
    state.free_workers.erase(name);
  }
}

void ReleaseLease(State& state, TrialId trial) {
  const Lease* lease = state.leases.Find(trial);
  if (lease == nullptr) return;
  const std::string worker = lease->worker;
  state.leases.Release(trial);
  UpdateFree(state, worker);
}

void Move(State& state, TrialId trial, TrialState to) {
  LiveTrial& live = state.live_trials.at(trial);
  assert(MayFollow(live.state, to));
  Sweep& sweep = SweepOf(state, trial);
  TrialCounts& counts = sweep.rows;
  --counts[live.state];
  ++counts[to];
  live.state = to;
  ReleaseLease(state, trial);
  state.stop_orders.erase(trial);
  if (to == TrialState::kPending) {
    state.retries.emplace(sweep.id, trial);
  } else {
    state.retries.erase({sweep.id, trial});
  }
  if (to == TrialState::kFailed) state.failed_trials[trial] = live;
  if (IsTerminal(to)) state.live_trials.erase(trial);
}

// Makes the sweep's trials known by their ids.
void Index(State& state, const Sweep& sweep) {
  for (const TrialBlock& block : sweep.blocks) {
    state.sweep_by_block.emplace(block.first_trial, sweep.id);
    state.next_trial = std::max(state.next_trial, block.end());
  }
  if (!sweep.cancelled && sweep.next < sweep.trials) state.open_sweeps.insert(sweep.id);
}

// A trial that had none has a row now.
void Pass(State& state, Sweep& sweep, TrialId trial, TrialState to) {
  ++sweep.rows[to];
  sweep.Pass(sweep.NumberOf(trial));
  if (sweep.next == sweep.trials) state.open_sweeps.erase(sweep.id);
}

void ApplyOne(State& state, const SweepSubmitted& event) {
  state.sweeps.emplace(event.sweep.id, event.sweep);
  state.next_sweep = std::max(state.next_sweep, event.sweep.id + 1);
  Index(state, event.sweep);
}

void ApplyOne(State& state, const SweepExtended& event) {
  Sweep& sweep = state.sweeps.at(event.sweep);
  absl::StatusOr<Sweep> extended = Extend(std::move(sweep), event.extension, event.first_trial);
  assert(extended.ok());  // it was when it was decided
  sweep = *std::move(extended);
  Index(state, sweep);
}

void ApplyOne(State& state, const TrialSettled& event) {
  Pass(state, state.sweeps.at(event.sweep), event.trial, event.state);
}

void ApplyOne(State& state, const SweepCancelled& event) {
  state.sweeps.at(event.sweep).cancelled = true;
  state.open_sweeps.erase(event.sweep);
}

void ApplyOne(State& state, const SweepPaused& event) {
  state.sweeps.at(event.sweep).paused = event.paused;
}

void ApplyOne(State& state, const SweepJudged& event) {
  state.sweeps.at(event.sweep).judged_results = event.results;
}

void ApplyOne(State& state, const SweepPruned& event) {
  for (const TrialBlock& block : state.sweeps.at(event.sweep).blocks) {
    state.sweep_by_block.erase(block.first_trial);
    state.failed_trials.erase(state.failed_trials.lower_bound(block.first_trial),
                              state.failed_trials.lower_bound(block.end()));
  }
  state.sweeps.erase(event.sweep);
}

void ApplyOne(State& state, const TrialRetried& event) {
  const auto failed = state.failed_trials.find(event.trial);
  LiveTrial& live = state.live_trials.emplace(event.trial, failed->second).first->second;
  live.lost_attempts = 0;
  state.failed_trials.erase(failed);
  Move(state, event.trial, TrialState::kPending);
}

void ApplyOne(State& state, const WorkerRegistered& event) {
  state.workers[event.worker.name].description = event.worker;
}

void ApplyOne(State& state, const AttemptLeased& event) {
  const TrialId trial = event.attempt.trial;
  Sweep& sweep = state.sweeps.at(event.sweep);
  const bool first = !state.live_trials.contains(trial);
  if (first) {
    assert(trial == sweep.TrialAt(sweep.next));
    state.live_trials.emplace(trial, LiveTrial{});
    Pass(state, sweep, trial, TrialState::kPending);
  }
  Move(state, trial, TrialState::kRunning);
  state.live_trials.at(trial).attempt = event.attempt.attempt;
  state.leases.Grant(trial, {event.worker, event.deadline});
  UpdateFree(state, event.worker);
}

void ApplyOne(State&, const MeasurementsReported&) {}

void ApplyOne(State& state, const AttemptEnded& event) {
  if (event.counts_as_lost) ++state.live_trials.at(event.attempt.trial).lost_attempts;
  Move(state, event.attempt.trial, TrialState::kPending);
}

void ApplyOne(State& state, const AttemptPaused& event) {
  Move(state, event.attempt.trial, TrialState::kPaused);
}

void ApplyOne(State& state, const TrialPromoted& event) {
  ++state.live_trials.at(event.trial).rung;
  Move(state, event.trial, TrialState::kPending);
}

void ApplyOne(State& state, const StopOrdered& event) {
  state.stop_orders.emplace(event.trial, event.order);
}

void ApplyOne(State& state, const TrialEnded& event) {
  SettleStrikes(state, event.attempt.trial, event.state);
  Move(state, event.attempt.trial, event.state);
}

void ApplyOne(State& state, const WorkerReported& event) {
  ConnectedWorker& worker = state.workers[event.worker.name];
  worker.description = event.worker;
  worker.sequence = event.sequence;
  worker.reported = event.attempts;
  worker.leaving = event.leaving;
  worker.connected = true;
  worker.last_seen = event.at;
  worker.device_reading = event.device_reading;
  UpdateFree(state, event.worker.name);
}

void ApplyOne(State& state, const WorkerDisconnected& event) {
  state.workers[event.worker].connected = false;
  UpdateFree(state, event.worker);
}

void ApplyOne(State& state, const GraceGranted& event) { state.grace_until = event.until; }

void ApplyOne(State& state, const LeaseExtended& event) {
  state.leases.Extend(event.trial, event.deadline);
}

std::string WhyNotRunning(const State& state, AttemptName attempt) {
  const Sweep* sweep = state.SweepOfTrial(attempt.trial);
  if (sweep == nullptr) return "no such trial";
  if (sweep->cancelled) return "the sweep was cancelled";
  if (!state.live_trials.contains(attempt.trial)) return "the trial has ended";
  return "the attempt is stale: its lease was lost";
}

}  // namespace

const Sweep* State::FindSweepByRequest(absl::string_view request_id) const {
  const auto found = std::ranges::find_if(
      sweeps, [&](const auto& entry) { return entry.second.request_id == request_id; });
  return found == sweeps.end() ? nullptr : &found->second;
}

const Sweep* State::FindSweep(absl::string_view name_or_id) const {
  const auto named = std::ranges::find_if(
      sweeps, [&](const auto& entry) { return entry.second.spec.name == name_or_id; });
  if (named != sweeps.end()) return &named->second;
  SweepId id = 0;
  if (!absl::SimpleAtoi(name_or_id, &id)) return nullptr;
  const auto numbered = sweeps.find(id);
  return numbered == sweeps.end() ? nullptr : &numbered->second;
}

const Sweep* State::SweepOfTrial(TrialId trial) const {
  auto block = sweep_by_block.upper_bound(trial);
  if (block == sweep_by_block.begin()) return nullptr;
  const Sweep& sweep = sweeps.at((--block)->second);
  return sweep.Contains(trial) ? &sweep : nullptr;
}

bool State::IsRunning(AttemptName attempt) const {
  const auto live = live_trials.find(attempt.trial);
  return live != live_trials.end() && live->second.state == TrialState::kRunning &&
         live->second.attempt == attempt.attempt;
}

int64_t FreeSlots(const State& state, const ConnectedWorker& worker) {
  const auto leased = state.leases.OfWorker(worker.description.name).size();
  return worker.description.slots - static_cast<int64_t>(leased);
}

void Apply(State& state, const Event& event) {
  std::visit([&](const auto& one) { ApplyOne(state, one); }, event);
}

Directive DirectiveFor(const State& state, const std::string& worker, const LeasePolicy& policy) {
  using Wish = Directive::Wish;
  const ConnectedWorker& connected = state.workers.at(worker);
  Directive directive;
  directive.acknowledged_sequence = connected.sequence;
  for (AttemptName attempt : connected.reported) {
    const Lease* lease = state.leases.Find(attempt.trial);
    const bool held = state.IsRunning(attempt) && lease->worker == worker;
    const auto stop = state.stop_orders.find(attempt.trial);
    if (!held) {
      directive.attempts.push_back({attempt, Wish::kDrop, WhyNotRunning(state, attempt)});
    } else if (stop != state.stop_orders.end()) {
      directive.attempts.push_back({attempt, Wish::kStop, stop->second.rule});
    } else {
      directive.attempts.push_back({attempt, Wish::kContinue, ""});
    }
  }
  absl::Duration shortest = policy.lease;
  for (TrialId trial : state.leases.OfWorker(worker)) {
    const Sweep& sweep = *state.SweepOfTrial(trial);
    shortest = std::min(shortest, policy.LeaseOf(sweep));
    const AttemptName attempt{trial, state.live_trials.at(trial).attempt};
    if (std::ranges::find(connected.reported, attempt) != connected.reported.end()) continue;
    directive.leases.push_back({attempt, sweep.SeedOf(trial), sweep.ParametersOf(trial),
                                sweep.spec.checkpoint_interval, sweep.spec.keep_checkpoint,
                                sweep.PauseOf(trial, state.live_trials.at(trial).rung)});
  }
  directive.report_interval = shortest / kReportsPerLease;
  return directive;
}

}  // namespace pathsweep

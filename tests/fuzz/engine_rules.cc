#include "tests/fuzz/engine_rules.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "base/sweep_name.h"
#include "tests/fuzz/require.h"

namespace pathsweep {
namespace {

bool IsRunning(const LiveTrial& trial) { return trial.state == TrialState::kRunning; }

size_t LeasesIn(const State& state) {
  return state.leases.ExpiredBy(absl::InfiniteFuture()).size();
}

void CheckSweep(const Sweep& sweep) {
  Require(CheckSweepName(sweep.spec.name).ok(), "a sweep's name is permitted", sweep.spec.name);
  const TrialCounts counts = sweep.Counts();
  int64_t all = 0;
  for (TrialState state : kTrialStates) {
    Require(counts[state] >= 0, "no count is below 0", sweep.spec.name);
    all += counts[state];
  }
  Require(all == sweep.trials, "a sweep's counts add up to its trials", sweep.spec.name);
  Require(sweep.spec.max_parallel == 0 || counts[TrialState::kRunning] <= sweep.spec.max_parallel,
          "no sweep runs more than max_parallel", sweep.spec.name);
}

void CheckTrials(const State& state) {
  for (const auto& [id, trial] : state.live_trials) {
    const Sweep* sweep = state.SweepOfTrial(id);
    Require(sweep != nullptr && !sweep->cancelled, "a live trial's sweep is not cancelled");
    Require(trial.attempt >= 1, "a live trial has been leased");
    Require(trial.lost_attempts < sweep->spec.max_attempts, "a live trial has attempts left");
    Require(IsRunning(trial) == (state.leases.Find(id) != nullptr),
            "a trial runs if and only if it has a lease");
    Require((trial.state == TrialState::kPending) == state.retries.contains({sweep->id, id}),
            "a live trial that neither runs nor is paused waits for its next attempt");
    Require(IsRunning(trial) || !state.stop_orders.contains(id),
            "only what runs is ordered to stop");
    Require(!state.failed_trials.contains(id), "no trial is live and failed");
  }
  for (const auto& [id, crashes] : state.crashes) {
    Require(state.live_trials.contains(id), "a trial that has ended crashed nowhere");
  }
}

// With CheckTrials: no trial has two leases, and none is without its trial.
void CheckLeases(const State& state, absl::Time now) {
  const auto running = std::ranges::count_if(
      state.live_trials, [](const auto& entry) { return IsRunning(entry.second); });
  Require(std::cmp_equal(running, LeasesIn(state)), "as many leases as trials that run");
  Require(state.leases.NextDeadline() > now, "no lease is held after its time");
}

void CheckWorkers(const State& state) {
  for (const auto& [name, worker] : state.workers) {
    const bool free = worker.connected && !worker.leaving &&
                      std::cmp_less(state.leases.OfWorker(name).size(), worker.description.slots);
    Require(free == state.free_workers.contains(name), "free workers are known as such", name);
  }
  // A trial that crashed on the free worker may wait for another one.
  if (state.free_workers.empty() || !state.crashes.empty() || !state.struck_workers.empty()) return;
  for (const auto& [id, sweep] : state.sweeps) {
    Require(sweep.Counts()[TrialState::kPending] == 0 || sweep.Room() == 0,
            "no trial waits while a worker is free", sweep.spec.name);
  }
}

}  // namespace

void CheckState(const State& state, absl::Time now) {
  for (const auto& [id, sweep] : state.sweeps) CheckSweep(sweep);
  CheckTrials(state);
  CheckLeases(state, now);
  CheckWorkers(state);
}

void CheckStored(const State& stored, const State& memory) {
  Require(stored.sweeps == memory.sweeps, "the stored sweeps are those in memory");
  Require(
      stored.sweep_by_block == memory.sweep_by_block && stored.open_sweeps == memory.open_sweeps,
      "the stored sweeps are found as in memory");
  Require(stored.live_trials == memory.live_trials && stored.retries == memory.retries,
          "the stored live trials are those in memory");
  Require(stored.next_sweep == memory.next_sweep && stored.next_trial == memory.next_trial,
          "no id is given twice");
  Require(stored.failed_trials == memory.failed_trials,
          "the stored failed trials are those in memory");
  Require(LeasesIn(stored) == LeasesIn(memory), "as many leases are stored as in memory");
  for (const auto& [id, trial] : memory.live_trials) {
    if (!IsRunning(trial)) continue;
    Require(stored.leases.Find(id)->worker == memory.leases.Find(id)->worker,
            "a lease is stored with its worker");
  }
}

void CheckDirective(const Directive& directive, const State& state, const std::string& worker) {
  std::set<std::pair<TrialId, int>> named;
  for (const Directive::Desired& one : directive.attempts) {
    Require(named.emplace(one.attempt.trial, one.attempt.attempt).second,
            "a directive names an attempt once");
    Require((one.wish == Directive::Wish::kContinue) == one.reason.empty(),
            "what is not to continue has a reason");
  }
  std::set<TrialId> leased;
  for (const Directive::Lease& one : directive.leases) {
    const AttemptName attempt = one.attempt;
    Require(leased.insert(attempt.trial).second, "a directive names a lease once");
    Require(named.emplace(attempt.trial, attempt.attempt).second,
            "a lease is not an attempt that the worker has named");
    const Lease* lease = state.leases.Find(attempt.trial);
    Require(state.IsRunning(attempt) && lease->worker == worker,
            "a lease in a directive is the worker's");
  }
}

}  // namespace pathsweep

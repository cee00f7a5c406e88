// The rules that are checked after every step, and what they need to know of it.
#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/sweep_name.h"
#include "tests/simulation/world.h"

namespace pathsweep {

void World::Stored(absl::Span<const Event> events) {
  ledger_.Commit(events);
  for (const Event& event : events) {
    if (const auto* leased = std::get_if<AttemptLeased>(&event)) {
      deadlines_[leased->attempt.trial] = now_ + LeaseOf(leased->attempt.trial);
      granted_.insert(leased->attempt.trial);
    }
    const auto* lost = std::get_if<AttemptEnded>(&event);
    const auto* ended = std::get_if<TrialEnded>(&event);
    const bool expired = (lost != nullptr && absl::StartsWith(lost->reason, "lease expired")) ||
                         (ended != nullptr && absl::StartsWith(ended->reason, "lease expired"));
    if (!expired) continue;
    const TrialId trial = lost != nullptr ? lost->attempt.trial : ended->attempt.trial;
    if (deadlines_[trial] > now_) ledger_.Broken("a lease expired before its time");
  }
  std::erase_if(deadlines_, [&](const auto& entry) { return ledger_.WasPruned(entry.first); });
}

absl::Duration World::LeaseOf(TrialId trial) const {
  const absl::Duration own = ledger_.SpecOf(trial).lease;
  return own > absl::ZeroDuration() ? own : policy_.lease;
}

// A report extends the leases of the attempts that it names.
void World::Heard(const WorkerReport& report, const State& state) {
  for (const AttemptReport& said : report.attempts) {
    const Lease* lease = state.leases.Find(said.attempt.trial);
    if (!state.IsRunning(said.attempt) || lease->worker != report.worker.name) continue;
    deadlines_[said.attempt.trial] = now_ + LeaseOf(said.attempt.trial);
  }
}

void World::CheckEverything() {
  if (engine_ == nullptr || !engine_->loaded()) return;
  ledger_.CheckAgainst(engine_->state());
  CheckLeases();
  CheckClients();
}

void World::CheckLeases() {
  const State& state = engine_->state();
  for (const auto& [trial, live] : state.live_trials) {
    if (live.state == TrialState::kRunning && deadlines_[trial] <= now_) {
      ledger_.Broken("a lease is held after its time");
    }
  }
  for (const auto& [name, worker] : state.workers) {
    const auto leased = static_cast<int>(state.leases.OfWorker(name).size());
    if (leased > worker.description.slots) ledger_.Broken("a worker has more trials than slots");
  }
  for (TrialId trial : granted_) {
    const Lease* lease = state.leases.Find(trial);
    if (lease != nullptr && state.workers.at(lease->worker).leaving) {
      ledger_.Broken("a worker that is leaving was given a trial");
    }
  }
  CheckNobodyWaitsInVain();
}

// Another connected worker takes trials and is not in quarantine.
bool World::HasOther(const ConnectedWorker& worker) const {
  return std::ranges::any_of(engine_->state().workers, [&](const auto& entry) {
    const ConnectedWorker& other = entry.second;
    return &other != &worker && other.connected && !other.leaving && other.strikes.size() < 3;
  });
}

// The highest priority of the sweeps with a trial that waits for this worker: not for another one,
// because it crashed here.
std::optional<int> World::HighestWaiting(const ConnectedWorker& worker) const {
  const State& state = engine_->state();
  std::optional<int> highest;
  for (const auto& [id, sweep] : state.sweeps) {
    const TrialCounts counts = sweep.Counts();
    const bool room =
        sweep.spec.max_parallel == 0 || counts[TrialState::kRunning] < sweep.spec.max_parallel;
    if (sweep.paused || !room) continue;
    int64_t waiting = counts[TrialState::kPending];
    for (const auto& [trial, crashes] : state.crashes) {
      if (state.live_trials.at(trial).state == TrialState::kPending &&
          state.SweepOfTrial(trial)->id == id && GoesElsewhere(trial, worker)) {
        --waiting;
      }
    }
    if (waiting > 0) highest = std::max(highest.value_or(sweep.spec.priority), sweep.spec.priority);
  }
  return highest;
}

// No free slot while a trial may start, and none to a sweep while one of a higher priority
// waits.
void World::CheckNobodyWaitsInVain() {
  const State& state = engine_->state();
  for (const auto& [name, worker] : state.workers) {
    const auto leased = static_cast<int>(state.leases.OfWorker(name).size());
    const bool trusted = worker.strikes.size() < 3 || !HasOther(worker);
    if (trusted && worker.connected && !worker.leaving && leased < worker.description.slots &&
        HighestWaiting(worker)) {
      ledger_.Broken("a worker has a free slot while trials wait");
    }
  }
  for (TrialId granted : granted_) {
    const Lease* lease = state.leases.Find(granted);
    if (lease == nullptr) continue;
    const ConnectedWorker& worker = state.workers.at(lease->worker);
    if (HighestWaiting(worker).value_or(-kHighestPriority) >
        state.SweepOfTrial(granted)->spec.priority) {
      ledger_.Broken("a trial was leased before one of a higher priority");
    }
    CheckTrust(granted, worker);
  }
}

// The trial crashed on the worker within the last minute, and there is one on which it did not.
bool World::GoesElsewhere(TrialId trial, const ConnectedWorker& worker) const {
  const State& state = engine_->state();
  const auto crashed = state.crashes.find(trial);
  if (crashed == state.crashes.end()) return false;
  const std::set<std::string>& where = crashed->second.workers;
  if (!where.contains(worker.description.name)) return false;
  if (now_ >= crashed->second.last + absl::Minutes(1)) return false;
  return std::ranges::any_of(state.workers, [&](const auto& entry) {
    const ConnectedWorker& other = entry.second;
    return other.connected && !other.leaving && other.strikes.size() < 3 &&
           !where.contains(entry.first);
  });
}

void World::CheckTrust(TrialId granted, const ConnectedWorker& worker) {
  if (GoesElsewhere(granted, worker)) {
    ledger_.Broken("a trial went back to the worker on which it crashed");
  }
  if (worker.strikes.size() < 3 || !HasOther(worker)) return;
  const bool alone = engine_->state().leases.OfWorker(worker.description.name).size() == 1;
  if (!alone || now_ < worker.last_strike + absl::Seconds(10)) {
    ledger_.Broken("a worker in quarantine was given a trial");
  }
}

void World::CheckClients() {
  const State& state = engine_->state();
  for (const auto& [request, client] : clients_) {
    if (!client.sweep) continue;
    const Sweep* sweep = state.FindSweepByRequest(request);
    if (client.pruned && sweep != nullptr) ledger_.Broken("an acknowledged prune is undone");
    if (client.pruning) continue;
    if (sweep == nullptr || sweep->id != *client.sweep) {
      ledger_.Broken("an acknowledged sweep is gone");
    } else if (client.cancelled && !sweep->cancelled) {
      ledger_.Broken("an acknowledged cancellation is gone");
    } else if (sweep->trials < client.trials) {
      ledger_.Broken("an acknowledged extension is gone");
    }
  }
}

}  // namespace pathsweep

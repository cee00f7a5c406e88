// Everything the coordinator knows, and the only function that changes it.
//
//   State state = *store.Load();
//   for (const Event& event : *Decide(state, command, now)) Apply(state, event);
//
// A plain value: no I/O, threads or clocks; every container iterates in a defined order.
// Trials that have ended with a result or were never leased are not held: the store keeps the
// former, and the latter are computed from their sweep.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "coordinator/domain/event.h"
#include "coordinator/domain/lease_policy.h"
#include "coordinator/domain/lease_table.h"

namespace pathsweep {

struct ConnectedWorker {
  WorkerDescription description;
  // The newest report: its number and the attempts that it named.
  uint64_t sequence = 0;
  std::vector<AttemptName> reported;
  bool connected = true;
  bool leaving = false;
  absl::Time last_seen;
  DeviceReading device_reading = {};
  // Trials that crashed on it since its last result; see quarantine.h.
  std::set<TrialId> strikes;
  int crashes = 0;  // since then; a trial may do it again
  absl::Time last_strike;
  std::string last_crash;
};

// Where and when a trial crashed.
struct TrialCrashes {
  std::set<std::string> workers;
  absl::Time last;
};

// Sweep by sweep, in order of id.
using Retries = std::set<std::pair<SweepId, TrialId>>;

struct State {
  std::map<SweepId, Sweep> sweeps;
  // Those of sweeps and trials to come; none is given twice.
  SweepId next_sweep = 1;
  TrialId next_trial = 1;
  // By the first trial of each of its blocks.
  std::map<TrialId, SweepId> sweep_by_block;
  std::map<TrialId, LiveTrial> live_trials;
  // Live trials that wait for their next attempt.
  Retries retries;
  // Trials that have failed, as they were, so that they can be retried.
  std::map<TrialId, LiveTrial> failed_trials;
  // Sweeps with trials that have no row, not cancelled.
  std::set<SweepId> open_sweeps;
  LeaseTable leases;
  // Seen since the coordinator started.
  std::map<std::string, ConnectedWorker> workers;
  // Those that take another trial: connected, not leaving, with fewer leases than slots.
  std::set<std::string> free_workers;
  // Running trials that are to end.
  std::map<TrialId, StopOrder> stop_orders;
  // Of live trials.
  std::map<TrialId, TrialCrashes> crashes;
  // Those with strikes.
  std::set<std::string> struck_workers;
  // The coordinator has slept; see GrantGrace.
  absl::Time grace_until = absl::InfinitePast();

  // Null if there is none.
  const Sweep* FindSweepByRequest(absl::string_view request_id) const;
  // By name or, failing that, by id in digits.
  const Sweep* FindSweep(absl::string_view name_or_id) const;
  const Sweep* SweepOfTrial(TrialId trial) const;

  // The trial runs under exactly this attempt.
  bool IsRunning(AttemptName attempt) const;
};

void Apply(State& state, const Event& event);

// Slots of the worker that hold no lease; below 0 if it has come back with fewer slots.
int64_t FreeSlots(const State& state, const ConnectedWorker& worker);

// What the worker should do, said as a whole (see the protocol's manual). Requires that
// the worker is in state.workers.
Directive DirectiveFor(const State& state, const std::string& worker, const LeasePolicy& policy);

}  // namespace pathsweep

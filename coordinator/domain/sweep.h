// A sweep as it was submitted, and how far it has come.
#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "base/grid.h"
#include "coordinator/domain/trial.h"

namespace pathsweep {

using SweepId = int64_t;

// What a user asked for. The grid has passed CheckGrid.
struct SweepSpec {
  std::string name;
  std::string description;
  Grid grid;
  std::string metric = "exact_match";
  int max_attempts = 3;
  // Sweeps of a higher priority get every free worker first.
  int priority = 0;
  // Trials that run at once, at most; 0 = no limit.
  int64_t max_parallel = 0;
  // A worker silent for this long loses its trials of the sweep; 0 = the coordinator's.
  absl::Duration lease;
  // Between two checkpoints of a trial, at least; 0 = no checkpoints.
  absl::Duration checkpoint_interval = absl::Seconds(60);
  // The last checkpoint of each trial outlives it.
  bool keep_checkpoints = false;

  bool operator==(const SweepSpec&) const = default;
};

// A sweep in the coordinator's state. Its trials have the ids first_trial,
// first_trial + 1, …; those from `next` on have never been leased and exist nowhere
// but here: they are computed from their number when their turn comes.
struct Sweep {
  SweepId id = 0;
  std::string request_id;
  SweepSpec spec;
  TrialId first_trial = 0;
  int64_t trials = 0;
  int64_t next = 0;
  bool cancelled = false;
  bool paused = false;
  absl::Time created_at;
  // Trials that were leased at least once, by state.
  TrialCounts leased;

  bool operator==(const Sweep&) const = default;

  // All trials by state, the never leased ones included.
  TrialCounts Counts() const;

  // Every trial has ended.
  bool Ended() const;

  // Trials that may start now beside those that run.
  int64_t Room() const;

  TrialParameters ParametersOf(TrialId trial) const;
  int64_t ConfigOf(TrialId trial) const;
  int64_t SeedOf(TrialId trial) const;
};

}  // namespace pathsweep

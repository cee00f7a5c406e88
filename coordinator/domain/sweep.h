// A sweep as it was submitted, and how far it has come.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/claim.h"
#include "base/grid.h"
#include "base/keep_checkpoint.h"
#include "coordinator/domain/early_stopping.h"
#include "coordinator/domain/search.h"
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
  // The checkpoint of each trial that outlives it.
  KeepCheckpoint keep_checkpoint = KeepCheckpoint::kNone;
  // Takes results of earlier sweeps when it is submitted.
  bool reuse = false;
  // They have passed CheckClaims.
  std::vector<Claim> claims = {};
  // Configs that some claim is undecided about get more seeds, up to so many; 0 = nothing is added.
  int64_t most_seeds = 0;
  // None: the grid is all there is.
  std::optional<Search> search = std::nullopt;
  // None: every trial takes all its steps.
  std::optional<EarlyStopping> early_stopping = std::nullopt;
  // The sweep file as it was written; empty without one.
  std::string source = {};

  bool operator==(const SweepSpec&) const = default;

  // Some claim is about the config.
  bool IsClaimed(const TrialParameters& config) const;
};

// Consecutive trials of a sweep: a grid's configs, or some of them, under its seeds.
struct TrialBlock {
  TrialId first_trial = 0;
  int64_t first_number = 0;  // of the sweep's trials
  int64_t first_config = 0;  // of the sweep's configs; those of the grid follow
  Grid grid;
  int64_t trials = 0;
  std::vector<int64_t> some = {};  // of the grid's configs, by number; empty: all

  TrialId end() const { return first_trial + trials; }
  // How many configs have trials here.
  int64_t configs() const;
  // The following require 0 <= offset < trials. The config's number in the grid:
  int64_t ConfigInGrid(int64_t offset) const;
  int64_t ConfigOf(int64_t offset) const { return first_config + ConfigInGrid(offset); }
  int64_t SeedOf(int64_t offset) const { return grid.seeds[offset / configs()]; }
  bool operator==(const TrialBlock&) const = default;
};

// A sweep in the coordinator's state. Its trials are numbered 0, 1, … in the order in which they
// are leased. Those from `next` on that are not `settled` exist nowhere but here: they are
// computed from their number when their turn comes.
struct Sweep {
  SweepId id = 0;
  std::string request_id;
  // Its grid is the whole, with what was added later.
  SweepSpec spec;
  // The grid as it was submitted, then what was added. Never empty; in order of everything.
  std::vector<TrialBlock> blocks;
  int64_t trials = 0;
  int64_t next = 0;
  // Numbers above `next` of trials that have ended without a lease.
  std::set<int64_t> settled;
  bool cancelled = false;
  bool paused = false;
  // With how many results its claims were judged last; none yet: -1.
  int64_t judged_results = -1;
  absl::Time created_at;
  // Trials that have a row in the store, by state: those that were leased or settled.
  TrialCounts rows;

  bool operator==(const Sweep&) const = default;

  // All trials by state, those without a row included.
  TrialCounts Counts() const;

  // Trials that have not ended.
  int64_t Unfinished() const;

  // No trial runs or waits for a worker; some may be paused.
  bool IsIdle() const;

  // Every trial has ended.
  bool TrialsEnded() const { return Unfinished() == 0; }

  // Trials with a result.
  int64_t Results() const;

  // It has a search that has not chosen all its points.
  bool Searches() const;

  // Every trial has ended, and nothing is added any more: the search has its points, and the claims
  // were judged with all results.
  bool Ended() const;

  // It has claims to be judged: every trial has ended since they were, those of its search too.
  bool AwaitsJudgement() const;

  // Trials that may start now beside those that run.
  int64_t Room() const;

  // The trial has no row.
  bool IsUntouched(TrialId trial) const;

  // Moves `next` on from a trial that has got a row, and past settled ones.
  void Pass(int64_t number);

  TrialId TrialAt(int64_t number) const;
  // The others require a trial of the sweep.
  bool Contains(TrialId trial) const;
  int64_t NumberOf(TrialId trial) const;
  TrialParameters ParametersOf(TrialId trial) const;
  int64_t ConfigOf(TrialId trial) const;
  int64_t SeedOf(TrialId trial) const;
  // The step at which a trial pauses that may go past so many rungs; 0: at none.
  int64_t PauseOf(TrialId trial, int rung) const;

 private:
  const TrialBlock& BlockOf(TrialId trial) const;
};

// Without id, request and time. Requires CountTrials.
Sweep NewSweep(const SweepSpec& spec, TrialId first_trial);

}  // namespace pathsweep

// What may be committed, modelled apart from the coordinator: every event that reaches the
// disk is held against the life of its trial as docs/trial_states.md tells it.
//
// Breaks of the rules are collected, not thrown. Not thread safe.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/types/span.h"
#include "coordinator/domain/event.h"
#include "coordinator/domain/state.h"

namespace pathsweep {

struct LedgerTrial {
  SweepId sweep = 0;
  int attempt = 0;
  int lost = 0;
  bool running = false;
  bool paused = false;
  int rung = 0;
  std::string worker;
  std::optional<TrialState> ended;
  int failed_attempt = 0;  // the one after which it had failed when it was retried
};

class Ledger {
 public:
  void Commit(absl::Span<const Event> events);

  // A user asks for it from now on.
  void AllowCancel(TrialId trial) { cancellable_.insert(trial); }

  // The planner asks for it from now on.
  void AllowStop(TrialId trial) { stoppable_.insert(trial); }
  bool MayStop(TrialId trial) const { return stoppable_.contains(trial); }

  // A user asks for it from now on.
  void AllowPrune(SweepId sweep) { prunable_.insert(sweep); }

  bool WasPruned(TrialId trial) const;

  // Null if it has no row.
  const LedgerTrial* Find(TrialId trial) const;
  bool Measured(TrialId trial, const Measurement& measurement) const;
  // Of a trial that was leased.
  const SweepSpec& SpecOf(TrialId trial) const { return sweeps_.at(Find(trial)->sweep).spec; }
  const std::map<TrialId, LedgerTrial>& trials() const { return trials_; }

  // Counts and live trials of the coordinator's memory are those of the committed events.
  void CheckAgainst(const State& state);

  void Broken(const std::string& rule) { broken_.push_back(rule); }
  const std::vector<std::string>& broken() const { return broken_; }

 private:
  struct LedgerSweep {
    std::vector<std::pair<TrialId, TrialId>> ids;  // first and behind the last
    int64_t trials = 0;
    SweepSpec spec;
    bool cancelled = false;
    bool paused = false;
    bool pruned = false;
    std::string request;
    int64_t running = 0;
    std::set<std::pair<std::string, int64_t>> begun;  // (parameters, seed)
  };

  void Take(const SweepSubmitted& event);
  void Take(const SweepExtended& event);
  void Take(const SweepPruned& event);
  void Take(const TrialSettled& event);
  void Take(const SweepCancelled& event);
  void Take(const SweepPaused& event);
  void Take(const SweepJudged&) {}
  void Take(const AttemptLeased& event);
  void Take(const MeasurementsReported& event);
  void Take(const AttemptEnded& event);
  void Take(const AttemptPaused& event);
  void Take(const TrialPromoted& event);
  void Take(const TrialEnded& event);
  void Take(const TrialRetried& event);
  void Take(const WorkerRegistered&) {}
  void Take(const WorkerReported&) {}
  void Take(const WorkerDisconnected&) {}
  void Take(const LeaseExtended&) {}
  void Take(const GraceGranted&) {}
  void Take(const AttemptCrashed&) {}
  void Take(const StopOrdered&) {}

  static bool Holds(const LedgerSweep& sweep, TrialId trial);
  void TakeIds(LedgerSweep& sweep, TrialId first, int64_t count);
  // The trial has a row from now on.
  void Begin(LedgerSweep& sweep, TrialId trial, const TrialParameters& parameters, int64_t seed);
  void Require(bool holds, TrialId trial, const std::string& rule);

  std::map<SweepId, LedgerSweep> sweeps_;
  std::map<TrialId, LedgerTrial> trials_;
  std::set<TrialId> cancellable_;
  std::set<TrialId> stoppable_;
  std::set<SweepId> prunable_;
  std::set<std::string> requests_;
  std::set<std::string> names_;
  std::set<std::tuple<TrialId, int64_t, std::string>> measured_;
  std::vector<std::string> broken_;
};

}  // namespace pathsweep

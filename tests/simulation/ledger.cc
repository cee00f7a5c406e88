#include "tests/simulation/ledger.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace pathsweep {

void Ledger::Commit(absl::Span<const Event> events) {
  for (const Event& event : events) {
    std::visit([this](const auto& one) { Take(one); }, event);
  }
}

const LedgerTrial* Ledger::Find(TrialId trial) const {
  const auto found = trials_.find(trial);
  return found == trials_.end() ? nullptr : &found->second;
}

bool Ledger::WasPruned(TrialId trial) const {
  return std::ranges::any_of(sweeps_, [&](const auto& entry) {
    return entry.second.pruned && Holds(entry.second, trial);
  });
}

bool Ledger::Holds(const LedgerSweep& sweep, TrialId trial) {
  return std::ranges::any_of(
      sweep.ids, [&](const auto& ids) { return trial >= ids.first && trial < ids.second; });
}

bool Ledger::Measured(TrialId trial, const Measurement& measurement) const {
  return measured_.contains({trial, measurement.step, measurement.metric});
}

void Ledger::Require(bool holds, TrialId trial, const std::string& rule) {
  if (!holds) Broken(absl::StrCat("trial ", trial, ": ", rule));
}

void Ledger::Take(const SweepSubmitted& event) {
  const Sweep& sweep = event.sweep;
  if (!requests_.insert(sweep.request_id).second) Broken("a request made two sweeps");
  if (!names_.insert(sweep.spec.name).second) Broken("two sweeps have one name");
  LedgerSweep added;
  added.spec = sweep.spec;
  added.request = sweep.request_id;
  TakeIds(added, sweep.blocks.front().first_trial, sweep.trials);
  if (!sweeps_.emplace(sweep.id, added).second) Broken("two sweeps have one id");
}

void Ledger::TakeIds(LedgerSweep& sweep, TrialId first, int64_t count) {
  const TrialId end = first + count;
  for (const auto& [id, other] : sweeps_) {
    for (const auto& [begun, ended] : other.ids) {
      if (first < ended && begun < end) Broken("two sweeps share a trial id");
    }
  }
  sweep.ids.emplace_back(first, end);
  sweep.trials += count;
}

void Ledger::Take(const SweepExtended& event) {
  LedgerSweep& sweep = sweeps_.at(event.sweep);
  if (sweep.cancelled) Broken("a cancelled sweep was extended");
  TakeIds(sweep, event.first_trial, event.trials - sweep.trials);
}

void Ledger::Begin(LedgerSweep& sweep, TrialId trial, const TrialParameters& parameters,
                   int64_t seed) {
  Require(Holds(sweep, trial), trial, "is of another sweep");
  std::string text;
  for (const ParameterSpec& spec : TrialParameterTable()) {
    absl::StrAppend(&text, FormatValue(GetParameter(parameters, spec)), " ");
  }
  Require(sweep.begun.emplace(text, seed).second, trial, "another trial has its config and seed");
}

void Ledger::Take(const TrialSettled& event) {
  LedgerSweep& sweep = sweeps_.at(event.sweep);
  Require(!trials_.contains(event.trial), event.trial, "settled though it was leased");
  Require(!sweep.cancelled, event.trial, "settled after its sweep was cancelled");
  Require(event.reused_from || cancellable_.contains(event.trial), event.trial,
          "cancelled though nobody asked");
  Begin(sweep, event.trial, event.parameters, event.seed);
  LedgerTrial& trial = trials_[event.trial];
  trial.sweep = event.sweep;
  trial.ended = event.state;
}

void Ledger::Take(const SweepCancelled& event) { sweeps_.at(event.sweep).cancelled = true; }

void Ledger::Take(const SweepPruned& event) {
  LedgerSweep& sweep = sweeps_.at(event.sweep);
  if (!prunable_.contains(event.sweep)) Broken("a sweep was pruned though nobody asked");
  if (sweep.pruned) Broken("a sweep was pruned twice");
  if (!sweep.cancelled && static_cast<int64_t>(sweep.begun.size()) != sweep.trials) {
    Broken("a sweep was pruned of which trials never ran");
  }
  std::erase_if(trials_, [&](const auto& entry) {
    const auto& [id, trial] = entry;
    if (trial.sweep == event.sweep) Require(trial.ended.has_value(), id, "pruned while live");
    return trial.sweep == event.sweep;
  });
  sweep.pruned = true;
  names_.erase(sweep.spec.name);
  requests_.erase(sweep.request);
}

void Ledger::Take(const SweepPaused& event) { sweeps_.at(event.sweep).paused = event.paused; }

void Ledger::Take(const AttemptLeased& event) {
  const auto [id, number] = event.attempt;
  LedgerSweep& sweep = sweeps_.at(event.sweep);
  LedgerTrial& trial = trials_[id];
  Require(!sweep.cancelled, id, "leased after its sweep was cancelled");
  Require(!sweep.paused, id, "leased while its sweep was paused");
  ++sweep.running;
  Require(sweep.spec.max_parallel == 0 || sweep.running <= sweep.spec.max_parallel, id,
          "more trials run than max_parallel allows");
  Require(!trial.ended, id, "leased after it had ended");
  Require(!trial.running, id, "leased twice at once");
  Require(!trial.paused, id, "leased while it was paused");
  Require(number == trial.attempt + 1, id, "attempt numbers are not 1, 2, …");
  if (number == 1) Begin(sweep, id, event.parameters, event.seed);
  trial.sweep = event.sweep;
  trial.attempt = number;
  trial.running = true;
  trial.worker = event.worker;
}

void Ledger::Take(const MeasurementsReported& event) {
  const LedgerTrial* trial = Find(event.trial);
  Require(trial != nullptr && !trial->ended, event.trial, "measured though it is not live");
  for (const Measurement& one : event.measurements) {
    measured_.insert({event.trial, one.step, one.metric});
  }
}

void Ledger::Take(const AttemptEnded& event) {
  const TrialId id = event.attempt.trial;
  LedgerTrial& trial = trials_[id];
  Require(trial.running && trial.attempt == event.attempt.attempt, id,
          "an attempt ended that was not running");
  LedgerSweep& sweep = sweeps_.at(trial.sweep);
  --sweep.running;
  if (event.counts_as_lost) ++trial.lost;
  Require(trial.lost < sweep.spec.max_attempts, id,
          "waits for another attempt though it has lost all");
  trial.running = false;
}

void Ledger::Take(const AttemptPaused& event) {
  LedgerTrial& trial = trials_[event.attempt.trial];
  Require(trial.running && trial.attempt == event.attempt.attempt, event.attempt.trial,
          "paused in an attempt that was not running");
  const auto& rules = sweeps_.at(trial.sweep).spec.early_stopping;
  Require(rules && rules->hyperband && rules->hyperband->pauses, event.attempt.trial,
          "paused though its sweep has no rungs");
  --sweeps_.at(trial.sweep).running;
  trial.running = false;
  trial.paused = true;
}

void Ledger::Take(const TrialPromoted& event) {
  LedgerTrial& trial = trials_[event.trial];
  Require(trial.paused, event.trial, "promoted though it was not paused");
  trial.paused = false;
  ++trial.rung;
}

void Ledger::Take(const TrialEnded& event) {
  const TrialId id = event.attempt.trial;
  LedgerTrial& trial = trials_[id];
  LedgerSweep& sweep = sweeps_.at(trial.sweep);
  if (trial.running) --sweep.running;
  Require(!trial.ended, id, "ended twice");
  Require(trial.attempt == event.attempt.attempt, id, "ended by a stale attempt");
  switch (event.state) {
    case TrialState::kCancelled:
      Require(sweep.cancelled || cancellable_.contains(id), id, "cancelled though nobody asked");
      break;
    case TrialState::kFailed:
      Require(trial.running, id, "failed while it was not running");
      Require(trial.lost + 1 == sweep.spec.max_attempts, id,
              "failed before the last allowed attempt");
      break;
    case TrialState::kStopped:
      Require(trial.running || stoppable_.contains(id), id, "stopped though nobody asked");
      break;
    default:
      Require(trial.running, id, "succeeded while it was not running");
  }
  trial.running = false;
  trial.paused = false;
  trial.ended = event.state;
}

void Ledger::Take(const TrialRetried& event) {
  LedgerTrial& trial = trials_[event.trial];
  Require(trial.ended == TrialState::kFailed, event.trial, "retried though it has not failed");
  Require(!sweeps_.at(trial.sweep).cancelled, event.trial, "retried though it was cancelled");
  trial.ended.reset();
  trial.failed_attempt = trial.attempt;
  trial.lost = 0;
}

void Ledger::CheckAgainst(const State& state) {
  for (const auto& [id, sweep] : sweeps_) {
    if (state.sweeps.contains(id) == sweep.pruned) Broken("a sweep is gone, or should be");
  }
  for (const auto& [id, sweep] : state.sweeps) {
    TrialCounts counts;
    int64_t rows = 0;
    for (const auto& [trial, known] : trials_) {
      if (known.sweep != id) continue;
      const auto& [ended, running] = std::tie(known.ended, known.running);
      ++counts[ended          ? *ended
               : running      ? TrialState::kRunning
               : known.paused ? TrialState::kPaused
                              : TrialState::kPending];
      ++rows;
      Require(!sweep.IsUntouched(trial), trial, "has a row and memory does not know it");
    }
    const auto settled = static_cast<int64_t>(sweep.settled.size());
    if (counts != sweep.rows || rows != sweep.next + settled) {
      Broken("counts are not those of the rows");
    }
    if (sweep.trials != sweeps_.at(id).trials) Broken("a sweep has not the trials it was given");
    if (sweep.paused != sweeps_.at(id).paused) Broken("a pause in memory is not the stored one");
  }
  for (const auto& [id, attempt] : state.failed_trials) {
    Require(Find(id) != nullptr, id, "failed, and is not there");
  }
  for (const auto& [id, trial] : trials_) {
    Require(state.failed_trials.contains(id) == (trial.ended == TrialState::kFailed), id,
            "failed, and not known as such, or the reverse");
    const auto live = state.live_trials.find(id);
    Require((live != state.live_trials.end()) == !trial.ended, id, "live and ended at once");
    if (live == state.live_trials.end()) continue;
    Require(live->second.attempt == trial.attempt, id, "memory has another attempt");
    Require(live->second.lost_attempts == trial.lost, id, "memory has lost other attempts");
    Require(live->second.rung == trial.rung, id, "memory has it at another rung");
    const Lease* lease = state.leases.Find(id);
    Require((lease != nullptr) == trial.running, id, "a lease and running are not the same");
    Require(lease == nullptr || lease->worker == trial.worker, id, "leased to another worker");
  }
}

}  // namespace pathsweep

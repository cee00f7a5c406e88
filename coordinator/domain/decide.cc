#include "coordinator/domain/decide.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/suggest.h"
#include "base/sweep_name.h"

namespace pathsweep {
namespace {

constexpr char kCancelledAlone[] = "cancelled by a user";

// The name, or the first of name-2, name-3, … that is free; its end makes room for the number
// where it would become too long.
std::string FreeName(const State& state, const std::string& name) {
  std::string candidate = name;
  for (int number = 2; state.FindSweep(candidate) != nullptr; ++number) {
    const std::string suffix = absl::StrCat("-", number);
    candidate = absl::StrCat(name.substr(0, kLongestSweepName - suffix.size()), suffix);
  }
  return candidate;
}

// The trial has ended as it was ordered, none if it was not.
std::optional<Event> Stopped(const State& state, AttemptName attempt, absl::Time now,
                             const Outcome& outcome = {}) {
  const auto ordered = state.stop_orders.find(attempt.trial);
  if (ordered == state.stop_orders.end()) return std::nullopt;
  const auto& [rule, detail] = ordered->second;
  return TrialEnded{attempt,           TrialState::kStopped, rule, detail, now,
                    outcome.execution, outcome.metrics_hash};
}

// The attempt is over without a result: its trial waits for another one or, after the
// last allowed one, has failed.
Event AttemptLost(const State& state, AttemptName attempt, const std::string& reason,
                  absl::Time now) {
  if (std::optional<Event> stopped = Stopped(state, attempt, now)) return *stopped;
  const int lost = state.live_trials.at(attempt.trial).lost_attempts + 1;
  if (lost >= state.SweepOfTrial(attempt.trial)->spec.max_attempts) {
    return TrialEnded{attempt, TrialState::kFailed, reason, "", now};
  }
  return AttemptEnded{attempt, reason, "", /*counts_as_lost=*/true, now};
}

// The trial has the result that the attempt's outcome says.
Event TrialDone(AttemptName attempt, const char* reason, const Outcome& outcome, absl::Time now) {
  return TrialEnded{attempt,           TrialState::kSucceeded, reason, outcome.detail, now,
                    outcome.execution, outcome.metrics_hash};
}

Event GivenBack(AttemptName attempt, const Outcome& outcome, const std::string& worker,
                absl::Time now) {
  return AttemptEnded{attempt,
                      absl::StrCat("handed back by ", worker),
                      outcome.detail,
                      /*counts_as_lost=*/false,
                      now,
                      outcome.execution};
}

// There is a rung before the live trial.
bool Pauses(const State& state, TrialId trial) {
  return state.SweepOfTrial(trial)->PauseOf(trial, state.live_trials.at(trial).rung) > 0;
}

Event AttemptOver(const State& state, AttemptName attempt, const Outcome& outcome,
                  const std::string& worker, absl::Time now) {
  switch (outcome.kind) {
    case Outcome::Kind::kCompleted:
      return TrialDone(attempt, "completed", outcome, now);
    case Outcome::Kind::kSolved:
      return TrialDone(attempt, "solved", outcome, now);
    case Outcome::Kind::kDiverged:
      return TrialDone(attempt, "diverged", outcome, now);
    case Outcome::Kind::kCrashed:
      return AttemptLost(state, attempt, absl::StrCat("crashed on ", worker, ": ", outcome.detail),
                         now);
    case Outcome::Kind::kStopped:
    case Outcome::Kind::kPaused:
    case Outcome::Kind::kReleased:
      break;
  }
  if (std::optional<Event> stopped = Stopped(state, attempt, now, outcome)) return *stopped;
  if (outcome.kind == Outcome::Kind::kPaused && Pauses(state, attempt.trial)) {
    return AttemptPaused{attempt, now, outcome.execution, outcome.metrics_hash};
  }
  // A pause that nobody asked for, for nobody would have it go on; or a stop whose order went with
  // a coordinator before this one, and will come again with its reason.
  return GivenBack(attempt, outcome, worker, now);
}

// Measurements of a stale attempt are as true as any; those of an ended trial are not wanted,
// they would change its result.
void DecideMeasurements(const State& state, const AttemptReport& report, Events& events) {
  const TrialId trial = report.attempt.trial;
  const bool live = state.live_trials.contains(trial);
  if (live && !report.measurements.empty()) {
    events.push_back(MeasurementsReported{trial, report.measurements});
  }
}

void DecideAttempt(const State& state, const AttemptReport& report, const std::string& worker,
                   absl::Time now, const LeasePolicy& policy, Events& events) {
  const AttemptName attempt = report.attempt;
  if (!state.IsRunning(attempt) || state.leases.Find(attempt.trial)->worker != worker) return;
  if (report.outcome.has_value()) {
    if (report.outcome->kind == Outcome::Kind::kCrashed) {
      events.push_back(AttemptCrashed{attempt, worker, report.outcome->detail, now});
    }
    events.push_back(AttemptOver(state, attempt, *report.outcome, worker, now));
  } else {
    events.push_back(
        LeaseExtended{attempt.trial, now + policy.LeaseOf(*state.SweepOfTrial(attempt.trial))});
  }
}

Event Cancelled(TrialId trial, const LiveTrial& live, const std::string& reason, absl::Time now) {
  return TrialEnded{{trial, live.attempt}, TrialState::kCancelled, reason, "", now};
}

// Requires that the trial is untouched.
Event Settled(const Sweep& sweep, TrialId trial, TrialState to, const std::string& reason,
              std::optional<TrialId> reused_from) {
  return TrialSettled{trial,
                      sweep.id,
                      to,
                      reason,
                      reused_from,
                      sweep.ConfigOf(trial),
                      sweep.SeedOf(trial),
                      sweep.ParametersOf(trial)};
}

absl::StatusOr<const Sweep*> RequireOpenSweep(const State& state, absl::string_view name_or_id) {
  absl::StatusOr<const Sweep*> sweep = RequireSweep(state, name_or_id);
  if (sweep.ok() && (*sweep)->cancelled) {
    return absl::FailedPreconditionError(
        absl::StrCat("sweep `", (*sweep)->spec.name, "` is cancelled; submit it anew"));
  }
  return sweep;
}

absl::StatusOr<const Sweep*> RequireUnchanged(const State& state, SweepId id, int64_t trials) {
  const auto sweep = state.sweeps.find(id);
  if (sweep == state.sweeps.end() || sweep->second.trials != trials) {
    return absl::AbortedError("the sweep has changed");
  }
  return &sweep->second;
}

// What a report says of each attempt first.
std::vector<const AttemptReport*> WithoutRepeated(const std::vector<AttemptReport>& attempts) {
  std::vector<const AttemptReport*> first;
  std::set<AttemptName> seen;
  for (const AttemptReport& attempt : attempts) {
    if (seen.insert(attempt.attempt).second) first.push_back(&attempt);
  }
  return first;
}

// A worker that is leaving takes no lease that it has not named by now.
void HandBackUntaken(const State& state, const std::string& worker,
                     const std::vector<AttemptName>& reported, absl::Time now, Events& events) {
  for (TrialId trial : state.leases.OfWorker(worker)) {
    const AttemptName attempt{trial, state.live_trials.at(trial).attempt};
    if (std::ranges::find(reported, attempt) != reported.end()) continue;
    events.push_back(AttemptEnded{attempt, absl::StrCat("not taken by ", worker, ", which left"),
                                  "", /*counts_as_lost=*/false, now});
  }
}

}  // namespace

absl::StatusOr<Events> Decide(const State& state, const SubmitSweep& command, absl::Time now,
                              const LeasePolicy&) {
  if (state.FindSweepByRequest(command.request_id) != nullptr) return Events{};
  absl::StatusOr<int64_t> trials = CountTrials(command.spec.grid);
  if (!trials.ok()) return trials.status();
  Sweep sweep = NewSweep(command.spec, state.next_trial);
  sweep.id = state.next_sweep;
  sweep.request_id = command.request_id;
  sweep.spec.name = FreeName(state, command.spec.name);
  sweep.created_at = now;
  Events events = {SweepSubmitted{sweep}};
  for (const ReusedTrial& reused : command.reused) {
    if (state.SweepOfTrial(reused.from) == nullptr) continue;  // pruned since it was found
    events.push_back(Settled(sweep, sweep.TrialAt(reused.number), TrialState::kSucceeded,
                             reused.reason, reused.from));
  }
  return events;
}

absl::StatusOr<Events> Decide(const State& state, const ExtendSweep& command, absl::Time,
                              const LeasePolicy&) {
  absl::StatusOr<const Sweep*> sweep = RequireOpenSweep(state, command.sweep);
  if (!sweep.ok()) return sweep.status();
  if ((*sweep)->spec.search) {
    return absl::FailedPreconditionError(
        absl::StrCat("sweep `", (*sweep)->spec.name,
                     "` chooses its configs by itself; submit a sweep of its own"));
  }
  absl::StatusOr<Sweep> extended = Extend(**sweep, command.extension, state.next_trial);
  if (!extended.ok()) return extended.status();
  if (extended->trials == (*sweep)->trials) return Events{};
  absl::Status claims = CheckClaims(extended->spec.claims, extended->spec.grid);
  if (!claims.ok()) return claims;
  return Events{SweepExtended{(*sweep)->id, command.extension, state.next_trial, extended->trials}};
}

absl::StatusOr<Events> Decide(const State& state, const GrowSweep& command, absl::Time,
                              const LeasePolicy&) {
  absl::StatusOr<const Sweep*> sweep = RequireUnchanged(state, command.sweep, command.trials);
  if (!sweep.ok()) return sweep.status();
  if ((*sweep)->cancelled) return absl::AbortedError("the sweep was cancelled");
  absl::StatusOr<Sweep> extended = Extend(**sweep, command.extension, state.next_trial);
  if (!extended.ok()) return extended.status();
  return Events{
      SweepExtended{command.sweep, command.extension, state.next_trial, extended->trials}};
}

absl::StatusOr<Events> Decide(const State& state, const JudgeSweep& command, absl::Time,
                              const LeasePolicy&) {
  absl::StatusOr<const Sweep*> sweep = RequireUnchanged(state, command.sweep, command.trials);
  if (!sweep.ok()) return sweep.status();
  if ((*sweep)->Results() != command.results) return absl::AbortedError("the sweep has changed");
  return Events{SweepJudged{command.sweep, command.results, command.configs}};
}

absl::StatusOr<Events> Decide(const State& state, const SteerTrials& command, absl::Time now,
                              const LeasePolicy&) {
  absl::StatusOr<const Sweep*> sweep = RequireUnchanged(state, command.sweep, command.trials);
  if (!sweep.ok()) return sweep.status();
  if (command.steering.last && !(*sweep)->IsIdle()) {
    return absl::AbortedError("the sweep goes on");
  }
  Events events;
  std::set<TrialId> seen;
  for (const auto& [trial, order] : command.steering.stops) {
    const auto live = state.live_trials.find(trial);
    if (live == state.live_trials.end() || !seen.insert(trial).second) continue;
    if (live->second.state != TrialState::kRunning) {
      events.push_back(TrialEnded{
          {trial, live->second.attempt}, TrialState::kStopped, order.rule, order.detail, now});
    } else if (!state.stop_orders.contains(trial)) {
      events.push_back(StopOrdered{trial, order});
    }
  }
  for (TrialId trial : command.steering.promoted) {
    const auto live = state.live_trials.find(trial);
    if (live == state.live_trials.end() || live->second.state != TrialState::kPaused) continue;
    if (seen.insert(trial).second) events.push_back(TrialPromoted{trial});
  }
  return events;
}

absl::StatusOr<Events> Decide(const State& state, const CancelTrial& command, absl::Time now,
                              const LeasePolicy&) {
  absl::StatusOr<const Sweep*> sweep = RequireSweepOfTrial(state, command.trial);
  if (!sweep.ok()) return sweep.status();
  const auto live = state.live_trials.find(command.trial);
  if (live != state.live_trials.end()) {
    return Events{Cancelled(command.trial, live->second, kCancelledAlone, now)};
  }
  if ((*sweep)->cancelled || !(*sweep)->IsUntouched(command.trial)) return Events{};
  return Events{
      Settled(**sweep, command.trial, TrialState::kCancelled, kCancelledAlone, std::nullopt)};
}

absl::StatusOr<Events> Decide(const State& state, const CancelSweep& command, absl::Time now,
                              const LeasePolicy&) {
  absl::StatusOr<const Sweep*> sweep = RequireSweep(state, command.sweep);
  if (!sweep.ok()) return sweep.status();
  if ((*sweep)->Ended()) return Events{};
  Events events = {SweepCancelled{(*sweep)->id}};
  for (const TrialBlock& block : (*sweep)->blocks) {
    for (auto live = state.live_trials.lower_bound(block.first_trial);
         live != state.live_trials.end() && live->first < block.end(); ++live) {
      events.push_back(Cancelled(live->first, live->second, "the sweep was cancelled", now));
    }
  }
  return events;
}

absl::StatusOr<Events> Decide(const State& state, const PauseSweep& command, absl::Time,
                              const LeasePolicy&) {
  absl::StatusOr<const Sweep*> sweep = RequireSweep(state, command.sweep);
  if (!sweep.ok()) return sweep.status();
  if ((*sweep)->paused == command.paused) return Events{};
  if (command.paused && (*sweep)->Ended()) return Events{};
  return Events{SweepPaused{(*sweep)->id, command.paused}};
}

absl::StatusOr<Events> Decide(const State& state, const RetryFailed& command, absl::Time,
                              const LeasePolicy&) {
  absl::StatusOr<const Sweep*> sweep = RequireOpenSweep(state, command.sweep);
  if (!sweep.ok()) return sweep.status();
  Events events;
  for (const TrialBlock& block : (*sweep)->blocks) {
    for (auto failed = state.failed_trials.lower_bound(block.first_trial);
         failed != state.failed_trials.end() && failed->first < block.end(); ++failed) {
      events.push_back(TrialRetried{failed->first});
    }
  }
  return events;
}

absl::StatusOr<Events> Decide(const State& state, const PruneSweep& command, absl::Time now,
                              const LeasePolicy&) {
  absl::StatusOr<const Sweep*> sweep = RequireSweep(state, command.sweep);
  if (!sweep.ok()) return sweep.status();
  if (!(*sweep)->Ended()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "sweep `", (*sweep)->spec.name, "` has not ended; wait for it, or cancel it first"));
  }
  return Events{SweepPruned{(*sweep)->id, (*sweep)->blocks.back().end(), now}};
}

absl::StatusOr<Events> Decide(const State& state, const ReceiveReport& command, absl::Time now,
                              const LeasePolicy& policy) {
  const WorkerReport& report = command.report;
  const std::string& name = report.worker.name;
  Events events;
  const auto known = state.workers.find(name);
  if (known == state.workers.end() || known->second.description != report.worker) {
    events.push_back(WorkerRegistered{report.worker, now});
  }
  const std::vector<const AttemptReport*> attempts = WithoutRepeated(report.attempts);
  // All measurements first: a report may name a stale attempt after the one that ends its trial.
  for (const AttemptReport* attempt : attempts) DecideMeasurements(state, *attempt, events);
  std::vector<AttemptName> reported;
  for (const AttemptReport* attempt : attempts) {
    reported.push_back(attempt->attempt);
    DecideAttempt(state, *attempt, name, now, policy, events);
  }
  if (report.leaving) HandBackUntaken(state, name, reported, now, events);
  events.push_back(WorkerReported{report.worker, report.sequence, std::move(reported),
                                  report.leaving, now, report.device_reading});
  return events;
}

absl::StatusOr<Events> Decide(const State& state, const LoseWorker& command, absl::Time now,
                              const LeasePolicy& policy) {
  Events events = {WorkerDisconnected{command.worker, now}};
  if (now < state.grace_until) return events;  // it broke while the coordinator slept
  for (TrialId trial : state.leases.OfWorker(command.worker)) {
    const absl::Time deadline =
        std::min(state.leases.Find(trial)->deadline, now + policy.reconnect);
    events.push_back(LeaseExtended{trial, deadline});
  }
  return events;
}

absl::StatusOr<Events> Decide(const State& state, const ExpireLeases&, absl::Time now,
                              const LeasePolicy&) {
  Events events;
  std::set<std::string> silent;
  for (TrialId trial : state.leases.ExpiredBy(now)) {
    const std::string& worker = state.leases.Find(trial)->worker;
    silent.insert(worker);
    const std::string reason = absl::StrCat("lease expired: ", worker, " went silent");
    events.push_back(AttemptLost(state, {trial, state.live_trials.at(trial).attempt}, reason, now));
  }
  for (const std::string& worker : silent) {
    const auto known = state.workers.find(worker);
    if (known != state.workers.end() && known->second.connected) {
      events.push_back(WorkerDisconnected{worker, now});
    }
  }
  return events;
}

absl::StatusOr<Events> Decide(const State& state, const GrantGrace&, absl::Time now,
                              const LeasePolicy& policy) {
  Events events = {GraceGranted{now + policy.lease}};
  for (TrialId trial : state.leases.ExpiredBy(absl::InfiniteFuture())) {
    events.push_back(LeaseExtended{trial, now + policy.LeaseOf(*state.SweepOfTrial(trial))});
  }
  return events;
}

absl::StatusOr<const Sweep*> RequireSweep(const State& state, absl::string_view name_or_id) {
  if (const Sweep* sweep = state.FindSweep(name_or_id)) return sweep;
  std::vector<absl::string_view> names;
  for (const auto& [id, sweep] : state.sweeps) names.push_back(sweep.spec.name);
  return absl::NotFoundError(
      absl::StrCat("no sweep `", name_or_id, "`", DidYouMean(name_or_id, names)));
}

absl::StatusOr<const Sweep*> RequireSweepOfTrial(const State& state, TrialId trial) {
  if (const Sweep* sweep = state.SweepOfTrial(trial)) return sweep;
  return absl::NotFoundError(absl::StrCat("no trial ", trial));
}

}  // namespace pathsweep

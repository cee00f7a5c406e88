#include "tests/simulation/sim_worker.h"

#include "absl/strings/str_cat.h"

namespace pathsweep {
namespace {

v1::WorkerDescription Describe(const std::string& name, int slots, int fuse) {
  v1::WorkerDescription worker;
  worker.set_name(name);
  worker.set_slots(slots);
  worker.set_fuse(fuse);
  return worker;
}

// Of every eleven trials one diverges, one crashes once, and one crashes every time.
TrialOutcome OutcomeOf(AttemptKey attempt) {
  const auto& [trial, number] = attempt;
  switch (trial % 11) {
    case 3:
      return {TrialOutcome::Kind::kDiverged, "not finite"};
    case 5:
      return {TrialOutcome::Kind::kCrashed, "poison"};
    case 7:
      if (number == 1) return {TrialOutcome::Kind::kCrashed, "out of memory"};
      break;
    default:
      break;
  }
  return {TrialOutcome::Kind::kCompleted, ""};
}

std::string Text(AttemptKey attempt) {
  return absl::StrCat("trial ", attempt.first, " attempt ", attempt.second);
}

}  // namespace

SimWorker::SimWorker(std::string name, int slots, int fuse, bool broken)
    : name_(std::move(name)), broken_(broken), session_(Describe(name_, slots, fuse)) {}

std::string SimWorker::Train() {
  for (auto& [attempt, job] : jobs_) {
    if (job.ended) continue;
    if (session_.ShouldStop(attempt)) {
      job.ended = true;
      session_.Ended(attempt, {TrialOutcome::Kind::kInterrupted, ""});
      return absl::StrCat(name_, " stops ", Text(attempt));
    }
    if (job.pause_at > 0 && job.measured >= job.pause_at) {
      job.ended = true;
      session_.Ended(attempt, {TrialOutcome::Kind::kPaused, ""});
      return absl::StrCat(name_, " pauses ", Text(attempt));
    }
    if (job.measured == kMeasurements) {
      job.ended = true;
      session_.Ended(attempt, broken_ ? TrialOutcome{TrialOutcome::Kind::kCrashed, "broken"}
                                      : OutcomeOf(attempt));
      return absl::StrCat(name_, " ends ", Text(attempt));
    }
    const int step = ++job.measured;
    const MetricValue metric{"exact_match", static_cast<double>(attempt.first % 7) / step};
    session_.Measured(attempt, step, {&metric, 1});
    return absl::StrCat(name_, " measures ", Text(attempt), " at step ", step);
  }
  return "";
}

v1::WorkerReport SimWorker::Report() {
  v1::WorkerReport report = session_.MakeReport();
  std::vector<Said>& said = said_[report.sequence()];
  for (const v1::AttemptReport& attempt : report.attempts()) {
    Said& one = said.emplace_back();
    one.attempt = {attempt.trial_id(), attempt.attempt()};
    one.outcome = attempt.has_outcome();
    for (const v1::Measurement& measured : attempt.measurements()) {
      one.measurements.push_back({measured.step(), measured.metric(), measured.value()});
    }
  }
  return report;
}

void SimWorker::Follow(const v1::Directive& directive, Ledger& ledger) {
  while (!said_.empty() && said_.begin()->first <= directive.acknowledged_sequence()) {
    for (const Said& said : said_.begin()->second) CheckKept(said, ledger);
    said_.erase(said_.begin());
  }
  // Nobody vouches for what is told to be forgotten.
  for (const v1::AttemptDirective& told : directive.attempts()) {
    if (told.desired() != v1::AttemptDirective::DROP) continue;
    const AttemptName dropped{told.trial_id(), told.attempt()};
    for (auto& [sequence, said] : said_) {
      std::erase_if(said, [&](const Said& one) { return one.attempt == dropped; });
    }
  }
  for (const Assignment& assignment : session_.Follow(directive)) {
    if (!assignment.parameters.ok()) ledger.Broken("a lease has unknown parameters");
    jobs_[assignment.attempt] = {.pause_at = assignment.pause_at_step};
  }
}

// Not kept may be only what the trial's end by something else made pointless: another
// attempt, a cancellation, the last lease that expired, a rule that ended it while nobody had it.
void SimWorker::CheckKept(const Said& said, Ledger& ledger) const {
  const LedgerTrial* trial = ledger.Find(said.attempt.trial);
  if (trial == nullptr && ledger.WasPruned(said.attempt.trial)) return;
  if (trial == nullptr) return ledger.Broken("an attempt was acknowledged that was never leased");
  const bool own_end =
      trial->ended && trial->attempt == said.attempt.attempt &&
      (*trial->ended == TrialState::kSucceeded ||
       (*trial->ended == TrialState::kStopped && !ledger.MayStop(said.attempt.trial)));
  const bool pointless =
      (trial->ended && !own_end) || said.attempt.attempt <= trial->failed_attempt;
  for (const Measurement& one : said.measurements) {
    if (ledger.Measured(said.attempt.trial, one) || pointless) continue;
    ledger.Broken(absl::StrCat("trial ", said.attempt.trial, ": its measurement at step ", one.step,
                               " was acknowledged and is not stored"));
  }
  if (said.outcome && trial->running && trial->attempt == said.attempt.attempt &&
      trial->worker == name_) {
    ledger.Broken(absl::StrCat("trial ", said.attempt.trial,
                               ": its outcome was acknowledged and is not stored"));
  }
}

}  // namespace pathsweep

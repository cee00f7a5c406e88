#include "worker/agent/session.h"

#include <algorithm>
#include <cmath>

#include "base/parameter_proto.h"
#include "base/proto_duration.h"
#include "base/protocol_version.h"

namespace pathsweep {
namespace {

// What has gathered while the coordinator was away must not make a report that is larger
// than a message may be; the rest follows.
constexpr size_t kMeasurementsPerReport = 20'000;

v1::Outcome::Kind KindOf(TrialOutcome::Kind kind, bool stopped) {
  switch (kind) {
    case TrialOutcome::Kind::kCompleted:
      return v1::Outcome::COMPLETED;
    case TrialOutcome::Kind::kSolved:
      return v1::Outcome::SOLVED;
    case TrialOutcome::Kind::kDiverged:
      return v1::Outcome::DIVERGED;
    case TrialOutcome::Kind::kCrashed:
      return v1::Outcome::CRASHED;
    case TrialOutcome::Kind::kPaused:
      return v1::Outcome::PAUSED;
    case TrialOutcome::Kind::kCrowdedOut:
    case TrialOutcome::Kind::kInterrupted:
      return stopped ? v1::Outcome::STOPPED : v1::Outcome::RELEASED;
  }
  return v1::Outcome::KIND_UNSPECIFIED;
}

// None if a newer coordinator says another.
KeepCheckpoint KeepCheckpointOf(const v1::Lease& lease) {
  return v1::KeepCheckpoint_IsValid(lease.keep_checkpoint())
             ? static_cast<KeepCheckpoint>(lease.keep_checkpoint())
             : KeepCheckpoint::kNone;
}

}  // namespace

v1::WorkerReport Session::MakeReport() {
  absl::MutexLock lock(&mutex_);
  v1::WorkerReport report;
  report.set_protocol_version(kProtocolVersion);
  *report.mutable_worker() = worker_;
  report.set_sequence(++sequence_);
  report.set_leaving(leaving_);
  size_t room = kMeasurementsPerReport;
  bool left_over = false;
  for (auto& [key, attempt] : attempts_) {
    v1::AttemptReport& said = *report.add_attempts();
    said.set_trial_id(key.first);
    said.set_attempt(key.second);
    said.set_step(attempt.step);
    const size_t count = std::min(room, attempt.measurements.size());
    room -= count;
    for (size_t i = 0; i < count; ++i) {
      Pending& pending = attempt.measurements[i];
      *said.add_measurements() = pending.measurement;
      if (pending.first_report == 0) pending.first_report = sequence_;
    }
    const bool more = count < attempt.measurements.size();
    left_over = left_over || more;
    if (!attempt.outcome.has_value() || attempt.held || more) continue;  // it comes last
    *said.mutable_outcome() = *attempt.outcome;
    if (attempt.outcome_report == 0) attempt.outcome_report = sequence_;
  }
  changed_ = left_over;
  interrupted_ = false;
  return report;
}

std::vector<Assignment> Session::Follow(const v1::Directive& directive) {
  absl::MutexLock lock(&mutex_);
  Forget(directive.acknowledged_sequence());
  for (const v1::AttemptDirective& said : directive.attempts()) {
    const auto attempt = attempts_.find({said.trial_id(), said.attempt()});
    if (attempt == attempts_.end()) continue;
    if (said.desired() == v1::AttemptDirective::DROP) attempts_.erase(attempt);
    if (said.desired() == v1::AttemptDirective::STOP) attempt->second.stop = true;
  }
  std::vector<Assignment> assignments;
  for (const v1::Lease& lease : directive.leases()) {
    const AttemptKey key{lease.trial_id(), lease.attempt()};
    if (leaving_ || !attempts_.emplace(key, Attempt{}).second) continue;
    assignments.push_back({key, static_cast<uint64_t>(lease.seed()), FromProto(lease.parameters()),
                           ToDuration(lease.checkpoint_interval()), KeepCheckpointOf(lease),
                           lease.pause_at_step()});
    changed_ = true;
  }
  return assignments;
}

void Session::Forget(uint64_t acknowledged) {
  acknowledged_ = std::max(acknowledged_, acknowledged);
  std::erase_if(attempts_, [&](const auto& entry) {
    return entry.second.outcome_report != 0 && entry.second.outcome_report <= acknowledged;
  });
  for (auto& [key, attempt] : attempts_) {
    std::erase_if(attempt.measurements, [&](const Pending& pending) {
      return pending.first_report != 0 && pending.first_report <= acknowledged;
    });
  }
}

bool Session::WaitToReport(absl::Time deadline) {
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithDeadline(absl::Condition(this, &Session::ReadyToReport), deadline);
  return !HasLeft();
}

void Session::Interrupt() {
  absl::MutexLock lock(&mutex_);
  interrupted_ = true;
}

bool Session::Left() const {
  absl::MutexLock lock(&mutex_);
  return HasLeft();
}

bool Session::HasLeft() const { return leaving_ && attempts_.empty(); }

bool Session::ReadyToReport() const {
  return interrupted_ || HasLeft() || (changed_ && acknowledged_ == sequence_);
}

void Session::Measured(AttemptKey key, int64_t step, absl::Span<const MetricValue> metrics) {
  absl::MutexLock lock(&mutex_);
  const auto attempt = attempts_.find(key);
  if (attempt == attempts_.end() || attempt->second.outcome.has_value()) return;
  for (const MetricValue& metric : metrics) {
    if (!std::isfinite(metric.value)) continue;
    Pending& pending = attempt->second.measurements.emplace_back();
    pending.measurement.set_step(step);
    pending.measurement.set_metric(metric.name);
    pending.measurement.set_value(metric.value);
  }
  changed_ = true;
}

void Session::Advanced(AttemptKey key, int64_t step) {
  absl::MutexLock lock(&mutex_);
  const auto attempt = attempts_.find(key);
  if (attempt != attempts_.end()) attempt->second.step = step;
}

bool Session::ShouldStop(AttemptKey key) const {
  absl::MutexLock lock(&mutex_);
  const auto attempt = attempts_.find(key);
  return leaving_ || attempt == attempts_.end() || attempt->second.stop;
}

void Session::Ended(AttemptKey key, const TrialOutcome& outcome, bool held) {
  absl::MutexLock lock(&mutex_);
  const auto attempt = attempts_.find(key);
  if (attempt == attempts_.end() || attempt->second.outcome.has_value()) return;
  v1::Outcome& said = attempt->second.outcome.emplace();
  said.set_kind(KindOf(outcome.kind, attempt->second.stop));
  said.set_detail(outcome.detail);
  said.set_metrics_hash(outcome.metrics_hash);
  said.set_fused(outcome.fused);
  said.set_execution(outcome.execution);
  said.set_energy_joules(outcome.energy_joules);
  attempt->second.held = held && !leaving_;
  changed_ = changed_ || !attempt->second.held;
}

void Session::Release(AttemptKey key) {
  absl::MutexLock lock(&mutex_);
  const auto attempt = attempts_.find(key);
  if (attempt == attempts_.end()) return;
  attempt->second.held = false;
  changed_ = true;
}

bool Session::GiveUpSlot() {
  absl::MutexLock lock(&mutex_);
  if (worker_.slots() <= 1) return false;
  worker_.set_slots(worker_.slots() - 1);
  changed_ = true;
  return true;
}

void Session::AddSlots(int count) {
  absl::MutexLock lock(&mutex_);
  worker_.set_slots(worker_.slots() + count);
  changed_ = changed_ || count > 0;
}

void Session::SetSlots(int count) {
  absl::MutexLock lock(&mutex_);
  changed_ = changed_ || worker_.slots() != count;
  worker_.set_slots(count);
}

bool Session::WaitUntilKept(AttemptKey attempt, int64_t step, absl::Time deadline) const {
  const auto decided = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return IsReported(attempt) || IsKept(attempt, step);
  };
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithDeadline(absl::Condition(&decided), deadline);
  return !IsReported(attempt) && IsKept(attempt, step);
}

bool Session::IsHeld(AttemptKey key) const {
  absl::MutexLock lock(&mutex_);
  const auto attempt = attempts_.find(key);
  return attempt != attempts_.end() && attempt->second.held;
}

bool Session::IsRunning(AttemptKey attempt) const {
  absl::MutexLock lock(&mutex_);
  return !IsOver(attempt);
}

bool Session::Holds(AttemptKey attempt) const {
  absl::MutexLock lock(&mutex_);
  return attempts_.contains(attempt);
}

bool Session::IsOver(AttemptKey attempt) const {
  const auto found = attempts_.find(attempt);
  return found == attempts_.end() || found->second.outcome.has_value();
}

// Or about to be, or gone.
bool Session::IsReported(AttemptKey attempt) const {
  const auto found = attempts_.find(attempt);
  return found == attempts_.end() || (found->second.outcome.has_value() && !found->second.held);
}

bool Session::IsKept(AttemptKey attempt, int64_t step) const {
  const auto found = attempts_.find(attempt);
  return found != attempts_.end() &&
         std::ranges::none_of(found->second.measurements, [&](const Pending& pending) {
           return pending.measurement.step() <= step;
         });
}

void Session::TakeNoMore() {
  absl::MutexLock lock(&mutex_);
  leaving_ = true;
}

void Session::Leave() {
  absl::MutexLock lock(&mutex_);
  leaving_ = true;
  changed_ = true;
  for (auto& [key, attempt] : attempts_) {
    attempt.held = false;
    if (!attempt.outcome.has_value()) {
      attempt.outcome.emplace().set_kind(v1::Outcome::RELEASED);
    }
  }
}

}  // namespace pathsweep

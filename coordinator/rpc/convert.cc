#include "coordinator/rpc/convert.h"

#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/claim_proto.h"
#include "base/device_reading_proto.h"
#include "base/early_stopping_proto.h"
#include "base/metrics.h"
#include "base/parameter_proto.h"
#include "base/proto_duration.h"
#include "base/protocol_version.h"
#include "base/sweep_name.h"
#include "base/utf8.h"
#include "coordinator/domain/quarantine.h"
#include "coordinator/rpc/early_stopping_convert.h"
#include "coordinator/rpc/search_convert.h"
#include "coordinator/search/proposals.h"

namespace pathsweep {
namespace {

constexpr size_t kLongestName = 64;
constexpr size_t kLongestText = 4096;
constexpr int kMaxSlots = 1024;
// A worker holds as many as it has slots, and for a moment as many again that are stale.
constexpr int kMostAttempts = 16 * kMaxSlots;

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  const int64_t nanoseconds = absl::ToUnixNanos(time);
  timestamp.set_seconds(nanoseconds / 1'000'000'000);
  timestamp.set_nanos(static_cast<int32_t>(nanoseconds % 1'000'000'000));
  return timestamp;
}

Execution ExecutionOf(const v1::Outcome& proto) {
  const double energy = proto.energy_joules();
  return {.fused = std::clamp(proto.fused(), 0, kMaxSlots),
          .code = std::string(Utf8Prefix(proto.execution(), kLongestText)),
          .energy_joules = std::isfinite(energy) ? std::max(energy, 0.0) : 0};
}

// What no device can say it has not said.
DeviceReading FromProto(const v1::DeviceReading& proto) {
  const auto number = [](bool set, double value, double lowest, double highest) {
    const bool is_one = set && value >= lowest && value <= highest;
    return is_one ? std::optional(value) : std::nullopt;
  };
  DeviceReading reading;
  reading.utilization = number(proto.has_utilization(), proto.utilization(), 0, 1);
  reading.power_watts = number(proto.has_power_watts(), proto.power_watts(), 0, 1e6);
  reading.temperature_celsius =
      number(proto.has_temperature_celsius(), proto.temperature_celsius(), -300, 1000);
  if (proto.memory_used_bytes() > 0) reading.memory_used_bytes = proto.memory_used_bytes();
  return reading;
}

absl::StatusOr<Outcome> FromProto(const v1::Outcome& proto) {
  Outcome outcome{.detail = std::string(Utf8Prefix(proto.detail(), kLongestText)),
                  .execution = ExecutionOf(proto)};
  if (proto.metrics_hash() != 0) outcome.metrics_hash = proto.metrics_hash();
  switch (proto.kind()) {
    case v1::Outcome::COMPLETED:
      outcome.kind = Outcome::Kind::kCompleted;
      return outcome;
    case v1::Outcome::SOLVED:
      outcome.kind = Outcome::Kind::kSolved;
      return outcome;
    case v1::Outcome::DIVERGED:
      outcome.kind = Outcome::Kind::kDiverged;
      return outcome;
    case v1::Outcome::CRASHED:
      outcome.kind = Outcome::Kind::kCrashed;
      return outcome;
    case v1::Outcome::RELEASED:
      outcome.kind = Outcome::Kind::kReleased;
      return outcome;
    case v1::Outcome::STOPPED:
      outcome.kind = Outcome::Kind::kStopped;
      return outcome;
    case v1::Outcome::PAUSED:
      outcome.kind = Outcome::Kind::kPaused;
      return outcome;
    default:
      return absl::InvalidArgumentError("an attempt's outcome has no kind");
  }
}

absl::StatusOr<AttemptReport> FromProto(const v1::AttemptReport& proto) {
  AttemptReport report{{proto.trial_id(), proto.attempt()}, {}, std::nullopt};
  for (const v1::Measurement& one : proto.measurements()) {
    if (!std::isfinite(one.value()) || one.metric().empty() || one.metric().size() > kLongestName ||
        one.step() < 0) {
      return absl::InvalidArgumentError(absl::StrCat("trial ", proto.trial_id(), " reports `",
                                                     one.metric(), "` = ", one.value(), " at step ",
                                                     one.step(), ", which is not a measurement"));
    }
    report.measurements.push_back({one.step(), one.metric(), one.value()});
  }
  if (proto.has_outcome()) {
    absl::StatusOr<Outcome> outcome = FromProto(proto.outcome());
    if (!outcome.ok()) return outcome.status();
    report.outcome = *std::move(outcome);
  }
  return report;
}

absl::Status CheckWorker(const v1::WorkerDescription& worker) {
  if (worker.name().empty() || worker.name().size() > 4 * kLongestName || worker.slots() < 1 ||
      worker.slots() > kMaxSlots) {
    return absl::InvalidArgumentError(absl::StrCat("a worker needs a name and 1 to ", kMaxSlots,
                                                   " slots, not `", worker.name(), "` and ",
                                                   worker.slots()));
  }
  if (worker.fuse() < 0 || worker.fuse() > kMaxSlots) {
    return absl::InvalidArgumentError(
        absl::StrCat("a worker fuses at most ", kMaxSlots, " trials, not ", worker.fuse()));
  }
  for (const std::string* text : {&worker.hostname(), &worker.device(), &worker.device_name()}) {
    if (text->size() <= kLongestText) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("a worker's hostname, device and device_name "
                     "have at most ",
                     kLongestText, " bytes, not ", text->size()));
  }
  for (const std::string* text : {&worker.build(), &worker.libtorch()}) {
    if (text->size() <= kLongestName) continue;
    return absl::InvalidArgumentError(absl::StrCat("a worker's build and libtorch have at most ",
                                                   kLongestName, " bytes, not ", text->size()));
  }
  return absl::OkStatus();
}

v1::KeepCheckpoint ToProto(KeepCheckpoint keep) {
  if (keep == KeepCheckpoint::kNewest) return v1::KEEP_CHECKPOINT_LAST;
  return static_cast<v1::KeepCheckpoint>(static_cast<int>(keep));
}

v1::TrialState ToProto(TrialState state) {
  return static_cast<v1::TrialState>(static_cast<int>(state) + v1::TRIAL_STATE_PENDING);
}

v1::AttemptDirective::Desired ToProto(Directive::Wish wish) {
  switch (wish) {
    case Directive::Wish::kContinue:
      return v1::AttemptDirective::CONTINUE;
    case Directive::Wish::kStop:
      return v1::AttemptDirective::STOP;
    case Directive::Wish::kDrop:
      break;
  }
  return v1::AttemptDirective::DROP;
}

v1::SweepState StateOf(const Sweep& sweep) {
  if (sweep.cancelled) return v1::SWEEP_STATE_CANCELLED;
  if (sweep.Ended()) return v1::SWEEP_STATE_FINISHED;
  return sweep.paused ? v1::SWEEP_STATE_PAUSED : v1::SWEEP_STATE_RUNNING;
}

absl::Status CheckTimes(const v1::SweepSpec& proto) {
  const double lease = proto.lease_seconds();
  if (lease != 0 && !(lease >= kShortestLease && lease <= kLongestSeconds)) {
    return absl::InvalidArgumentError(absl::StrCat("`lease_seconds` must be from ", kShortestLease,
                                                   " to ", kLongestSeconds, ", not ", lease));
  }
  const double checkpoint = proto.checkpoint_seconds();
  if (!(checkpoint >= 0 && checkpoint <= kLongestSeconds)) {
    return absl::InvalidArgumentError(absl::StrCat("`checkpoint_seconds` must be from 0 to ",
                                                   kLongestSeconds, ", not ", checkpoint));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SweepSpec> FromProto(const v1::SweepSpec& proto) {
  if (absl::Status name = CheckSweepName(proto.name()); !name.ok()) return name;
  if (!proto.metric().empty()) {
    if (absl::Status metric = CheckMetricName(proto.metric()); !metric.ok()) return metric;
  }
  if (absl::Status text = CheckDescription(proto.description()); !text.ok()) return text;
  if (proto.source().size() > kLargestSweepFile) {
    return absl::InvalidArgumentError(absl::StrCat("`source` has ", proto.source().size(),
                                                   " bytes, ", kLargestSweepFile, " at most"));
  }
  if (proto.max_attempts() < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("`max_attempts` must be at least 1, not ", proto.max_attempts()));
  }
  if (proto.priority() < -kHighestPriority || proto.priority() > kHighestPriority) {
    return absl::InvalidArgumentError(absl::StrCat("`priority` must be from ", -kHighestPriority,
                                                   " to ", kHighestPriority, ", not ",
                                                   proto.priority()));
  }
  if (proto.max_parallel() < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("`max_parallel` must be at least 1, not ", proto.max_parallel()));
  }
  if (absl::Status times = CheckTimes(proto); !times.ok()) return times;
  absl::StatusOr<Grid> grid = proto.has_search() ? SpaceFromProto(proto) : GridFromProto(proto);
  if (!grid.ok()) return grid.status();
  absl::StatusOr<std::vector<Claim>> claims = ClaimsFromProto(proto, *grid);
  if (!claims.ok()) return claims.status();
  SweepSpec spec;
  if (proto.has_search()) {
    absl::StatusOr<Search> search = SearchFromProto(proto, *grid, *claims);
    if (!search.ok()) return search.status();
    grid->joint.clear();
    absl::StatusOr<JointAxis> first = FirstPoints(*search, *grid);
    if (!first.ok()) return first.status();
    grid->joint = {*std::move(first)};
    spec.search = *std::move(search);
  }
  spec.name = proto.name();
  spec.description = proto.description();
  spec.source = proto.source();
  spec.grid = *std::move(grid);
  if (!proto.metric().empty()) spec.metric = proto.metric();
  if (proto.max_attempts() > 0) spec.max_attempts = proto.max_attempts();
  spec.priority = proto.priority();
  spec.max_parallel = proto.max_parallel();
  spec.lease = absl::Seconds(proto.lease_seconds());
  if (proto.has_checkpoint_seconds()) {
    spec.checkpoint_interval = absl::Seconds(proto.checkpoint_seconds());
  }
  if (!v1::KeepCheckpoint_IsValid(proto.keep_checkpoint())) {
    return absl::InvalidArgumentError("`keep_checkpoint` is none, last or best");
  }
  spec.keep_checkpoint = static_cast<KeepCheckpoint>(proto.keep_checkpoint());
  spec.reuse = proto.reuse();
  spec.claims = *std::move(claims);
  spec.most_seeds = proto.most_seeds();
  if (proto.has_early_stopping()) {
    absl::Status rules = CheckEarlyStopping(proto, spec.grid, spec.claims);
    if (!rules.ok()) return rules;
    spec.early_stopping = FromProto(proto.early_stopping());
  }
  return spec;
}

absl::StatusOr<Extension> FromProto(const v1::ExtendSweepRequest& proto) {
  Extension extension;
  for (const v1::Axis& proto_axis : proto.axes()) {
    absl::StatusOr<GridAxis> axis = pathsweep::FromProto(proto_axis);
    if (!axis.ok()) return axis.status();
    extension.axes.push_back(*std::move(axis));
  }
  extension.seeds = {proto.seeds().begin(), proto.seeds().end()};
  return extension;
}

absl::StatusOr<WorkerReport> FromProto(const v1::WorkerReport& proto) {
  if (proto.protocol_version() != kProtocolVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat("the worker speaks protocol version ", proto.protocol_version(),
                     ", this coordinator ", kProtocolVersion, "; upgrade the older of the two"));
  }
  const v1::WorkerDescription& worker = proto.worker();
  if (absl::Status valid = CheckWorker(worker); !valid.ok()) return valid;
  if (proto.attempts_size() > kMostAttempts) {
    return absl::InvalidArgumentError(absl::StrCat("a report names at most ", kMostAttempts,
                                                   " attempts, not ", proto.attempts_size()));
  }
  WorkerReport report;
  report.worker = {.name = worker.name(),
                   .hostname = worker.hostname(),
                   .device = worker.device(),
                   .device_name = worker.device_name(),
                   .memory_bytes = worker.memory_bytes(),
                   .slots = worker.slots(),
                   .fuse = std::max(worker.fuse(), 1),
                   .build = worker.build(),
                   .libtorch = worker.libtorch(),
                   .threads = worker.threads()};
  report.sequence = proto.sequence();
  report.leaving = proto.leaving();
  report.device_reading = FromProto(proto.device_reading());
  for (const v1::AttemptReport& one : proto.attempts()) {
    absl::StatusOr<AttemptReport> attempt = FromProto(one);
    if (!attempt.ok()) return attempt.status();
    report.attempts.push_back(*std::move(attempt));
  }
  return report;
}

v1::Sweep ToProto(const Sweep& sweep) {
  v1::Sweep proto = SummaryToProto(sweep);
  proto.mutable_spec()->set_source(sweep.spec.source);
  ToProto(sweep.spec.grid, *proto.mutable_spec());
  for (const Claim& claim : sweep.spec.claims) *proto.mutable_spec()->add_claims() = ToProto(claim);
  if (sweep.spec.search) *proto.mutable_spec()->mutable_search() = ToProto(*sweep.spec.search);
  if (sweep.spec.early_stopping) {
    *proto.mutable_spec()->mutable_early_stopping() = ToProto(*sweep.spec.early_stopping);
  }
  return proto;
}

v1::Sweep SummaryToProto(const Sweep& sweep) {
  v1::Sweep proto;
  proto.set_id(sweep.id);
  v1::SweepSpec& spec = *proto.mutable_spec();
  spec.set_name(sweep.spec.name);
  spec.set_description(sweep.spec.description);
  spec.set_metric(sweep.spec.metric);
  spec.set_max_attempts(sweep.spec.max_attempts);
  spec.set_priority(sweep.spec.priority);
  spec.set_max_parallel(sweep.spec.max_parallel);
  spec.set_lease_seconds(absl::ToDoubleSeconds(sweep.spec.lease));
  spec.set_checkpoint_seconds(absl::ToDoubleSeconds(sweep.spec.checkpoint_interval));
  spec.set_keep_checkpoint(ToProto(sweep.spec.keep_checkpoint));
  spec.set_reuse(sweep.spec.reuse);
  spec.set_most_seeds(sweep.spec.most_seeds);
  proto.set_state(StateOf(sweep));
  *proto.mutable_created_at() = ToTimestamp(sweep.created_at);
  const TrialCounts counts = sweep.Counts();
  v1::TrialCounts& trials = *proto.mutable_trials();
  trials.set_total(sweep.trials);
  trials.set_pending(counts[TrialState::kPending]);
  trials.set_running(counts[TrialState::kRunning]);
  trials.set_succeeded(counts[TrialState::kSucceeded]);
  trials.set_failed(counts[TrialState::kFailed]);
  trials.set_stopped(counts[TrialState::kStopped]);
  trials.set_cancelled(counts[TrialState::kCancelled]);
  trials.set_paused(counts[TrialState::kPaused]);
  return proto;
}

v1::Trial ToProto(const TrialRecord& trial) {
  v1::Trial proto;
  proto.set_id(trial.id);
  proto.set_sweep_id(trial.sweep);
  proto.set_state(ToProto(trial.state));
  proto.set_attempt(trial.attempt);
  proto.set_seed(trial.seed);
  ToProto(trial.parameters, *proto.mutable_parameters());
  for (const auto& [name, result] : trial.results) *proto.add_metrics() = ToProto(result);
  proto.set_reason(trial.reason);
  proto.set_detail(trial.detail);
  proto.set_worker(trial.worker);
  proto.set_reused_from(trial.reused_from.value_or(0));
  proto.set_metrics_hash(trial.metrics_hash);
  return proto;
}

v1::Attempt ToProto(const AttemptRecord& attempt) {
  v1::Attempt proto;
  proto.set_number(attempt.number);
  proto.set_worker(attempt.worker);
  *proto.mutable_leased_at() = ToTimestamp(attempt.leased_at);
  if (attempt.ended_at) *proto.mutable_ended_at() = ToTimestamp(*attempt.ended_at);
  proto.set_reason(attempt.reason);
  proto.set_build(attempt.build);
  proto.set_libtorch(attempt.libtorch);
  proto.set_device(attempt.device);
  proto.set_device_name(attempt.device_name);
  proto.set_threads(attempt.threads);
  proto.set_fused(attempt.execution.fused);
  proto.set_execution(attempt.execution.code);
  proto.set_energy_joules(attempt.execution.energy_joules);
  return proto;
}

v1::EarlyStops ToProto(const EarlyStops& stops) {
  v1::EarlyStops proto;
  proto.set_rule(stops.rule);
  proto.set_trials(stops.trials);
  proto.set_steps_taken(stops.steps_taken);
  proto.set_steps_whole(stops.steps_whole);
  return proto;
}

v1::Estimate ToProto(const Estimate& estimate) {
  v1::Estimate proto;
  proto.set_value(estimate.value);
  if (estimate.low.has_value()) proto.set_low(*estimate.low);
  if (estimate.high.has_value()) proto.set_high(*estimate.high);
  return proto;
}

v1::Verdict ToProto(Verdict verdict) {
  switch (verdict) {
    case Verdict::kHolds:
      return v1::VERDICT_HOLDS;
    case Verdict::kFails:
      return v1::VERDICT_FAILS;
    case Verdict::kUndecided:
      break;
  }
  return v1::VERDICT_UNDECIDED;
}

v1::Effects ToProto(const Effects& effects) {
  v1::Effects proto;
  proto.set_none(effects.none);
  proto.set_sampled(effects.sampled);
  for (const Effect& effect : effects.all) {
    v1::Effect& to = *proto.add_all();
    to.mutable_parameters()->Assign(effect.parameters.begin(), effect.parameters.end());
    *to.mutable_share() = ToProto(effect.share);
    if (effect.noise_floor) to.set_noise_floor(*effect.noise_floor);
  }
  return proto;
}

v1::Environment ToProto(const EnvironmentRecord& environment) {
  v1::Environment proto;
  proto.set_build(environment.build);
  proto.set_libtorch(environment.libtorch);
  proto.set_device(environment.device);
  proto.set_device_name(environment.device_name);
  proto.set_threads(environment.threads);
  proto.set_attempts(environment.attempts);
  return proto;
}

v1::Measurement ToProto(const Measurement& measurement) {
  v1::Measurement proto;
  proto.set_step(measurement.step);
  proto.set_metric(measurement.metric);
  proto.set_value(measurement.value);
  return proto;
}

v1::Worker ToProto(const ConnectedWorker& worker, int running) {
  v1::Worker proto;
  proto.set_name(worker.description.name);
  proto.set_hostname(worker.description.hostname);
  proto.set_device(worker.description.device);
  proto.set_device_name(worker.description.device_name);
  proto.set_memory_bytes(worker.description.memory_bytes);
  proto.set_slots(worker.description.slots);
  proto.set_fuse(worker.description.fuse);
  proto.set_running(running);
  proto.set_connected(worker.connected);
  *proto.mutable_last_seen() = ToTimestamp(worker.last_seen);
  *proto.mutable_device_reading() = ToProto(worker.device_reading);
  proto.set_quarantine(WhyQuarantined(worker));
  return proto;
}

void ToProto(const Directive& directive, v1::Directive& proto) {
  proto.set_acknowledged_sequence(directive.acknowledged_sequence);
  ToProto(directive.report_interval, *proto.mutable_report_interval());
  for (const Directive::Desired& desired : directive.attempts) {
    v1::AttemptDirective& attempt = *proto.add_attempts();
    attempt.set_trial_id(desired.attempt.trial);
    attempt.set_attempt(desired.attempt.attempt);
    attempt.set_desired(ToProto(desired.wish));
    attempt.set_reason(desired.reason);
  }
  for (const Directive::Lease& lease : directive.leases) {
    v1::Lease& added = *proto.add_leases();
    added.set_trial_id(lease.attempt.trial);
    added.set_attempt(lease.attempt.attempt);
    added.set_seed(lease.seed);
    ChangedToProto(lease.parameters, *added.mutable_parameters());
    if (lease.checkpoint_interval > absl::ZeroDuration()) {
      ToProto(lease.checkpoint_interval, *added.mutable_checkpoint_interval());
    }
    added.set_keep_checkpoint(ToProto(lease.keep_checkpoint));
    added.set_pause_at_step(lease.pause_at_step);
  }
}

}  // namespace pathsweep

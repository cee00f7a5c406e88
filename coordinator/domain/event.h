// What has happened, as values. Decide() makes events, Apply() changes the state by
// them, the store writes them; nothing else changes a sweep or a trial.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/domain/extension.h"
#include "coordinator/domain/judgement.h"
#include "coordinator/domain/steering.h"
#include "coordinator/domain/sweep.h"
#include "coordinator/domain/worker.h"

namespace pathsweep {

struct SweepSubmitted {
  Sweep sweep;
};

// No trial of the sweep starts any more; those that were live end by events of their own.
struct SweepCancelled {
  SweepId sweep;
};

// A paused sweep starts no trial; those that run go on.
struct SweepPaused {
  SweepId sweep;
  bool paused;
};

// The sweep has more trials, with ids from `first_trial` on: `trials` in all.
struct SweepExtended {
  SweepId sweep;
  Extension extension;
  TrialId first_trial;
  int64_t trials;
};

// What was found about a sweep's claims when its trials had ended, instead of what was found
// before.
struct SweepJudged {
  SweepId sweep;
  int64_t results;  // trials with a result, by which they were judged
  std::shared_ptr<const std::vector<JudgedConfig>> configs;
};

// The sweep, which had ended, is no more, nor are its trials; the ids of both are not given again.
struct SweepPruned {
  SweepId sweep;
  TrialId end_trial;  // behind its last
  absl::Time at;
};

// A trial that was never leased has ended: cancelled, or with the results of another one.
struct TrialSettled {
  TrialId trial;
  SweepId sweep;
  TrialState state;
  std::string reason;
  std::optional<TrialId> reused_from;
  int64_t config;
  int64_t seed;
  TrialParameters parameters;
};

// A failed trial waits for attempts again, as many as at first.
struct TrialRetried {
  TrialId trial;
};

struct WorkerRegistered {
  WorkerDescription worker;
  absl::Time at;
};

struct AttemptLeased {
  AttemptName attempt;
  SweepId sweep;
  std::string worker;
  absl::Time at;
  absl::Time deadline;
  int64_t config;
  int64_t seed;
  TrialParameters parameters;
};

struct MeasurementsReported {
  TrialId trial;
  std::vector<Measurement> measurements;
};

// The attempt is over without a result and its trial waits for the next one.
struct AttemptEnded {
  AttemptName attempt;
  std::string reason;
  std::string detail;  // for people
  bool counts_as_lost;
  absl::Time at;
  Execution execution = {};
};

// The attempt has come to a rung, and its trial waits there without a worker.
struct AttemptPaused {
  AttemptName attempt;
  absl::Time at;
  Execution execution = {};
  std::optional<uint64_t> metrics_hash = std::nullopt;
};

// A trial that is paused waits for its next attempt, which goes past the rung.
struct TrialPromoted {
  TrialId trial;
};

// The trial has reached a terminal state.
struct TrialEnded {
  AttemptName attempt;
  TrialState state;
  std::string reason;  // one word for a result; a sentence for a failure
  std::string detail;  // for people
  absl::Time at;
  Execution execution = {};
  std::optional<uint64_t> metrics_hash = std::nullopt;
};

// The rest live in memory alone: they say who is connected, until when a lease holds and whom to
// trust, and after a restart the workers say it again.

// The running trial is to end: why, as its end will say.
struct StopOrdered {
  TrialId trial;
  StopOrder order;
};

// Followed by the event that ends the attempt.
struct AttemptCrashed {
  AttemptName attempt;
  std::string worker;
  std::string detail;  // for people
  absl::Time at;
};

struct WorkerReported {
  WorkerDescription worker;
  uint64_t sequence;
  std::vector<AttemptName> attempts;
  bool leaving;
  absl::Time at;
  DeviceReading device_reading = {};
};

// Nobody is to blame for a broken stream until then.
struct GraceGranted {
  absl::Time until;
};

struct WorkerDisconnected {
  std::string worker;
  absl::Time at;
};

struct LeaseExtended {
  TrialId trial;
  absl::Time deadline;
};

using Event =
    std::variant<SweepSubmitted, SweepExtended, SweepCancelled, SweepPaused, SweepJudged,
                 SweepPruned, TrialSettled, WorkerRegistered, AttemptLeased, MeasurementsReported,
                 AttemptEnded, AttemptPaused, TrialPromoted, TrialEnded, TrialRetried, StopOrdered,
                 AttemptCrashed, WorkerReported, WorkerDisconnected, LeaseExtended, GraceGranted>;

}  // namespace pathsweep

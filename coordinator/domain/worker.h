// What a worker says of itself and of its attempts, and what the coordinator answers.
// The protocol's manual is proto/pathsweep/v1/worker_service.proto.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/device_reading.h"
#include "base/keep_checkpoint.h"
#include "base/trial_parameters.h"
#include "coordinator/domain/trial.h"

namespace pathsweep {

struct WorkerDescription {
  std::string name;
  std::string hostname;
  std::string device;
  std::string device_name;
  int64_t memory_bytes = 0;
  int slots = 1;
  // Trials of one shape that it trains as one model, at most.
  int fuse = 1;
  // With the device what a trial's numbers depend on beside its parameters and seed; empty and 0 if
  // the worker does not say.
  std::string build;
  std::string libtorch;
  int threads = 0;

  bool operator==(const WorkerDescription&) const = default;
};

struct Measurement {
  int64_t step = 0;
  std::string metric;
  double value = 0;

  bool operator==(const Measurement&) const = default;
};

// How a device ran an attempt; empty and 0 where the worker does not say.
struct Execution {
  int fused = 0;     // the most trials that trained as one model with it, itself included
  std::string code;  // for people: which computed what there is a choice of
  double energy_joules = 0;

  bool operator==(const Execution&) const = default;
};

// How an attempt ended, in the worker's words.
struct Outcome {
  enum class Kind { kCompleted, kSolved, kDiverged, kCrashed, kReleased, kStopped, kPaused };
  Kind kind = Kind::kCompleted;
  std::string detail;
  std::optional<uint64_t> metrics_hash = std::nullopt;  // of all that the trial has measured
  Execution execution = {};
};

struct AttemptName {
  TrialId trial = 0;
  int attempt = 0;

  auto operator<=>(const AttemptName&) const = default;
};

struct AttemptReport {
  AttemptName attempt;
  std::vector<Measurement> measurements;
  std::optional<Outcome> outcome;
};

struct WorkerReport {
  WorkerDescription worker;
  uint64_t sequence = 0;
  std::vector<AttemptReport> attempts;
  bool leaving = false;
  DeviceReading device_reading = {};
};

struct Directive {
  enum class Wish { kContinue, kStop, kDrop };
  struct Desired {
    AttemptName attempt;
    Wish wish = Wish::kContinue;
    std::string reason;  // why it is not to continue
  };
  struct Lease {
    AttemptName attempt;
    int64_t seed = 0;
    TrialParameters parameters;
    absl::Duration checkpoint_interval;  // 0 = none
    KeepCheckpoint keep_checkpoint = KeepCheckpoint::kNone;
    int64_t pause_at_step = 0;  // 0 = it does not pause
  };
  uint64_t acknowledged_sequence = 0;
  std::vector<Desired> attempts;
  std::vector<Lease> leases;
  // The worker reports at least this often.
  absl::Duration report_interval;
};

}  // namespace pathsweep

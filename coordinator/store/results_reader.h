// Reads trials and their results out of the database, beside the coordinator that writes
// it. Trials that were neither leased nor settled have no row; they are made from their sweep.
//
// Not thread safe: one reader per thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "coordinator/domain/decide.h"
#include "coordinator/domain/sweep.h"
#include "coordinator/domain/worker.h"

namespace pathsweep {

// A trial as users see it.
struct TrialRecord {
  TrialId id = 0;
  SweepId sweep = 0;
  TrialState state = TrialState::kPending;
  int attempt = 0;
  int64_t config = 0;
  int64_t seed = 0;
  TrialParameters parameters;
  std::string worker;
  std::string reason;
  std::string detail;  // for people
  // The trial whose results these are, if it was not trained itself.
  std::optional<TrialId> reused_from;
  std::string metrics_hash;  // MetricsHash::Text of a trained result, else empty
  // The newest value of each metric, by name.
  std::map<std::string, Measurement> results;
};

// One execution of a trial, and where it ran.
struct AttemptRecord {
  int number = 0;
  std::string worker;
  absl::Time leased_at;
  std::optional<absl::Time> ended_at;
  std::string reason;
  // Empty and 0 if they are not known.
  std::string build;
  std::string libtorch;
  std::string device;
  std::string device_name;
  int threads = 0;
  Execution execution = {};
};

// What attempts ran on; empty and 0 if it is not known.
struct EnvironmentRecord {
  std::string build;
  std::string libtorch;
  std::string device;
  std::string device_name;
  int threads = 0;
  int64_t attempts = 0;
};

// What a trial had measured of a metric after a step.
struct StepValue {
  int64_t step = 0;
  double value = 0;
};

// A value of each trial of a sweep with a result, by number.
struct FinalValues {
  std::vector<std::optional<double>> values;
  std::vector<int64_t> without;  // trials that have a result but no such value
};

// How far a trial that has a row has come.
struct TrialHistory {
  TrialId trial = 0;
  TrialState state = TrialState::kPending;
  std::string reason;
  int rung = 0;
  double solved_at = 0;
  // Of one metric, after evaluation 1, 2, …; one that is missing is as the one before.
  std::vector<double> values;
};

// The trials of a sweep that were stopped for one reason.
struct EarlyStops {
  std::string rule;
  int64_t trials = 0;
  int64_t steps_taken = 0;
  int64_t steps_whole = 0;  // if they had taken all
};

class ResultsReader {
 public:
  // The database must exist. Opened for reading only.
  static absl::StatusOr<std::unique_ptr<ResultsReader>> Open(const std::string& path);
  ~ResultsReader();

  // Trials `first` to `first + limit - 1` of the sweep's, by number; fewer at its end.
  absl::StatusOr<std::vector<TrialRecord>> Trials(const Sweep& sweep, int64_t first, int64_t limit);

  // For each trial of the grid a trial that has succeeded with the same parameters and seed, if
  // there is one: the oldest that was trained itself. In order of number.
  absl::StatusOr<std::vector<ReusedTrial>> Reusable(const Grid& grid);

  // The newest value of the metric of each trial with a result (it succeeded or was stopped);
  // without those that were only stopped for being worse than others, if they are `judged`: nobody
  // knows what would have become of them.
  absl::StatusOr<FinalValues> ReadFinal(const Sweep& sweep, const std::string& metric,
                                        bool judged = false);

  // The same of two metrics, sooner than of one after the other.
  absl::StatusOr<std::vector<FinalValues>> ReadFinalOfBoth(const Sweep& sweep,
                                                           const std::string& one,
                                                           const std::string& other);

  // The first step at which each trial with a result had measured an exact_match of its solved_at
  // or more.
  absl::StatusOr<FinalValues> ReadStepsToSolve(const Sweep& sweep);

  // Of the sweep's trials that have rows, in order of id, as of one moment.
  absl::StatusOr<std::vector<TrialHistory>> ReadProgress(const Sweep& sweep,
                                                         const std::string& metric);

  absl::StatusOr<std::vector<EarlyStops>> ReadEarlyStops(const Sweep& sweep);

  // Hands `take` each trial with a result that measured the metric, with its measurements by step.
  // An error of `take` ends it.
  absl::Status ReadCurves(
      const Sweep& sweep, const std::string& metric,
      const std::function<absl::Status(TrialId trial, const std::vector<StepValue>& curve)>& take);

  // Numbers of the trials in the state, which have rows.
  absl::StatusOr<std::vector<int64_t>> ReadThose(const Sweep& sweep, TrialState state);
  // Numbers of those that diverged.
  absl::StatusOr<std::vector<int64_t>> ReadDiverged(const Sweep& sweep);

  // Names of what trials of the sweep have measured.
  absl::StatusOr<std::vector<std::string>> ReadMetricNames(const Sweep& sweep);

  // Every measurement of a trial, by step and then metric.
  absl::StatusOr<std::vector<Measurement>> History(TrialId trial);

  // Of all attempts at the sweep's trials, those of most attempts first.
  absl::StatusOr<std::vector<EnvironmentRecord>> ReadEnvironments(const Sweep& sweep);

  // In order.
  absl::StatusOr<std::vector<AttemptRecord>> Attempts(TrialId trial);

 private:
  class Connection;
  explicit ResultsReader(std::unique_ptr<Connection> connection);

  // Numbers of the trials `t` of which the condition, in SQL, is true.
  absl::StatusOr<std::vector<int64_t>> ReadNumbers(const Sweep& sweep,
                                                   const std::string& condition);

  // A value of a metric, in SQL, of the trial `t` and the number of the metric, `$metric`.
  struct ValueQuery {
    std::string metric;
    std::string value;
  };
  absl::StatusOr<std::vector<FinalValues>> ReadValues(const Sweep& sweep,
                                                      const std::vector<ValueQuery>& queries);

  std::unique_ptr<Connection> connection_;
};

}  // namespace pathsweep

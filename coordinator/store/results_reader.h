// Reads trials and their results out of the database, beside the coordinator that writes
// it. Trials that were neither leased nor settled have no row; they are made from their sweep.
//
// Not thread safe: one reader per thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
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

  // Of each trial of the sweep's, by number: the newest value of the metric if it has a result (it
  // succeeded or was stopped) and measured it.
  absl::StatusOr<std::vector<std::optional<double>>> FinalValues(const Sweep& sweep,
                                                                 const std::string& metric);

  // Every measurement of a trial, by step and then metric.
  absl::StatusOr<std::vector<Measurement>> History(TrialId trial);

  // In order.
  absl::StatusOr<std::vector<AttemptRecord>> Attempts(TrialId trial);

 private:
  class Connection;
  explicit ResultsReader(std::unique_ptr<Connection> connection);

  std::unique_ptr<Connection> connection_;
};

}  // namespace pathsweep

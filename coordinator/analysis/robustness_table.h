// Trials to the cells of a robustness table: a statistic of a metric over seeds (and whatever else
// is not in the table) with its interval, and the share of trials that solve the task.
//
//   absl::StatusOr<RobustnessTable> table =
//       MakeTable({.rows = {"lr"}, .columns = {"objective"}, .metric = "exact_match"}, configs,
//       trials);
//
// Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/trial_parameters.h"
#include "coordinator/analysis/config_columns.h"
#include "coordinator/analysis/interval.h"
#include "coordinator/analysis/statistic.h"

namespace pathsweep {

// A trial, finished or not.
struct TableTrial {
  enum class Status { kUnfinished, kFailed, kResult };
  int64_t id = 0;
  size_t config = 0;
  int64_t seed = 0;
  Status status = Status::kUnfinished;
  // The final value of the table's metric, or the steps to a solution; only a result has one, and
  // not every result (a loss that is not finite is never measured).
  std::optional<double> value;
  // Final exact_match reached solved_at.
  bool solved = false;
  bool stopped = false;   // a rule has ended it early
  bool diverged = false;  // its last values are from before it did
};

struct TableQuestion {
  std::vector<std::string> rows = {};  // parameters, or `seed`
  std::vector<std::string> columns = {};
  std::string metric = {};
  Statistic statistic = Statistic::kMean;
  IntervalMethod interval = IntervalMethod::kDefault;
  bool best_first = false;  // instead of the sweep's order
  size_t limit = 0;         // cells at most; 0 = no limit
};

struct TableCell {
  // A value for each row parameter, then for each column parameter.
  std::vector<ParameterValue> key;
  std::optional<Estimate> metric;        // the statistic; none without a value
  int64_t n = 0;                         // trials with a value
  int64_t configs = 0;                   // distinct configs among them
  int64_t seeds = 0;                     // distinct seeds; one alone gives no interval
  int64_t solved = 0;                    // of the trials with a result
  int64_t results = 0;                   // trials with a result
  std::optional<Estimate> solved_share;  // none without a result
  int64_t stopped = 0;                   // of the results
  int64_t diverged = 0;                  // of the results
  int64_t unfinished = 0;
  int64_t failed = 0;
  std::optional<int64_t> best_trial;  // that with the best value, the first of several
};

struct RobustnessTable {
  // Every combination of the values that trials have, rows outermost, values in the order in which
  // the configs (the trials, for seeds) first show them; or the best statistic first.
  std::vector<TableCell> cells;
  // 1/degree for each degree among the configs: what guessing a path gives exact_match.
  std::vector<double> chance;
};

// InvalidArgument names a row or column that is no parameter or stands twice, an interval that the
// statistic does not have, or too many values for a bootstrap.
absl::StatusOr<RobustnessTable> MakeTable(const TableQuestion& question,
                                          const ConfigColumns& configs,
                                          absl::Span<const TableTrial> trials);

}  // namespace pathsweep

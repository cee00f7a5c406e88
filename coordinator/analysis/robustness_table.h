// Trials to the cells of a robustness table: the mean of a metric over seeds with its
// interval, and the share of trials that solve the task.
//
// Pure: rows in, table out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/trial_parameters.h"
#include "coordinator/analysis/interval.h"

namespace pathsweep {

// A trial, finished or not.
struct TableTrial {
  enum class Status { kUnfinished, kFailed, kResult };
  TrialParameters parameters;
  int64_t seed = 0;
  int64_t config = 0;
  Status status = Status::kUnfinished;
  // The final value of the table's metric; only a result has one, and not every result
  // (a loss that is not finite is never measured).
  std::optional<double> value;
  // Final exact_match reached solved_at.
  bool solved = false;
};

struct TableQuestion {
  std::vector<std::string> rows;  // parameters, or `seed`
  std::vector<std::string> columns;
  std::string metric;
};

struct TableCell {
  // A value for each row parameter, then for each column parameter.
  std::vector<ParameterValue> key;
  std::optional<Estimate> metric;        // none without a value
  int64_t n = 0;                         // trials with a value
  int64_t configs = 0;                   // distinct configs among them
  int64_t solved = 0;                    // of the n
  std::optional<Estimate> solved_share;  // none if n is 0
  int64_t unfinished = 0;
  int64_t failed = 0;
};

struct RobustnessTable {
  // Every combination of the values in `trials`, rows outermost, values in the order in
  // which the trials first show them.
  std::vector<TableCell> cells;
  // 1/degree for each degree among the trials: what guessing a path gives exact_match.
  std::vector<double> chance;
};

// InvalidArgument names a row or column that is no parameter, or stands twice.
absl::StatusOr<RobustnessTable> MakeTable(const TableQuestion& question,
                                          absl::Span<const TableTrial> trials);

}  // namespace pathsweep

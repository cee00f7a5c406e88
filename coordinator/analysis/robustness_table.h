// Trials to the cells of a robustness table: the mean of a metric over seeds with its
// interval, and the share of trials that solve the task.
//
//   absl::StatusOr<TableMaker> maker = TableMaker::For({{"lr"}, {"objective"}, "exact_match"});
//   for (const TableTrial& trial : trials) maker->Add(trial);
//   RobustnessTable table = maker->Finish();
//
// Pure: rows in, table out. Not thread safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/metrics.h"
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
  int64_t seeds = 0;                     // distinct seeds; one alone gives no interval
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

class TableMaker {
 public:
  // InvalidArgument names a row or column that is no parameter, or stands twice.
  static absl::StatusOr<TableMaker> For(const TableQuestion& question);

  void Add(const TableTrial& trial);
  RobustnessTable Finish() const;

 private:
  // One row or column parameter and the values seen, in order of first appearance.
  class Dimension {
   public:
    explicit Dimension(const ParameterSpec* spec) : spec_(spec) {}  // null: the seed

    size_t IndexOf(const TableTrial& trial);
    const std::vector<ParameterValue>& values() const { return values_; }

   private:
    const ParameterSpec* spec_;
    std::vector<ParameterValue> values_;
  };

  // What is collected of a cell while the trials go by.
  struct Collected {
    std::vector<double> values;
    std::set<int64_t> configs;
    std::set<int64_t> seeds;
    int64_t solved = 0;
    int64_t unfinished = 0;
    int64_t failed = 0;

    void Add(const TableTrial& trial);
    TableCell Summarize(MetricRange range) const;
  };

  TableMaker(std::vector<Dimension> dimensions, MetricRange range)
      : dimensions_(std::move(dimensions)), range_(range) {}

  std::vector<Dimension> dimensions_;
  MetricRange range_;
  // By positions along the dimensions, so that it iterates in the table's order.
  std::map<std::vector<size_t>, Collected> cells_;
  std::set<int64_t> degrees_;
};

}  // namespace pathsweep

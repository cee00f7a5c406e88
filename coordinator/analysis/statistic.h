// The statistics that a table may show of a cell's values, and the kinds of interval of each.
#pragma once

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "base/metrics.h"
#include "coordinator/analysis/interval.h"

namespace pathsweep {

enum class Statistic {
  kMean,
  kMedian,
  kInterquartileMean,
  kBest,    // the highest or the lowest value; without an interval
  kSolved,  // the share of trials that solve the task
  kSteps,   // the median of the steps after which those that ever solve it do
};

enum class IntervalMethod {
  kDefault,         // the first that the statistic has below
  kStudentsT,       // of the mean and the interquartile mean
  kRanks,           // of the median and the steps
  kBootstrap,       // of all these
  kWilson,          // of the share solved
  kClopperPearson,  // of the share solved
  kNone,
};

// InvalidArgument says which intervals the statistic has.
absl::Status CheckInterval(Statistic statistic, IntervalMethod method);

// Of values, by all statistics but kSolved. Requires CheckInterval, and at least one value.
Estimate Summarize(absl::Span<const double> values, Statistic statistic, IntervalMethod method,
                   MetricRange range, bool lower_is_better);

// Of the trials' share solved. Requires CheckInterval, and 0 <= solved <= trials, 1 <= trials.
Estimate ShareSolved(int64_t solved, int64_t trials, IntervalMethod method);

// The percentile bootstrap's 95 % interval (Efron 1979) of a statistic of values, from `resamples`
// resamples, the same for a seed. Requires at least one value; without an interval if there is one
// alone.
Estimate Bootstrap(absl::Span<const double> values, Statistic statistic, int resamples,
                   uint64_t seed);

}  // namespace pathsweep

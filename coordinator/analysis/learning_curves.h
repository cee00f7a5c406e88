// Measurements along the steps of training, over the trials of a group of configs: the mean of a
// metric at each step with its interval.
//
// A trial that ended before (it solved the task, diverged or was stopped) has the value at a step
// that it measured last: without it the mean would be over those that trained longest, and would
// jump where others leave.
//
// Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "base/metrics.h"
#include "coordinator/analysis/interval.h"

namespace pathsweep {

// What one trial measured.
struct TrialCurve {
  struct Point {
    int64_t step = 0;
    double value = 0;
  };
  int64_t seed = 0;
  std::vector<Point> points;  // in ascending order of step
};

struct CurvePoint {
  int64_t step = 0;
  Estimate mean;        // without an interval if all trials have one seed
  int64_t n = 0;        // trials that had measured something by then
  int64_t carried = 0;  // those of them that measured nothing at the step or later
};

// Every step at which one of them measured, ascending.
std::vector<int64_t> StepsOf(absl::Span<const TrialCurve> trials);

// A point for each of StepsOf.
std::vector<CurvePoint> AverageCurve(absl::Span<const TrialCurve> trials, MetricRange range);

}  // namespace pathsweep

// Ends trials that will not reach the bound of a claim.
//
// How far a trial may still go is taken from those that ended by themselves, whatever its own curve
// looks like: this task has long plateaus and sudden rises, which no formula foresees. If the trial
// is as any of n others, the chance that it does what at most k of them did is (k + 1) / (n + 1) at
// most (a conformal p-value: Vovk, Gammerman & Shafer 2005). So nothing ends before 1/level - 1
// trials of the claim have ended.
#pragma once

#include <vector>

#include "absl/types/span.h"
#include "base/metrics.h"

namespace pathsweep {

// The values of trials that ended by themselves, after each evaluation. A last value stands for the
// rest.
using Curves = std::vector<absl::Span<const double>>;

// A claim wants to end on this side of it.
struct Bound {
  double value = 0;
  bool at_least = true;
  MetricRange range = {};  // of the metric
};

// The conformal p-value that the trial with these values still ends where the claim wants it. 1 if
// it is there, or has a chance above `level` to get away from there by more than a twentieth of the
// range: its last value, which stands for its end, would speak for the claim. Requires a value.
double ChanceToReach(const Bound& bound, absl::Span<const double> values, const Curves& ended,
                     double level);

}  // namespace pathsweep

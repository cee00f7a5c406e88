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

// The values of trials that took all steps that they needed, after each evaluation. A last value
// stands for the rest.
using Curves = std::vector<absl::Span<const double>>;

// A claim wants to end on this side of it.
struct Bound {
  double value = 0;
  bool at_least = true;
  MetricRange range = {};  // of the metric
};

// Those that say how far a trial may still go.
struct Ended {
  const Curves& of_claim;
  // Other seeds of its config.
  const Curves& of_config;
};

// The conformal p-value, by the trials of the claim, that the trial with these values still ends
// where the claim wants it. 1, so that it goes on,
// - if it is there;
// - if fewer than three seeds of its config have ended, or one of them has gone so far: configs
//   differ, and what most of a claim's trials do says little of one that is not like them;
// - if it has a chance above `level` to get away from there by more than a twentieth of the range
// (of
//   the bound, if that is infinite): its last value, which stands for its end, would speak for the
//   claim.
// Requires a value.
double ChanceToReach(const Bound& bound, absl::Span<const double> values, const Ended& ended,
                     double level);

}  // namespace pathsweep

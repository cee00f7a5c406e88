// 95 % confidence intervals.
//
// MeanInterval is Student's t (n - 1 degrees of freedom), cut to the values the metric
// can take: with few seeds of a bimodal outcome it is wide, as it should be, where a
// bootstrap of two or three values would look certain. WilsonInterval is Wilson's score
// interval (Wilson 1927; Brown, Cai & DasGupta 2001), which stays inside [0, 1] and keeps
// its coverage for few trials.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/types/span.h"
#include "base/metrics.h"

namespace pathsweep {

// An estimate; without an interval if it rests on a single observation.
struct Estimate {
  double value = 0;
  std::optional<double> low;
  std::optional<double> high;
};

// Requires at least one value.
Estimate MeanInterval(absl::Span<const double> values, MetricRange range);

// Requires 0 <= successes <= trials and trials >= 1.
Estimate WilsonInterval(int64_t successes, int64_t trials);

}  // namespace pathsweep

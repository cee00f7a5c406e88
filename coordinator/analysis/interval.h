// 95 % confidence intervals, each of its own kind of estimate.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/types/span.h"
#include "base/metrics.h"

namespace pathsweep {

// An estimate; without an interval if it rests on too few observations.
struct Estimate {
  double value = 0;
  std::optional<double> low;
  std::optional<double> high;
};

// The following require at least one value.

// Student's t with n - 1 degrees of freedom, cut to the values the metric can take: with few seeds
// of a bimodal outcome it is wide, as it should be, where a bootstrap of two or three values would
// look certain. The values' deviation is taken to be no less than the least one. None for one
// value.
Estimate MeanInterval(absl::Span<const double> values, MetricRange range,
                      double least_deviation = 0);

// Of the median: two of the values, by their ranks, whatever the values' distribution (Conover
// 1999, section 3.2). None for fewer than six values: they cannot make it 95 %.
Estimate MedianInterval(absl::Span<const double> values);

// Of the interquartile mean, without the lowest and the highest quarter of the values (rounded
// down): Student's t from the winsorized deviation (Tukey & McLaughlin 1963), cut to the metric's
// range. None for one value.
Estimate InterquartileMeanInterval(absl::Span<const double> values, MetricRange range);

// The following require 0 <= successes <= trials and trials >= 1.

// Wilson's score interval (Wilson 1927; Brown, Cai & DasGupta 2001), which stays inside [0, 1] and
// keeps its coverage for few trials.
Estimate WilsonInterval(int64_t successes, int64_t trials);

// That of Clopper & Pearson (1934): exact, and so never too narrow.
Estimate ExactInterval(int64_t successes, int64_t trials);

}  // namespace pathsweep

// What every statistic of a sample begins with.
#pragma once

#include <numeric>

#include "absl/types/span.h"

namespace pathsweep {

// Requires at least one value.
inline double Mean(absl::Span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Σ (value − mean)²
inline double SquaredDeviations(absl::Span<const double> values, double mean) {
  double squares = 0;
  for (double value : values) squares += (value - mean) * (value - mean);
  return squares;
}

}  // namespace pathsweep

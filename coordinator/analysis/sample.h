// What every statistic of a sample begins with. All require at least one value.
#pragma once

#include <cstddef>
#include <numeric>

#include "absl/types/span.h"

namespace pathsweep {

inline double Mean(absl::Span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Σ (value − mean)²
inline double SquaredDeviations(absl::Span<const double> values, double mean) {
  double squares = 0;
  for (double value : values) squares += (value - mean) * (value - mean);
  return squares;
}

inline double MedianOfSorted(absl::Span<const double> sorted) {
  const size_t n = sorted.size();
  return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
}

// Without the lowest and the highest quarter, each rounded down.
inline double MiddleMeanOfSorted(absl::Span<const double> sorted) {
  const size_t cut = sorted.size() / 4;
  return Mean(sorted.subspan(cut, sorted.size() - 2 * cut));
}

}  // namespace pathsweep

// Which parameter explains how a metric differs between the configs of a full grid: shares of the
// variance (Sobol 1993; for hyperparameters Hutter, Hoos & Leyton-Brown 2014, there over a forest).
//
//   Factorial values({3, 2}, {0.1, 0.2, 0.5, 0.6, 0.9, 1.0});  // 3 learning rates × 2 depths
//   values.Share({0});      // of the learning rate alone
//   values.Share({0, 1});   // of what only both together explain
//
// Exact: the grid is what is asked about, not a sample of something. The shares of all sets of axes
// add up to 1. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace pathsweep {

class Factorial {
 public:
  // A value for each config, the axes counting like digits with the last one fastest. Requires as
  // many values as configs.
  Factorial(std::vector<int64_t> sizes, std::vector<double> values);

  double variance() const { return variance_; }
  // Of the set of axes, without what fewer of them explain; 0 if nothing varies. Requires axes that
  // are distinct, at most 16.
  double Share(absl::Span<const size_t> axes) const;

 private:
  // The variance of the means over all axes but these.
  double VarianceOfMeans(absl::Span<const size_t> axes) const;

  const std::vector<int64_t> sizes_;
  const std::vector<double> values_;
  double mean_ = 0;
  double variance_ = 0;
};

}  // namespace pathsweep

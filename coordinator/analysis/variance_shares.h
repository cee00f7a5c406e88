// Which parameter explains how a metric differs between the configs of a full grid: shares of the
// variance (Sobol 1993; for hyperparameters Hutter, Hoos & Leyton-Brown 2014, there over a forest).
//
//   Factorial grid({3, 2}, /*order=*/2);                              // 3 learning rates × 2
//   depths grid.Shares({0.1, 0.2, 0.5, 0.6, 0.9, 1.0});                      // of each of
//   grid.sets() grid.sets();  // {0}: the learning rate alone; {1}; {0, 1}: what only both together
//   explain
//
// Exact: the grid is what is asked about, not a sample of something. The shares of all sets of axes
// add up to 1. Immutable; thread safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace pathsweep {

class Factorial {
 public:
  // The sets are those of up to `order` axes. The configs count the axes like digits, the last one
  // fastest.
  Factorial(std::vector<int64_t> sizes, size_t order);

  // The smaller sets first.
  const std::vector<std::vector<size_t>>& sets() const { return sets_; }
  // The product of (size − 1) of its axes: its part of configs − 1 degrees of freedom, so of what
  // noise alone makes of the shares.
  int64_t DegreesOfFreedom(size_t set) const;

  // Of each set, without what fewer of its axes explain; 0 if nothing varies. Requires a value for
  // each config.
  std::vector<double> Shares(absl::Span<const double> values) const;

 private:
  void AddSets(size_t size);

  const std::vector<int64_t> sizes_;
  int64_t configs_ = 1;
  std::vector<std::vector<size_t>> sets_;
  std::vector<std::vector<uint32_t>> cells_;  // of each set: the cell of each config
  std::vector<int64_t> cell_counts_;          // of each set
  std::vector<std::vector<size_t>> subsets_;  // of each set: its proper subsets, among the sets
};

}  // namespace pathsweep

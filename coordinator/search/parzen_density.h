// A density over the points of a search: high near given ones.
#pragma once

#include <cstddef>
#include <vector>

#include "absl/types/span.h"
#include "base/philox.h"
#include "coordinator/search/search_pool.h"

namespace pathsweep {

// A mixture of a kernel for each of some points and a broad one over everything, each a product
// over the lanes: a normal cut to [0, 1], as wide as the neighbour is away, or shares of
// categories. The newest 25 points weigh the same, those before them the less the older they are.
// Kernels, weights and constants are those of Optuna's multivariate TPE.
//
// Immutable; thread safe.
class ParzenDensity {
 public:
  // `points` in order of time. The pool must outlive the object.
  ParzenDensity(const SearchPool& pool, absl::Span<const SearchPool::Choice> points);

  // Its logarithm at a point.
  double LogAt(const SearchPool::Choice& point) const;

  // A point of it: of a kernel, and in each group of what the kernel makes of the group's points.
  SearchPool::Choice Draw(PhiloxStream& random) const;

 private:
  // Of one lane; the broad one is the last.
  struct Kernels {
    std::vector<double> middles;
    std::vector<double> deviations;                    // of numbers
    std::vector<double> log_constants;                 // of numbers
    double log_own = 0, log_other = 0, log_prior = 0;  // of categories
  };

  static Kernels NumberKernels(std::vector<double> middles);
  static Kernels CategoryKernels(const SearchLane& lane, std::vector<double> own);
  double LogKernel(size_t lane, size_t kernel, double at) const;

  const SearchPool& pool_;
  std::vector<double> weights_;  // of the kernels
  std::vector<Kernels> lanes_;
};

}  // namespace pathsweep

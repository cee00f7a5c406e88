// Bayesian search: the point where a Gaussian process expects the largest improvement (Jones,
// Schonlau & Welch 1998). Many workers spread out, for it takes a pending point as if it had
// brought what was expected there (the kriging believer: Ginsbourger, Le Riche & Carraro 2010).
//
// Pure; thread safe.
#pragma once

#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "coordinator/search/gaussian_process.h"
#include "coordinator/search/parzen_density.h"
#include "coordinator/search/sampler.h"

namespace pathsweep {

class GpSampler {
 public:
  // The pool must outlive the object. Requires two observations, in order of time; of many it takes
  // the best and the newest.
  GpSampler(const SearchPool& pool, absl::Span<const Observation> seen);

  const GaussianProcess& process() const { return process_; }

  // None if none that it looked at may be proposed.
  std::optional<SearchPool::Choice> Propose(absl::Span<const SearchPool::Choice> pending,
                                            const MayPropose& may, PhiloxStream& random) const;

 private:
  const SearchPool& pool_;
  const std::vector<SearchPool::Choice> good_;  // the best of those seen
  const ParzenDensity near_;                    // them
  const GaussianProcess process_;
};

}  // namespace pathsweep

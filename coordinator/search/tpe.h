// The tree-structured Parzen estimator (Bergstra et al. 2011), multivariate (Falkner et al. 2018)
// and aware of points whose result is pending.
//
// The best tenth of the points seen make a density l over the space, the others with the pending
// ones a density g; of a few points drawn from l the one with the highest l/g is proposed. A
// pending point counts as a bad one, so that many workers spread out. Kernels, weights and
// constants are those of Optuna's TPESampler(multivariate=True).
//
// Pure; thread safe.
#pragma once

#include <optional>

#include "absl/types/span.h"
#include "base/philox.h"
#include "coordinator/search/sampler.h"

namespace pathsweep {

// None if none that it drew may be proposed. `seen` is in the order of the results.
std::optional<SearchPool::Choice> ProposeByTpe(const SearchPool& pool,
                                               absl::Span<const Observation> seen,
                                               absl::Span<const SearchPool::Choice> pending,
                                               const MayPropose& may, PhiloxStream& random);

}  // namespace pathsweep

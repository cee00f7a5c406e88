// What a sweep with a search adds next: points, or fresh seeds for what broke the claim. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/domain/extension.h"
#include "coordinator/domain/sweep.h"
#include "coordinator/planner/sweep_values.h"

namespace pathsweep {

// New points with about `trials` trials, at least one point while the search wants any; and, of a
// falsification, fresh seeds for every config that has broken the claim. Nothing changes if the
// extension is Extension(). Requires a search. Errors are those of `read`.
absl::StatusOr<Extension> PlanSearch(const Sweep& sweep, const ReadValues& read, int64_t trials);

// Fresh seeds alone, when every trial has ended.
absl::StatusOr<std::vector<MoreSeeds>> PlanFreshSeeds(const Sweep& sweep, const ReadValues& read);

}  // namespace pathsweep

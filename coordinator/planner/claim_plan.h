// What becomes of a sweep with claims once its trials have ended: more seeds for configs that are
// undecided, or the verdicts. Pure.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/analysis/adaptive_seeds.h"
#include "coordinator/domain/extension.h"
#include "coordinator/domain/judgement.h"
#include "coordinator/domain/sweep.h"
#include "coordinator/planner/sweep_values.h"

namespace pathsweep {

// Requires most_seeds > 0.
SeedRule SeedRuleOf(const SweepSpec& spec);

// For each config as many seeds after its highest one as it lacks of what is wanted. `values` has
// all its seeds.
std::vector<MoreSeeds> SeedsFor(const std::map<size_t, int64_t>& wanted, const SeedValues& values);

struct ClaimPlan {
  std::vector<MoreSeeds> more;  // none: the verdicts are the last ones
  // Claims of which nothing can be said have none.
  std::shared_ptr<const std::vector<JudgedConfig>> verdicts;
};

// Errors are those of `read`.
absl::StatusOr<ClaimPlan> PlanClaims(const Sweep& sweep, const ReadValues& read);

}  // namespace pathsweep

// What claims want of a sweep's configs, and which trials will not bring it.
#pragma once

#include <list>
#include <map>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "base/claim.h"
#include "coordinator/analysis/claim_samples.h"
#include "coordinator/analysis/config_columns.h"
#include "coordinator/domain/steering.h"
#include "coordinator/early_stopping/futility.h"
#include "coordinator/planner/sweep_curves.h"

namespace pathsweep {

// What it is given must outlive the object.
class ClaimBounds {
 public:
  // Errors are those of reading. A claim of which nothing can be said wants nothing.
  absl::Status Add(const Claim& claim, SweepCurves& curves, const ConfigColumns& configs);

  // The trial, which is of the config, will not reach the bound of any claim about it, and none
  // that compares is: with a p-value of `level` at most for each.
  std::optional<StopOrder> LostFor(size_t config, TrialId trial, double level) const;

  // No claim about the config asks for more than that its trials solve the task.
  bool HoldsOnceSolved(size_t config, double solved_at) const;

 private:
  // Of a claim for one of its configs, with what trials of the claim have come to.
  struct One {
    const Claim* claim;
    Bound bound;
    const std::vector<TrialHistory>* curves;
    const Curves* of_claim;
    const Curves* of_config;
  };

  std::list<Curves> ended_;  // of each claim and of each config of one; stay where they are
  std::map<size_t, std::vector<One>> by_config_;
};

}  // namespace pathsweep

// Two parts of a sweep's space against each other: configs that agree in all parameters but those
// that tell the parts apart make pairs, and so do the seeds of a pair, which draw the same data.
//
//   {objective: teacherless} against {objective: standard}: at each depth and learning rate
//
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/claim.h"
#include "coordinator/analysis/claim_samples.h"
#include "coordinator/analysis/claim_verdicts.h"
#include "coordinator/analysis/config_columns.h"
#include "coordinator/analysis/interval.h"
#include "coordinator/analysis/seed_values.h"

namespace pathsweep {

struct PairedComparison {
  // A sample for each pair, in the order of the first's configs: the first's value less the
  // second's, seed by seed.
  std::vector<ClaimSample> samples;
  // Of the samples: kHolds if the first is better, kFails if the second is. The margin is by how
  // much the first is better.
  std::vector<ConfigVerdict> verdicts;
  // The following are over the pairs with a value. The pairs are taken as a sample of the space.
  int64_t better = 0;  // the first has the better mean
  int64_t worse = 0;
  int64_t equal = 0;
  std::optional<Estimate> mean;   // of the pairs' mean differences; none without a pair
  std::optional<Estimate> share;  // better of all, by Clopper & Pearson
  double p = 1;                   // of two sides, by Wilcoxon's signed ranks
};

// Both parts restrict the same parameters, to one value each. InvalidArgument if they do not, a
// value does not occur, the parts are the same or nothing pairs. `looks` is as in Judge.
absl::StatusOr<PairedComparison> CompareInPairs(absl::Span<const ClaimCondition> first,
                                                absl::Span<const ClaimCondition> second,
                                                const std::string& metric,
                                                const ConfigColumns& configs,
                                                const SeedValues& values, size_t looks = 1);

}  // namespace pathsweep

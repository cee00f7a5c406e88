// The boundary of a claim: between which values of a parameter its verdict flips. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "coordinator/analysis/claim_samples.h"
#include "coordinator/analysis/claim_verdicts.h"
#include "coordinator/analysis/config_columns.h"

namespace pathsweep {

// Pairs of configs that differ in one parameter of numbers alone, by values that are neighbours
// among those that the sweep tried, and that both have a verdict other than undecided.
struct BoundaryStep {
  const ConfigColumn* column;
  uint32_t below;  // among the column's values; the next one is above
  int64_t failing_to_holding = 0;
  int64_t holding_to_failing = 0;
  int64_t steady = 0;
};

// Those with a pair, in order of column and value. Requires a verdict for each sample; the steps
// point into the columns.
std::vector<BoundaryStep> FindBoundary(const ConfigColumns& configs,
                                       absl::Span<const ClaimSample> samples,
                                       absl::Span<const ConfigVerdict> verdicts);

}  // namespace pathsweep

// All that is found about a claim: the verdicts, and what they add up to. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "base/claim.h"
#include "coordinator/analysis/claim_boundary.h"
#include "coordinator/analysis/claim_samples.h"
#include "coordinator/analysis/claim_verdicts.h"
#include "coordinator/analysis/config_columns.h"
#include "coordinator/analysis/effects.h"
#include "coordinator/analysis/interval.h"
#include "coordinator/analysis/seed_values.h"

namespace pathsweep {

struct ClaimFindings {
  std::vector<ClaimSample> samples;
  std::vector<ConfigVerdict> verdicts;  // of the samples
  int64_t holds = 0;
  int64_t fails = 0;
  int64_t undecided = 0;
  // Of the decided configs those where it holds; the interval is for all configs, taken as a sample
  // of the space: from Clopper & Pearson's low end if all undecided ones fail to its high end if
  // all of them hold. None if none is decided.
  std::optional<Estimate> share;
  int64_t missing = 0;  // seeds without a value
  // Trials on the wrong side of the bound, in configs that fail and in the others.
  int64_t counterexamples = 0;
  int64_t exceptions = 0;
  // Samples: those that fail first, then undecided ones, then the others, each by margin, the
  // lowest first. Those without a value last.
  std::vector<size_t> worst_first;
  Effects effects;                     // on the margin
  std::vector<BoundaryStep> boundary;  // points into the columns
};

// Errors are those of SamplesOf; `looks` is as in Judge.
absl::StatusOr<ClaimFindings> Investigate(const Claim& claim, const ConfigColumns& configs,
                                          const SeedValues& values, size_t looks = 1);

}  // namespace pathsweep

// Where a claim holds: a verdict for each config, from the interval of its seeds.
//
// A config is tested by Student's t on its seeds (for a comparison: on the differences, seed by
// seed), whose deviation is taken to be no less than the test set's own noise (MeasurementNoise).
// Twice the smaller one-sided p-value is adjusted for all configs of the claim by Benjamini &
// Hochberg; up to 0.05 the sign of the mean decides, else the config is undecided. So among the
// verdicts given, 5 % are expected to have the wrong sign at most (directional false discovery
// rate: Benjamini & Yekutieli 2005), if outcomes are close to normal around their mean. Where they
// are not, as with seeds that either solve the task or do not, few seeds say little:
// docs/statistics.md.
//
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "base/claim.h"
#include "coordinator/analysis/claim_samples.h"
#include "coordinator/analysis/interval.h"

namespace pathsweep {

enum class Verdict { kHolds, kFails, kUndecided };

struct ConfigVerdict {
  Verdict verdict = Verdict::kUndecided;
  // The mean of the metric, or of the difference; none without a value.
  std::optional<Estimate> mean;
  // By how much the mean is on the claim's side of the bound.
  double margin = 0;
  double q = 1;  // the adjusted p-value
};

// Of each sample. `looks` is at how many numbers of seeds a config may have been judged, this one
// included, with the others deciding whether it got more: p-values are multiplied by it.
std::vector<ConfigVerdict> Judge(const Claim& claim, absl::Span<const ClaimSample> samples,
                                 size_t looks = 1);

// The same of samples whose means are to be on this side of their bounds (as SideOf says it).
std::vector<ConfigVerdict> Judge(double side, MetricRange range,
                                 absl::Span<const ClaimSample> samples, size_t looks);

// The trials of a sample that are on the wrong side of its bound by themselves.
std::vector<int64_t> WrongTrials(const Claim& claim, const ClaimSample& sample);

}  // namespace pathsweep

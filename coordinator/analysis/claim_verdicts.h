// Where a claim holds: a verdict for each config, from the interval of its seeds.
//
// A config is tested by Student's t on its seeds (for a comparison: on the differences, seed by
// seed), whose deviation is taken to be no less than the test set's own noise (MeasurementNoise).
// Twice the smaller one-sided p-value is adjusted for all configs of the claim by Benjamini &
// Hochberg; up to 0.05 the sign of the mean decides, else the config is undecided. So among the
// verdicts given, 5 % are expected to have the wrong sign at most (directional false discovery
// rate: Benjamini & Yekutieli 2005), if outcomes are close to normal around their mean. Where they
// are not, as with seeds that either solve the task or do not, few seeds say little: see docs.
//
// Pure: rows in, verdicts out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/trial_parameters.h"
#include "coordinator/analysis/claim.h"
#include "coordinator/analysis/interval.h"

namespace pathsweep {

// A trial, finished or not.
struct ClaimTrial {
  int64_t id = 0;
  int64_t config = 0;
  int64_t seed = 0;
  TrialParameters parameters;
  std::optional<double> value;  // of the claim's metric, at its end; none without a result
};

enum class Verdict { kHolds, kFails, kUndecided };

struct ConfigVerdict {
  TrialParameters parameters;  // of a comparison: with the first value
  Verdict verdict = Verdict::kUndecided;
  // The mean of the metric, or of the difference; none without a value.
  std::optional<Estimate> mean;
  double bound = 0;
  // By how much the mean is on the claim's side of the bound.
  double margin = 0;
  int64_t seeds = 0;    // with a value, or with one on both sides of a comparison
  int64_t missing = 0;  // without
  double q = 1;         // the adjusted p-value
  // Of the trials with a value, those that are on the wrong side of the bound by themselves.
  std::vector<int64_t> counterexamples;
};

// Two configs that differ in one parameter, by neighbouring values among those tried, and in their
// verdicts.
struct Flip {
  size_t holds;  // where it does, among the verdicts
  size_t fails;
  std::string parameter;
};

struct ClaimVerdicts {
  std::vector<ConfigVerdict> configs;  // in the order of the trials
  int64_t holds = 0;
  int64_t fails = 0;
  int64_t undecided = 0;
  std::vector<Flip> flips;
};

// FailedPrecondition if the claim is about none of the trials, or its bound is no number for some
// of them.
absl::StatusOr<ClaimVerdicts> Judge(const Claim& claim, absl::Span<const ClaimTrial> trials);

}  // namespace pathsweep

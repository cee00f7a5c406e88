// What a claim is tested on: for each config that it is about, the values of its seeds; for a
// comparison, their differences. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/claim.h"
#include "base/metrics.h"
#include "coordinator/analysis/config_columns.h"
#include "coordinator/analysis/seed_values.h"

namespace pathsweep {

struct ClaimSample {
  size_t config = 0;  // of a comparison: the one with the first value
  size_t other = 0;   // the one with the second; else the same
  std::vector<double> values;
  std::vector<int64_t> trials;  // of the values; of a comparison: those with the first value
  int64_t missing = 0;          // seeds without a value, on either side
  double bound = 0;
  // Standard deviation of one value by the size of its test set alone (MeasurementNoise); 0 if the
  // metric is no share.
  double noise = 0;
};

// In the order of the configs, without those that have no seed. FailedPrecondition if the claim is
// about none of them, or its bound is no number for some of them. Requires a claim that has passed
// CheckClaim.
absl::StatusOr<std::vector<ClaimSample>> SamplesOf(const Claim& claim, const ConfigColumns& configs,
                                                   const SeedValues& values);

// Two configs that are compared.
struct ConfigPair {
  size_t first = 0;
  size_t second = 0;
};

// Those that agree in the columns, in the order of the first; of several seconds the one with the
// lowest number.
std::vector<ConfigPair> PairsOf(absl::Span<const size_t> firsts, absl::Span<const size_t> seconds,
                                absl::Span<const ConfigColumn* const> columns,
                                const ConfigColumns& configs);

// The first's value less the second's, seed by seed, against a bound of 0. Without pairs that have
// no seed.
std::vector<ClaimSample> DifferencesOf(absl::Span<const ConfigPair> pairs,
                                       const std::string& metric, const ConfigColumns& configs,
                                       const SeedValues& values);

// Of which side of the bound the claim speaks: 1 above, -1 below.
double SideOf(const Claim& claim);

// What a value of a sample can be.
MetricRange RangeOf(const Claim& claim);
MetricRange RangeOfDifference(const std::string& metric);

}  // namespace pathsweep

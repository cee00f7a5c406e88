// Tests of means, and how many of many tests may be believed. Pure.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/types/span.h"

namespace pathsweep {

// One-sided p-values of Student's t-test of a mean against a bound.
struct MeanTest {
  double above;  // of the hypothesis that the mean is at most the bound: small speaks for above it
  double below;  // of the hypothesis that it is at least the bound
};

// The standard deviation is taken to be at least `least_deviation`: a few seeds that agree by
// chance would otherwise say that nothing varies (see MeasurementNoise). Requires two values or
// more.
MeanTest TestMean(absl::Span<const double> values, double bound, double least_deviation = 0);

// Standard deviation of a share that is measured on so many independent examples, by the rule of
// Agresti & Coull (1998): two successes and two failures are added, so it is never 0.
double MeasurementNoise(double share, int64_t examples);

// Wilcoxon's signed-rank test (1945) of differences that lie symmetrically around 0; the p-value of
// two sides. Differences of 0 are left out, equal ones share their ranks. Exact, by all ways to
// sign the ranks, for up to 200 others; by the normal distribution for more. 1 without any.
double TestSignedRanks(absl::Span<const double> differences);

// p-values adjusted by Benjamini & Hochberg (1995), in their order: those of at most q are believed
// with a share of at most q wrong among them, if the tests are independent or depend positively.
std::vector<double> AdjustForMany(absl::Span<const double> p_values);

// The 95 % interval of the noncentrality of a chi-squared variable of which `seen` came: {low,
// high}. What an effect's sum of squares in units of the noise says of the true one. Requires seen
// >= 0 and degrees >= 1. (Steiger 2004; beyond 10,000 by the square root, whose deviation is 1
// then.)
std::pair<double, double> NoncentralityInterval(double seen, int64_t degrees);

}  // namespace pathsweep

// A statement about a metric over a part of the space.
//
//   standard_fails: {where: {objective: standard}, metric: exact_match, at_most: 1/degree + 0.05}
//   planning_gap:   {compare: [teacherless, standard], over: objective, metric: exact_match,
//                    difference_at_least: 0.3}
//
// Pure values.
#pragma once

#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "base/expression.h"
#include "base/grid.h"
#include "base/trial_parameters.h"

namespace pathsweep {

// Restricts one parameter: to values, or to a range of numbers, both ends included.
struct ClaimCondition {
  std::string parameter;
  std::vector<ParameterValue> values;  // of the parameter's own type; none: the range
  double lowest = -std::numeric_limits<double>::infinity();
  double highest = std::numeric_limits<double>::infinity();

  bool operator==(const ClaimCondition&) const = default;

  // Requires a value of the parameter.
  bool Fits(const ParameterValue& value) const;
};

// InvalidArgument says what is wrong: the parameter, a value, or a range that nothing can fit.
absl::Status CheckCondition(const ClaimCondition& condition);

// The mean over seeds of each config is on this side of the bound.
struct BoundClaim {
  enum class Side { kAtMost, kAtLeast };
  Side side = Side::kAtLeast;
  Expression bound;

  bool operator==(const BoundClaim&) const = default;
};

// The mean over seeds of the difference between two configs that differ in one parameter alone, the
// first value's metric less the second's. Seed by seed: a seed draws the same data for both. The
// bound is computed for the first.
struct ComparisonClaim {
  std::string over;
  ParameterValue first;
  ParameterValue second;
  Expression difference_at_least;

  bool operator==(const ComparisonClaim&) const = default;
};

struct Claim {
  std::string name;
  std::vector<ClaimCondition> where;  // all of them hold; a comparison restricts others than `over`
  std::string metric;
  std::variant<BoundClaim, ComparisonClaim> statement;

  bool operator==(const Claim&) const = default;

  const Expression& bound() const;
};

// The claim is about the config: the one, or one of the two that it compares.
bool IsAbout(const Claim& claim, const TrialParameters& config);

// InvalidArgument names the claim and says what is wrong: its name, metric, a parameter or a value
// that there is not, a condition that nothing fits.
absl::Status CheckClaim(const Claim& claim);

// That the claims, which have passed CheckClaim, say something of the grid: names are unique, each
// is about some config, and its bound is a number wherever it is asked for (among the first million
// combinations of the parameters in it).
absl::Status CheckClaims(const std::vector<Claim>& claims, const Grid& grid);

}  // namespace pathsweep

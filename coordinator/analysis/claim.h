// A statement about a metric over a part of the space.
//
//   standard_fails: {where: {objective: standard}, metric: exact_match, at_most: 1/degree + 0.05}
//   planning_gap:   {compare: [teacherless, standard], over: objective, metric: exact_match,
//                    difference_at_least: 0.3}
//
// Pure values.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/expression.h"
#include "base/trial_parameters.h"

namespace pathsweep {

// Restricts one parameter: to values, or to a range of numbers.
struct ClaimCondition {
  std::string parameter;
  std::vector<ParameterValue> values;  // of the parameter's own type; none: the range
  double lowest = 0;
  double highest = 0;
};

// The mean over seeds of each config is on this side of the bound.
struct BoundClaim {
  enum class Side { kAtMost, kAtLeast };
  Side side = Side::kAtLeast;
  Expression bound;
};

// The mean over seeds of the difference between two configs that differ in one parameter alone, the
// first value's metric less the second's. Seed by seed: a seed draws the same data for both.
struct ComparisonClaim {
  std::string over;
  ParameterValue first;
  ParameterValue second;
  Expression difference_at_least;
};

struct Claim {
  std::string name;
  std::vector<ClaimCondition> where;  // all of them hold
  std::string metric;
  std::variant<BoundClaim, ComparisonClaim> statement;
};

// Whether the claim says something of a trial with these parameters; of a comparison, whatever
// value the compared parameter has.
bool IsWhere(const Claim& claim, const TrialParameters& parameters);

}  // namespace pathsweep

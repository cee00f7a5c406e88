#include "base/claim.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "base/metrics.h"
#include "base/sweep_name.h"

namespace pathsweep {
namespace {

constexpr int64_t kMostBounds = 1'000'000;

double NumberOf(const ParameterValue& value) {
  if (const auto* integer = std::get_if<int64_t>(&value)) return static_cast<double>(*integer);
  return std::get<double>(value);
}

absl::Status Problem(const Claim& claim, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("claim `", claim.name, "`: ", what));
}

absl::Status CheckCondition(const Claim& claim, const ClaimCondition& condition) {
  const ParameterSpec* spec = FindParameter(condition.parameter);
  if (spec == nullptr) {
    return Problem(claim, std::string(UnknownParameter(condition.parameter).message()));
  }
  for (const ParameterValue& value : condition.values) {
    if (absl::Status fits = CheckValue(*spec, value).status(); !fits.ok()) {
      return Problem(claim, std::string(fits.message()));
    }
  }
  if (!condition.values.empty()) return absl::OkStatus();
  if (TypeName(*spec) != "integer" && TypeName(*spec) != "real") {
    return Problem(claim, absl::StrCat("`", spec->name, "` has no range; write its values"));
  }
  if (!(condition.lowest <= condition.highest)) {
    return Problem(claim, absl::StrCat("no `", spec->name, "` is from ", condition.lowest, " to ",
                                       condition.highest));
  }
  return absl::OkStatus();
}

absl::Status CheckComparison(const Claim& claim, const ComparisonClaim& comparison) {
  const ParameterSpec* over = FindParameter(comparison.over);
  if (over == nullptr) {
    return Problem(claim, std::string(UnknownParameter(comparison.over).message()));
  }
  for (const ParameterValue* value : {&comparison.first, &comparison.second}) {
    if (absl::Status fits = CheckValue(*over, *value).status(); !fits.ok()) {
      return Problem(claim, std::string(fits.message()));
    }
  }
  if (comparison.first == comparison.second) {
    return Problem(claim, "it compares a value with itself");
  }
  for (const ClaimCondition& condition : claim.where) {
    if (condition.parameter != comparison.over) continue;
    return Problem(claim, absl::StrCat("`where` restricts `", comparison.over,
                                       "`, over which it compares; take it out"));
  }
  return absl::OkStatus();
}

// The grid's values of a parameter that fit all conditions of the claim.
std::vector<ParameterValue> ValuesWhere(const Claim& claim, const Grid& grid,
                                        const ParameterSpec& spec) {
  std::vector<ParameterValue> values = ValuesOf(grid, spec);
  std::erase_if(values, [&](const ParameterValue& value) {
    return std::ranges::any_of(claim.where, [&](const ClaimCondition& condition) {
      return condition.parameter == spec.name && !condition.Fits(value);
    });
  });
  return values;
}

absl::Status CheckRegion(const Claim& claim, const Grid& grid) {
  for (const ClaimCondition& condition : claim.where) {
    if (!ValuesWhere(claim, grid, *FindParameter(condition.parameter)).empty()) continue;
    return Problem(claim, absl::StrCat("it is about no config of the sweep: no value of `",
                                       condition.parameter, "` fits its `where`"));
  }
  const auto* comparison = std::get_if<ComparisonClaim>(&claim.statement);
  if (comparison == nullptr) return absl::OkStatus();
  const auto values = ValuesWhere(claim, grid, *FindParameter(comparison->over));
  for (const ParameterValue* value : {&comparison->first, &comparison->second}) {
    if (std::ranges::find(values, *value) != values.end()) continue;
    return Problem(claim, absl::StrCat("the sweep has no trial with `", comparison->over,
                                       "` = ", FormatValue(*value), " to compare"));
  }
  return absl::OkStatus();
}

// The bound for every combination of the parameters that stand in it.
absl::Status CheckBound(const Claim& claim, const Grid& grid) {
  Grid asked{.fixed = grid.fixed, .axes = {}, .seeds = {0}};
  for (const std::string& name : claim.bound().names()) {
    asked.axes.push_back({name, ValuesWhere(claim, grid, *FindParameter(name))});
  }
  if (const auto* comparison = std::get_if<ComparisonClaim>(&claim.statement)) {
    for (GridAxis& axis : asked.axes) {
      if (axis.name == comparison->over) axis.values = {comparison->first};
    }
  }
  const absl::StatusOr<int64_t> all = CountTrials(asked);
  const int64_t combinations = all.ok() ? std::min(*all, kMostBounds) : kMostBounds;
  for (int64_t i = 0; i < combinations; ++i) {
    const absl::Status bound = claim.bound().Number(ConfigAt(asked, i)).status();
    if (!bound.ok()) return Problem(claim, std::string(bound.message()));
  }
  return absl::OkStatus();
}

}  // namespace

bool ClaimCondition::Fits(const ParameterValue& value) const {
  if (!values.empty()) return std::ranges::find(values, value) != values.end();
  const double number = NumberOf(value);
  return number >= lowest && number <= highest;
}

const Expression& Claim::bound() const {
  if (const auto* one = std::get_if<BoundClaim>(&statement)) return one->bound;
  return std::get<ComparisonClaim>(statement).difference_at_least;
}

absl::Status CheckClaim(const Claim& claim) {
  if (claim.name.empty() || claim.name.size() > kLongestSweepName ||
      !std::ranges::all_of(claim.name, IsSweepNameCharacter)) {
    return Problem(claim, absl::StrCat("a claim's name has 1 to ", kLongestSweepName,
                                       " letters, digits, `-`, `_` or `.`"));
  }
  if (absl::Status metric = CheckMetricName(claim.metric); !metric.ok()) {
    return Problem(claim, std::string(metric.message()));
  }
  for (const ClaimCondition& condition : claim.where) {
    if (absl::Status valid = CheckCondition(claim, condition); !valid.ok()) return valid;
  }
  const auto* comparison = std::get_if<ComparisonClaim>(&claim.statement);
  return comparison == nullptr ? absl::OkStatus() : CheckComparison(claim, *comparison);
}

absl::Status CheckClaims(const std::vector<Claim>& claims, const Grid& grid) {
  std::set<std::string> names;
  for (const Claim& claim : claims) {
    if (!names.insert(claim.name).second) return Problem(claim, "the name stands twice");
    if (absl::Status region = CheckRegion(claim, grid); !region.ok()) return region;
    if (absl::Status bound = CheckBound(claim, grid); !bound.ok()) return bound;
  }
  return absl::OkStatus();
}

}  // namespace pathsweep

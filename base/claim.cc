#include "base/claim.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
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

bool FitsAll(const Claim& claim, const std::vector<std::string>& names,
             const JointAxis::Point& point) {
  return std::ranges::all_of(claim.where, [&](const ClaimCondition& condition) {
    const auto name = std::ranges::find(names, condition.parameter);
    return name == names.end() || condition.Fits(point[name - names.begin()]);
  });
}

// The grid without what does not fit the claim's conditions. A joint axis may be without points
// then.
Grid Restricted(const Claim& claim, const Grid& grid) {
  Grid restricted{.fixed = grid.fixed, .axes = {}, .seeds = {0}};
  for (const JointAxis& axis : grid.joint) {
    std::vector<JointAxis::Point> points;
    for (const JointAxis::Point& point : axis.points()) {
      if (FitsAll(claim, axis.names(), point)) points.push_back(point);
    }
    restricted.joint.emplace_back(axis.names(), std::move(points));
  }
  for (const GridAxis& axis : grid.axes) {
    restricted.axes.push_back({axis.name, ValuesWhere(claim, grid, *FindParameter(axis.name))});
  }
  return restricted;
}

// The distinct points of some of the axis's parameters.
JointAxis Projected(const JointAxis& axis, const std::set<std::string>& names) {
  std::vector<std::string> kept;
  std::vector<size_t> places;
  for (size_t i = 0; i < axis.names().size(); ++i) {
    if (!names.contains(axis.names()[i])) continue;
    kept.push_back(axis.names()[i]);
    places.push_back(i);
  }
  std::set<JointAxis::Point> points;
  for (const JointAxis::Point& point : axis.points()) {
    JointAxis::Point some;
    for (size_t place : places) some.push_back(point[place]);
    points.insert(std::move(some));
  }
  return JointAxis(std::move(kept), {points.begin(), points.end()});
}

// Two points of the axis that differ in the compared parameter alone.
bool HasPair(const JointAxis& axis, const ComparisonClaim& comparison) {
  const size_t over = std::ranges::find(axis.names(), comparison.over) - axis.names().begin();
  const std::set<JointAxis::Point> points(axis.points().begin(), axis.points().end());
  return std::ranges::any_of(points, [&](JointAxis::Point point) {
    if (point[over] != comparison.first) return false;
    point[over] = comparison.second;
    return points.contains(point);
  });
}

// `restricted` is Restricted(claim, grid), as in the next.
absl::Status CheckRegion(const Claim& claim, const Grid& grid, const Grid& restricted) {
  for (const ClaimCondition& condition : claim.where) {
    if (!ValuesWhere(claim, grid, *FindParameter(condition.parameter)).empty()) continue;
    return Problem(claim, absl::StrCat("it is about no config of the sweep: no value of `",
                                       condition.parameter, "` fits its `where`"));
  }
  for (const JointAxis& axis : restricted.joint) {
    if (!axis.points().empty()) continue;
    return Problem(claim, absl::StrCat("it is about no config of the sweep: none fits `where` in `",
                                       absl::StrJoin(axis.names(), "` and `"), "` together"));
  }
  const auto* comparison = std::get_if<ComparisonClaim>(&claim.statement);
  if (comparison == nullptr) return absl::OkStatus();
  const auto values = ValuesWhere(claim, grid, *FindParameter(comparison->over));
  for (const ParameterValue* value : {&comparison->first, &comparison->second}) {
    if (std::ranges::find(values, *value) != values.end()) continue;
    return Problem(claim, absl::StrCat("the sweep has no trial with `", comparison->over,
                                       "` = ", FormatValue(*value), " to compare"));
  }
  for (const JointAxis& axis : restricted.joint) {
    if (std::ranges::find(axis.names(), comparison->over) == axis.names().end()) continue;
    if (HasPair(axis, *comparison)) continue;
    return Problem(claim, absl::StrCat("no two configs differ in `", comparison->over,
                                       "` alone; of samples, write `cross: true` at its values"));
  }
  return absl::OkStatus();
}

// The bound for every combination of the parameters that stand in it.
absl::Status CheckBound(const Claim& claim, const Grid& restricted) {
  const std::set<std::string>& names = claim.bound().names();
  Grid asked = restricted;
  for (JointAxis& axis : asked.joint) axis = Projected(axis, names);
  std::erase_if(asked.joint, [](const JointAxis& axis) { return axis.names().empty(); });
  std::erase_if(asked.axes, [&](const GridAxis& axis) { return !names.contains(axis.name); });
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

bool IsAbout(const Claim& claim, const TrialParameters& config) {
  if (const auto* comparison = std::get_if<ComparisonClaim>(&claim.statement)) {
    const ParameterValue value = GetParameter(config, *FindParameter(comparison->over));
    if (value != comparison->first && value != comparison->second) return false;
  }
  return std::ranges::all_of(claim.where, [&](const ClaimCondition& condition) {
    return condition.Fits(GetParameter(config, *FindParameter(condition.parameter)));
  });
}

absl::Status CheckCondition(const ClaimCondition& condition) {
  const ParameterSpec* spec = FindParameter(condition.parameter);
  if (spec == nullptr) return UnknownParameter(condition.parameter);
  for (const ParameterValue& value : condition.values) {
    if (absl::Status fits = CheckValue(*spec, value).status(); !fits.ok()) return fits;
  }
  if (!condition.values.empty()) return absl::OkStatus();
  if (TypeName(*spec) != "integer" && TypeName(*spec) != "real") {
    return absl::InvalidArgumentError(
        absl::StrCat("`", spec->name, "` has no range; write its values"));
  }
  if (condition.lowest <= condition.highest) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("no `", spec->name, "` is from ", condition.lowest, " to ", condition.highest));
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
    if (absl::Status valid = CheckCondition(condition); !valid.ok()) {
      return Problem(claim, std::string(valid.message()));
    }
  }
  const auto* comparison = std::get_if<ComparisonClaim>(&claim.statement);
  return comparison == nullptr ? absl::OkStatus() : CheckComparison(claim, *comparison);
}

absl::Status CheckClaims(const std::vector<Claim>& claims, const Grid& grid) {
  std::set<std::string> names;
  for (const Claim& claim : claims) {
    if (!names.insert(claim.name).second) return Problem(claim, "the name stands twice");
    const Grid restricted = Restricted(claim, grid);
    if (absl::Status region = CheckRegion(claim, grid, restricted); !region.ok()) return region;
    if (absl::Status bound = CheckBound(claim, restricted); !bound.ok()) return bound;
  }
  return absl::OkStatus();
}

}  // namespace pathsweep

#include "base/grid.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace pathsweep {
namespace {

// The parameters that CheckTogether looks at: only their combinations are tried, so that
// checking a large grid stays cheap.
constexpr std::array<absl::string_view, 6> kTogetherParameters = {"degree", "length", "nodes",
                                                                  "width",  "heads",  "position"};

// The product of `sizes`; at least `limit` + 1 once it exceeds the limit, exact up to
// 10^36 or so.
absl::uint128 Product(const Grid& grid) {
  constexpr absl::uint128 kHuge = absl::MakeUint128(uint64_t{1} << 55, 0);
  std::vector<size_t> sizes;
  for (const JointAxis& axis : grid.joint) sizes.push_back(axis.points().size());
  for (const GridAxis& axis : grid.axes) sizes.push_back(axis.values.size());
  absl::uint128 product = grid.seeds.size();
  for (size_t size : sizes) {
    if (product > kHuge / std::max<size_t>(size, 1)) return kHuge;
    product *= size;
  }
  return product;
}

std::string ToText(absl::uint128 number) {
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + static_cast<int>(number % 10)));
    number /= 10;
  } while (number > 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

absl::Status CheckSeeds(const std::vector<int64_t>& seeds) {
  if (seeds.empty()) return absl::InvalidArgumentError("`seeds` is empty; write at least one");
  // Mostly they are in order, and there may be ten million.
  const auto does_not_rise = [](int64_t a, int64_t b) { return a >= b; };
  if (seeds.front() >= 0 && std::ranges::adjacent_find(seeds, does_not_rise) == seeds.end()) {
    return absl::OkStatus();
  }
  std::vector<int64_t> sorted = seeds;
  std::ranges::sort(sorted);
  if (sorted.front() < 0) {
    return absl::InvalidArgumentError(absl::StrCat("seed ", sorted.front(), " is negative"));
  }
  if (const auto twice = std::ranges::adjacent_find(sorted); twice != sorted.end()) {
    return absl::InvalidArgumentError(absl::StrCat("seed ", *twice, " stands twice"));
  }
  return absl::OkStatus();
}

// Of an axis: the parameters that CheckTogether looks at, and their distinct values.
struct TogetherAxis {
  std::vector<const ParameterSpec*> specs;
  std::vector<JointAxis::Point> points;
};

bool IsTogether(absl::string_view name) {
  return std::ranges::find(kTogetherParameters, name) != kTogetherParameters.end();
}

TogetherAxis TogetherPart(const JointAxis& axis) {
  TogetherAxis part;
  std::vector<size_t> places;
  for (size_t i = 0; i < axis.names().size(); ++i) {
    if (!IsTogether(axis.names()[i])) continue;
    places.push_back(i);
    part.specs.push_back(FindParameter(axis.names()[i]));
  }
  std::set<JointAxis::Point> seen;
  for (const JointAxis::Point& point : axis.points()) {
    JointAxis::Point some;
    for (size_t place : places) some.push_back(point[place]);
    if (seen.insert(some).second) part.points.push_back(std::move(some));
  }
  return part;
}

// Requires that each axis has passed CheckAxis.
std::vector<TogetherAxis> TogetherAxes(const Grid& grid) {
  std::vector<TogetherAxis> axes;
  for (const JointAxis& axis : grid.joint) {
    if (std::ranges::any_of(axis.names(), IsTogether)) axes.push_back(TogetherPart(axis));
  }
  for (const GridAxis& axis : grid.axes) {
    if (!IsTogether(axis.name)) continue;
    TogetherAxis& added = axes.emplace_back();
    added.specs = {FindParameter(axis.name)};
    for (const ParameterValue& value : axis.values) added.points.push_back({value});
  }
  return axes;
}

void PutPoint(TrialParameters& parameters, absl::Span<const ParameterSpec* const> specs,
              const JointAxis::Point& point) {
  for (size_t i = 0; i < specs.size(); ++i) PutParameter(parameters, *specs[i], point[i]);
}

// CheckTogether for every combination of the axes, in the order of the configs. There may be
// ten million, so a step from one to the next must be a matter of nanoseconds.
absl::Status CheckCombinations(absl::Span<const TogetherAxis> axes, TrialParameters& parameters) {
  if (axes.empty()) return CheckTogether(parameters);
  for (const JointAxis::Point& point : axes.front().points) {
    PutPoint(parameters, axes.front().specs, point);
    absl::Status status = CheckCombinations(axes.subspan(1), parameters);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<JointAxis::Point> CheckPoint(absl::Span<const ParameterSpec* const> specs,
                                            const JointAxis::Point& point) {
  if (point.size() != specs.size()) {
    return absl::InvalidArgumentError(absl::StrCat("a point of `", specs.front()->name, "` has ",
                                                   point.size(), " values for ", specs.size(),
                                                   " parameters"));
  }
  JointAxis::Point typed;
  for (size_t i = 0; i < specs.size(); ++i) {
    absl::StatusOr<ParameterValue> checked = CheckValue(*specs[i], point[i]);
    if (!checked.ok()) return checked.status();
    typed.push_back(*std::move(checked));
  }
  return typed;
}

absl::Status CheckNames(const Grid& grid) {
  std::set<std::string> seen;
  for (const std::string& name : VariedNames(grid)) {
    if (seen.insert(name).second) continue;
    return absl::InvalidArgumentError(absl::StrCat("`", name, "` has two axes"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<int64_t> CountTrials(const Grid& grid) {
  const absl::uint128 trials = Product(grid);
  if (trials > kMaxTrialsPerSweep) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the grid has ", ToText(trials), " trials, more than the limit of ",
                     kMaxTrialsPerSweep, "; take values away or split it into several sweeps"));
  }
  return static_cast<int64_t>(trials);
}

JointAxis::JointAxis(std::vector<std::string> names, std::vector<Point> points)
    : names_(std::move(names)),
      points_(std::make_shared<const std::vector<Point>>(std::move(points))) {}

bool JointAxis::operator==(const JointAxis& other) const {
  return names_ == other.names_ && *points_ == *other.points_;
}

int64_t ConfigCount(const Grid& grid) {
  int64_t configs = 1;
  for (const JointAxis& axis : grid.joint) configs *= static_cast<int64_t>(axis.points().size());
  for (const GridAxis& axis : grid.axes) configs *= static_cast<int64_t>(axis.values.size());
  return configs;
}

TrialParameters ConfigAt(const Grid& grid, int64_t config) {
  TrialParameters parameters = grid.fixed;
  for (auto axis = grid.axes.rbegin(); axis != grid.axes.rend(); ++axis) {
    const auto size = static_cast<int64_t>(axis->values.size());
    SetParameter(parameters, axis->name, axis->values[config % size]).IgnoreError();
    config /= size;
  }
  for (auto axis = grid.joint.rbegin(); axis != grid.joint.rend(); ++axis) {
    const auto size = static_cast<int64_t>(axis->points().size());
    const JointAxis::Point& point = axis->points()[config % size];
    for (size_t i = 0; i < point.size(); ++i) {
      SetParameter(parameters, axis->names()[i], point[i]).IgnoreError();
    }
    config /= size;
  }
  return parameters;
}

std::vector<std::string> VariedNames(const Grid& grid) {
  std::vector<std::string> names;
  for (const JointAxis& axis : grid.joint) {
    names.insert(names.end(), axis.names().begin(), axis.names().end());
  }
  for (const GridAxis& axis : grid.axes) names.push_back(axis.name);
  return names;
}

std::vector<ParameterValue> ValuesOf(const Grid& grid, const ParameterSpec& spec) {
  const auto axis = std::ranges::find(grid.axes, spec.name, &GridAxis::name);
  if (axis != grid.axes.end()) return axis->values;
  for (const JointAxis& joint : grid.joint) {
    const auto name = std::ranges::find(joint.names(), spec.name);
    if (name == joint.names().end()) continue;
    std::set<ParameterValue> values;
    for (const JointAxis::Point& point : joint.points()) {
      values.insert(point[name - joint.names().begin()]);
    }
    return {values.begin(), values.end()};
  }
  return {GetParameter(grid.fixed, spec)};
}

absl::StatusOr<JointAxis> CheckAxis(const JointAxis& axis) {
  if (axis.names().empty() || axis.points().empty() || axis.points().size() > kMostPoints) {
    return absl::InvalidArgumentError(
        absl::StrCat("parameters that change together need a name and 1 to ", kMostPoints,
                     " points, not ", axis.names().size(), " and ", axis.points().size()));
  }
  std::vector<const ParameterSpec*> specs;
  for (const std::string& name : axis.names()) {
    specs.push_back(FindParameter(name));
    if (specs.back() == nullptr) return UnknownParameter(name);
  }
  std::vector<JointAxis::Point> typed;
  std::set<JointAxis::Point> seen;
  for (const JointAxis::Point& point : axis.points()) {
    absl::StatusOr<JointAxis::Point> checked = CheckPoint(specs, point);
    if (!checked.ok()) return checked.status();
    if (!seen.insert(*checked).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", axis.names().front(), "` has a point twice"));
    }
    typed.push_back(*std::move(checked));
  }
  return JointAxis(axis.names(), std::move(typed));
}

absl::StatusOr<GridAxis> CheckAxis(const GridAxis& axis) {
  const ParameterSpec* spec = FindParameter(axis.name);
  if (spec == nullptr) return UnknownParameter(axis.name);
  if (axis.values.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", axis.name, "` has no values; write at least one"));
  }
  GridAxis typed{axis.name, {}};
  std::set<ParameterValue> seen;
  for (const ParameterValue& value : axis.values) {
    absl::StatusOr<ParameterValue> checked = CheckValue(*spec, value);
    if (!checked.ok()) return checked.status();
    if (!seen.insert(*checked).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", axis.name, "` has the value ", FormatValue(*checked), " twice"));
    }
    typed.values.push_back(*std::move(checked));
  }
  return typed;
}

absl::Status CheckAxes(const Grid& grid) {
  for (const JointAxis& axis : grid.joint) {
    if (absl::Status status = CheckAxis(axis).status(); !status.ok()) return status;
  }
  for (const GridAxis& axis : grid.axes) {
    if (absl::Status status = CheckAxis(axis).status(); !status.ok()) return status;
  }
  if (absl::Status status = CheckNames(grid); !status.ok()) return status;
  return CheckSeeds(grid.seeds);
}

absl::Status CheckGrid(const Grid& grid) {
  if (absl::Status status = CheckAxes(grid); !status.ok()) return status;
  if (absl::Status status = CountTrials(grid).status(); !status.ok()) return status;
  TrialParameters parameters = grid.fixed;
  return CheckCombinations(TogetherAxes(grid), parameters);
}

}  // namespace pathsweep

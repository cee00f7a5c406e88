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
constexpr std::array<absl::string_view, 6> kJointParameters = {"degree", "length", "nodes",
                                                               "width",  "heads",  "position"};

// The product of `sizes`; at least `limit` + 1 once it exceeds the limit, exact up to
// 10^36 or so.
absl::uint128 Product(const Grid& grid) {
  constexpr absl::uint128 kHuge = absl::MakeUint128(uint64_t{1} << 55, 0);
  absl::uint128 product = grid.seeds.size();
  for (const GridAxis& axis : grid.axes) {
    if (product > kHuge / std::max<size_t>(axis.values.size(), 1)) return kHuge;
    product *= axis.values.size();
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

// The parameter and its values.
using JointAxis = std::pair<const ParameterSpec*, const std::vector<ParameterValue>*>;

// The axes that CheckTogether looks at. Requires that each axis has passed CheckAxis.
std::vector<JointAxis> JointAxes(const Grid& grid) {
  std::vector<JointAxis> joint;
  for (const GridAxis& axis : grid.axes) {
    if (std::ranges::find(kJointParameters, axis.name) == kJointParameters.end()) continue;
    joint.emplace_back(FindParameter(axis.name), &axis.values);
  }
  return joint;
}

// CheckTogether for every combination of the axes, in the order of the configs. There may be
// ten million, so a step from one to the next must be a matter of nanoseconds.
absl::Status CheckCombinations(absl::Span<const JointAxis> axes, TrialParameters& parameters) {
  if (axes.empty()) return CheckTogether(parameters);
  const auto& [spec, values] = axes.front();
  for (const ParameterValue& value : *values) {
    PutParameter(parameters, *spec, value);
    absl::Status status = CheckCombinations(axes.subspan(1), parameters);
    if (!status.ok()) return status;
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

int64_t ConfigCount(const Grid& grid) {
  int64_t configs = 1;
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
  return parameters;
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

absl::Status CheckGrid(const Grid& grid) {
  std::set<absl::string_view> names;
  for (const GridAxis& axis : grid.axes) {
    if (absl::Status status = CheckAxis(axis).status(); !status.ok()) return status;
    if (!names.insert(axis.name).second) {
      return absl::InvalidArgumentError(absl::StrCat("`", axis.name, "` has two axes"));
    }
  }
  if (absl::Status status = CheckSeeds(grid.seeds); !status.ok()) return status;
  if (absl::Status status = CountTrials(grid).status(); !status.ok()) return status;
  TrialParameters parameters = grid.fixed;
  return CheckCombinations(JointAxes(grid), parameters);
}

}  // namespace pathsweep

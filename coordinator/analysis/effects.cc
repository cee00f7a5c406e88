#include "coordinator/analysis/effects.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "absl/strings/str_cat.h"
#include "coordinator/analysis/sample.h"
#include "coordinator/analysis/significance.h"
#include "coordinator/analysis/variance_shares.h"

namespace pathsweep {
namespace {

constexpr size_t kOrder = 2;            // parameters alone and in pairs
constexpr size_t kFewestOfSample = 20;  // configs
constexpr size_t kLeastOfGroup = 5;     // configs, on average
constexpr size_t kMostGroups = 20;

// A parameter that varies among the configs.
struct Axis {
  const ConfigColumn* column;
  std::vector<uint32_t> values;  // that occur, among the column's, in order
};

std::vector<Axis> AxesOf(const ConfigColumns& configs, absl::Span<const ConfigMean> means) {
  std::vector<Axis> axes;
  for (const ConfigColumn& column : configs.columns()) {
    std::set<uint32_t> seen;
    for (const ConfigMean& one : means) seen.insert(column.at[one.config]);
    if (seen.size() > 1) axes.push_back({&column, {seen.begin(), seen.end()}});
  }
  return axes;
}

// The configs in the order of their grid; none if they are no full grid.
std::vector<const ConfigMean*> InGridOrder(const std::vector<Axis>& axes,
                                           absl::Span<const ConfigMean> means) {
  double cells = 1;
  for (const Axis& axis : axes) cells *= static_cast<double>(axis.values.size());
  if (cells != static_cast<double>(means.size())) return {};
  std::vector<const ConfigMean*> ordered(means.size(), nullptr);
  for (const ConfigMean& one : means) {
    size_t cell = 0;
    for (const Axis& axis : axes) {
      const uint32_t at = axis.column->at[one.config];
      cell = cell * axis.values.size() +
             (std::ranges::lower_bound(axis.values, at) - axis.values.begin());
    }
    ordered[cell] = &one;
  }
  // As many as cells, so one that stands twice leaves another out.
  return std::ranges::find(ordered, nullptr) == ordered.end() ? ordered
                                                              : std::vector<const ConfigMean*>();
}

// The average of the variances that are known; none if none is.
std::optional<double> VarianceOfNoise(absl::Span<const ConfigMean> means) {
  double sum = 0;
  int64_t count = 0;
  for (const ConfigMean& one : means) {
    if (!one.variance) continue;
    sum += *one.variance;
    ++count;
  }
  return count == 0 ? std::nullopt : std::optional(sum / static_cast<double>(count));
}

// `unit` is the share that noise makes of an effect on average, for each of its degrees of freedom.
void AddNoise(double unit, int64_t degrees, Effect& effect) {
  effect.noise_floor = std::min(1.0, unit * static_cast<double>(degrees));
  Estimate& share = effect.share;
  if (unit == 0) {
    share.low = share.high = share.value;
    return;
  }
  const auto [low, high] = NoncentralityInterval(std::max(0.0, share.value / unit), degrees);
  share.low = std::min(1.0, low * unit);
  share.high = std::min(1.0, high * unit);
}

Effects OfGrid(const std::vector<Axis>& axes, const std::vector<const ConfigMean*>& ordered,
               double variance, std::optional<double> noise) {
  std::vector<int64_t> sizes;
  for (const Axis& axis : axes) sizes.push_back(static_cast<int64_t>(axis.values.size()));
  std::vector<double> values;
  for (const ConfigMean* one : ordered) values.push_back(*one->mean);
  const Factorial grid(sizes, kOrder);
  const std::vector<double> shares = grid.Shares(values);
  Effects effects;
  for (size_t set = 0; set < shares.size(); ++set) {
    Effect& effect = effects.all.emplace_back();
    for (size_t axis : grid.sets()[set]) {
      effect.parameters.emplace_back(axes[axis].column->spec->name);
    }
    effect.share.value = shares[set];
    const double unit = noise.value_or(0) / static_cast<double>(values.size()) / variance;
    if (noise) AddNoise(unit, grid.DegreesOfFreedom(set), effect);
  }
  return effects;
}

// Of each config a group by the parameter's value: that of a value where they are few, else of
// about as many configs each. Configs of a value stay together.
std::vector<size_t> GroupsOf(const Axis& axis, absl::Span<const ConfigMean> means) {
  const size_t most = std::min(kMostGroups, means.size() / kLeastOfGroup);
  std::vector<size_t> of_value(axis.column->values.size(), 0);
  for (const ConfigMean& one : means) ++of_value[axis.column->at[one.config]];
  const bool merges = axis.values.size() > most;
  size_t before = 0;
  for (size_t i = 0; i < axis.values.size(); ++i) {
    size_t& count = of_value[axis.values[i]];
    const size_t group = merges ? (before + count / 2) * most / means.size() : i;
    before += count;
    count = group;
  }
  std::vector<size_t> groups;
  for (const ConfigMean& one : means) groups.push_back(of_value[axis.column->at[one.config]]);
  return groups;
}

Effect OfSample(const Axis& axis, absl::Span<const ConfigMean> means, double mean, double squares) {
  const std::vector<size_t> groups = GroupsOf(axis, means);
  std::vector<double> sums(std::ranges::max(groups) + 1, 0);
  std::vector<double> counts(sums.size(), 0);
  for (size_t i = 0; i < means.size(); ++i) {
    sums[groups[i]] += *means[i].mean - mean;
    ++counts[groups[i]];
  }
  double between = 0;
  int64_t degrees = -1;
  for (size_t group = 0; group < sums.size(); ++group) {
    if (counts[group] == 0) continue;
    between += sums[group] * sums[group] / counts[group];
    ++degrees;
  }
  Effect effect;
  effect.parameters = {std::string(axis.column->spec->name)};
  effect.share.value = between / squares;
  const double inside = static_cast<double>(means.size()) - 1 - static_cast<double>(degrees);
  if (degrees > 0 && inside > 0) {
    AddNoise(std::max(0.0, squares - between) / squares / inside, degrees, effect);
  }
  return effect;
}

}  // namespace

ConfigMean MeanOf(size_t config, absl::Span<const double> values) {
  ConfigMean one{.config = config};
  if (values.empty()) return one;
  one.mean = Mean(values);
  const auto n = static_cast<double>(values.size());
  if (values.size() > 1) one.variance = SquaredDeviations(values, *one.mean) / (n - 1) / n;
  return one;
}

Effects ExplainVariance(const ConfigColumns& configs, absl::Span<const ConfigMean> means) {
  const auto without_value =
      std::ranges::count_if(means, [](const ConfigMean& one) { return !one.mean; });
  if (without_value > 0) {
    return {{}, absl::StrCat(without_value, " of ", means.size(), " configs have no value yet")};
  }
  if (means.empty()) return {{}, "no config has a value yet"};
  const std::vector<Axis> axes = AxesOf(configs, means);
  if (axes.empty()) return {{}, "no parameter varies"};
  std::vector<double> values;
  for (const ConfigMean& one : means) values.push_back(*one.mean);
  const double mean = Mean(values);
  const double squares = SquaredDeviations(values, mean);
  if (squares == 0) return {{}, "all configs have the same value"};
  if (!std::isfinite(squares)) return {{}, "values are too large to be squared"};

  Effects effects;
  const std::vector<const ConfigMean*> ordered = InGridOrder(axes, means);
  if (!ordered.empty()) {
    const double variance = squares / static_cast<double>(means.size());
    effects = OfGrid(axes, ordered, variance, VarianceOfNoise(means));
  } else if (means.size() < kFewestOfSample) {
    return {{}, absl::StrCat("its configs are not a full grid, and fewer than ", kFewestOfSample)};
  } else {
    effects.sampled = true;
    for (const Axis& axis : axes) effects.all.push_back(OfSample(axis, means, mean, squares));
  }
  std::ranges::stable_sort(effects.all, std::greater<>(),
                           [](const Effect& effect) { return effect.share.value; });
  return effects;
}

}  // namespace pathsweep

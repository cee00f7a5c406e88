#include "coordinator/analysis/claim_effects.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "absl/strings/str_cat.h"
#include "coordinator/analysis/sample.h"
#include "coordinator/analysis/significance.h"
#include "coordinator/analysis/variance_shares.h"

namespace pathsweep {
namespace {

constexpr size_t kOrder = 2;  // parameters alone and in pairs

// A parameter that varies among the samples.
struct Axis {
  const ConfigColumn* column;
  std::vector<uint32_t> values;  // that occur, among the column's, in order
};

std::vector<Axis> AxesOf(const ConfigColumns& configs, absl::Span<const ClaimSample> samples) {
  std::vector<Axis> axes;
  for (const ConfigColumn& column : configs.columns()) {
    std::set<uint32_t> seen;
    for (const ClaimSample& sample : samples) seen.insert(column.at[sample.config]);
    if (seen.size() > 1) axes.push_back({&column, {seen.begin(), seen.end()}});
  }
  return axes;
}

// The samples in the order of their grid; none if they are no full grid.
std::vector<const ClaimSample*> InGridOrder(const std::vector<Axis>& axes,
                                            absl::Span<const ClaimSample> samples) {
  double cells = 1;
  for (const Axis& axis : axes) cells *= static_cast<double>(axis.values.size());
  if (cells != static_cast<double>(samples.size())) return {};
  std::vector<const ClaimSample*> ordered(samples.size(), nullptr);
  for (const ClaimSample& sample : samples) {
    size_t cell = 0;
    for (const Axis& axis : axes) {
      const uint32_t at = axis.column->at[sample.config];
      cell = cell * axis.values.size() +
             (std::ranges::lower_bound(axis.values, at) - axis.values.begin());
    }
    ordered[cell] = &sample;
  }
  // As many as cells, so one that stands twice leaves another out.
  return std::ranges::find(ordered, nullptr) == ordered.end() ? ordered
                                                              : std::vector<const ClaimSample*>();
}

// The variance that the means over seeds have by the seeds' noise, on average over the configs with
// two seeds or more; none if there is no such config.
std::optional<double> VarianceOfNoise(absl::Span<const ClaimSample* const> samples) {
  double sum = 0;
  int64_t count = 0;
  for (const ClaimSample* sample : samples) {
    const auto n = static_cast<double>(sample->values.size());
    if (n < 2) continue;
    sum += SquaredDeviations(sample->values, Mean(sample->values)) / (n - 1) / n;
    ++count;
  }
  return count == 0 ? std::nullopt : std::optional(sum / static_cast<double>(count));
}

// `unit` is the share that noise makes of an effect on average, for each of its degrees of freedom.
void AddNoise(double unit, int64_t degrees, ClaimEffect& effect) {
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

}  // namespace

ClaimEffects ExplainMargins(const Claim& claim, const ConfigColumns& configs,
                            absl::Span<const ClaimSample> samples) {
  const auto without_value = std::ranges::count_if(
      samples, [](const ClaimSample& sample) { return sample.values.empty(); });
  if (without_value > 0) {
    return {{}, absl::StrCat(without_value, " of ", samples.size(), " configs have no value yet")};
  }
  const std::vector<Axis> axes = AxesOf(configs, samples);
  if (axes.empty()) return {{}, "no parameter varies"};
  const std::vector<const ClaimSample*> ordered = InGridOrder(axes, samples);
  if (ordered.empty()) return {{}, "its configs are not a full grid"};
  std::vector<int64_t> sizes;
  for (const Axis& axis : axes) sizes.push_back(static_cast<int64_t>(axis.values.size()));
  const double side = SideOf(claim);
  std::vector<double> margins;
  for (const ClaimSample* sample : ordered) {
    margins.push_back(side * (Mean(sample->values) - sample->bound));
  }
  const auto configs_count = static_cast<double>(margins.size());
  const double variance = SquaredDeviations(margins, Mean(margins)) / configs_count;
  if (variance == 0) return {{}, "all configs have the same margin"};
  if (!std::isfinite(variance)) return {{}, "margins are too large to be squared"};

  const Factorial grid(sizes, kOrder);
  const std::vector<double> shares = grid.Shares(margins);
  const std::optional<double> noise = VarianceOfNoise(ordered);
  ClaimEffects effects;
  for (size_t set = 0; set < shares.size(); ++set) {
    ClaimEffect& effect = effects.all.emplace_back();
    for (size_t axis : grid.sets()[set]) {
      effect.parameters.emplace_back(axes[axis].column->spec->name);
    }
    effect.share.value = shares[set];
    if (noise) AddNoise(*noise / configs_count / variance, grid.DegreesOfFreedom(set), effect);
  }
  std::ranges::stable_sort(effects.all, std::greater<>(),
                           [](const ClaimEffect& effect) { return effect.share.value; });
  return effects;
}

}  // namespace pathsweep

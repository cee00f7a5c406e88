#include "coordinator/planner/search_plan.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "coordinator/analysis/claim_samples.h"
#include "coordinator/analysis/sample.h"
#include "coordinator/planner/claim_plan.h"
#include "coordinator/search/proposals.h"

namespace pathsweep {
namespace {

// Of each point of the sweep's grid; none yet.
using Losses = std::vector<std::optional<double>>;

// How many configs come of a point: one for each combination of what it is crossed with.
int64_t ConfigsPerPoint(const Sweep& sweep) {
  Grid beside = sweep.spec.grid;
  beside.joint.clear();
  return ConfigCount(beside);
}

std::vector<double> Known(absl::Span<const SeedValue> seeds) {
  std::vector<double> known;
  for (const SeedValue& seed : seeds) {
    if (seed.value) known.push_back(*seed.value);
  }
  return known;
}

Losses NoLosses(const Sweep& sweep) {
  return Losses(sweep.spec.grid.joint.front().points().size());
}

// The mean of the sweep's metric over all trials of a point that have a result.
Losses LossesByMetric(const Sweep& sweep, const SeedValues& values) {
  Losses losses = NoLosses(sweep);
  const auto width = static_cast<size_t>(ConfigsPerPoint(sweep));
  for (size_t point = 0; point < losses.size(); ++point) {
    std::vector<double> all;
    for (size_t config = point * width; config < (point + 1) * width; ++config) {
      const std::vector<double> some = Known(values.Of(config));
      all.insert(all.end(), some.begin(), some.end());
    }
    if (all.empty()) continue;
    losses[point] = sweep.spec.search->maximize ? -Mean(all) : Mean(all);
  }
  return losses;
}

// By how much the mean is on the claim's side of its bound; below 0 it breaks the claim.
struct Margin {
  size_t config;
  size_t other;  // with which a comparison compares it, or the same
  double margin;
  bool whole;  // every seed of the grid has a value
};

absl::StatusOr<std::vector<Margin>> MarginsOf(const Sweep& sweep, const ReadValues& read) {
  const auto claim = std::ranges::find(sweep.spec.claims, sweep.spec.search->claim, &Claim::name);
  const auto values = read(claim->metric);
  if (!values.ok()) return values.status();
  const auto samples =
      SamplesOf(*claim, ConfigsOf(sweep), ValuesBySeed(sweep, *values, SeedsOf::kGrid));
  std::vector<Margin> margins;
  if (!samples.ok()) return margins;  // of the points by now none is the claim's
  for (const ClaimSample& sample : *samples) {
    if (sample.values.empty()) continue;
    margins.push_back({sample.config, sample.other,
                       SideOf(*claim) * (Mean(sample.values) - sample.bound),
                       /*whole=*/sample.missing == 0});
  }
  return margins;
}

// The lowest margin among the configs of a point.
Losses LossesByMargin(const Sweep& sweep, const std::vector<Margin>& margins) {
  Losses losses = NoLosses(sweep);
  const auto width = static_cast<size_t>(ConfigsPerPoint(sweep));
  for (const Margin& one : margins) {
    std::optional<double>& loss = losses[one.config / width];
    loss = std::min(loss.value_or(one.margin), one.margin);
  }
  return losses;
}

// `ended` says that no seed of the grid is to come any more.
std::vector<MoreSeeds> FreshSeeds(const Sweep& sweep, const std::vector<Margin>& margins,
                                  bool ended) {
  std::map<size_t, int64_t> wanted;
  const SeedValues all = ValuesBySeed(sweep, {}, SeedsOf::kAll);
  const auto few = static_cast<int64_t>(sweep.spec.grid.seeds.size());
  for (const Margin& one : margins) {
    if (one.margin >= 0 || !(one.whole || ended)) continue;
    for (size_t config : {one.config, one.other}) {
      if (static_cast<int64_t>(all.Of(config).size()) > few) continue;  // it has them
      wanted[config] = few + sweep.spec.search->fresh_seeds;
    }
  }
  return SeedsFor(wanted, all);
}

}  // namespace

absl::StatusOr<Extension> PlanSearch(const Sweep& sweep, const ReadValues& read, int64_t trials) {
  const Search& search = *sweep.spec.search;
  Extension extension;
  Losses losses;
  if (search.method == Search::Method::kFalsify) {
    const auto margins = MarginsOf(sweep, read);
    if (!margins.ok()) return margins.status();
    extension.more_seeds = FreshSeeds(sweep, *margins, /*ended=*/false);
    losses = LossesByMargin(sweep, *margins);
  } else {
    const auto values = read(sweep.spec.metric);
    if (!values.ok()) return values.status();
    losses = LossesByMetric(sweep, ValuesBySeed(sweep, *values, SeedsOf::kGrid));
  }
  const int64_t per_point =
      ConfigsPerPoint(sweep) * static_cast<int64_t>(sweep.spec.grid.seeds.size());
  const int64_t left = search.points - static_cast<int64_t>(losses.size());
  const int64_t wanted = std::min(left, std::max<int64_t>(1, trials / per_point));
  Proposals proposals(search, sweep.spec.grid);
  std::vector<JointAxis::Point> points = proposals.Next(losses, static_cast<size_t>(wanted));
  extension.ends_search = static_cast<int64_t>(points.size()) < wanted;
  if (!points.empty()) {
    extension.points = JointAxis(sweep.spec.grid.joint.front().names(), std::move(points));
  }
  return extension;
}

absl::StatusOr<std::vector<MoreSeeds>> PlanFreshSeeds(const Sweep& sweep, const ReadValues& read) {
  if (sweep.spec.search->method != Search::Method::kFalsify) return std::vector<MoreSeeds>();
  const auto margins = MarginsOf(sweep, read);
  if (!margins.ok()) return margins.status();
  return FreshSeeds(sweep, *margins, /*ended=*/true);
}

}  // namespace pathsweep

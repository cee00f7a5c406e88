#include "coordinator/planner/sweep_values.h"

#include <algorithm>
#include <vector>

#include "coordinator/analysis/adaptive_seeds.h"
#include "coordinator/planner/claim_plan.h"

namespace pathsweep {

ConfigColumns ConfigsOf(const Sweep& sweep) {
  std::vector<Grid> grids;
  int64_t configs = 0;
  for (const TrialBlock& block : sweep.blocks) {
    if (block.first_config != configs) continue;  // more seeds for configs that are there
    configs += ConfigCount(block.grid);
    grids.push_back(
        {.fixed = block.grid.fixed, .joint = block.grid.joint, .axes = block.grid.axes});
  }
  return ConfigColumns(grids);
}

SeedValues ValuesBySeed(const Sweep& sweep, absl::Span<const std::optional<double>> values,
                        SeedsOf which) {
  std::vector<SeedValues::Row> rows;
  rows.reserve(sweep.trials);
  int64_t all = 0;
  for (const TrialBlock& block : sweep.blocks) {
    const bool added = !block.some.empty();
    all = std::max(all, block.first_config + ConfigCount(block.grid));
    if (which == (added ? SeedsOf::kGrid : SeedsOf::kAdded)) continue;
    for (int64_t i = 0; i < block.trials; ++i) {
      SeedValues::Row& row = rows.emplace_back();
      row.config = static_cast<size_t>(block.ConfigOf(i));
      row.value = {block.first_trial + i, block.SeedOf(i), std::nullopt};
      const auto number = static_cast<size_t>(block.first_number + i);
      if (number < values.size()) row.value.value = values[number];
    }
  }
  return SeedValues(static_cast<size_t>(all), rows);
}

ReadValues ReadFrom(ResultsReader& reader, const Sweep& sweep, bool judged) {
  return
      [&, judged](const std::string& metric) -> absl::StatusOr<std::vector<std::optional<double>>> {
        absl::StatusOr<FinalValues> final = reader.ReadFinal(sweep, metric, judged);
        if (!final.ok()) return final.status();
        return std::move(final->values);
      };
}

bool Falsifies(const SweepSpec& spec, const Claim& claim) {
  if (!spec.search || spec.search->method != Search::Method::kFalsify) return false;
  return claim.name == spec.search->claim &&
         std::ranges::find(spec.claims, claim) != spec.claims.end();
}

absl::StatusOr<const SeedValues*> ValuesByClaim::Of(const Claim& claim) {
  return Of(claim.metric, Falsifies(sweep_.spec, claim) ? SeedsOf::kAdded : SeedsOf::kAll);
}

absl::StatusOr<const SeedValues*> ValuesByClaim::Of(const std::string& metric, SeedsOf which) {
  const auto known = values_.find({metric, which});
  if (known != values_.end()) return &known->second;
  if (!read_values_.contains(metric)) {
    absl::StatusOr<std::vector<std::optional<double>>> values = read_(metric);
    if (!values.ok()) return values.status();
    read_values_.emplace(metric, *std::move(values));
  }
  SeedValues by_seed = ValuesBySeed(sweep_, read_values_.at(metric), which);
  return &values_.emplace(std::pair(metric, which), std::move(by_seed)).first->second;
}

size_t LooksOf(const SweepSpec& spec) {
  return spec.most_seeds == 0 ? 1 : LooksOf(SeedRuleOf(spec)).size();
}

}  // namespace pathsweep

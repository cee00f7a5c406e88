#include "coordinator/planner/claim_bounds.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "base/metrics.h"
#include "coordinator/domain/early_stopping.h"

namespace pathsweep {
namespace {

// It took all the steps that it needed: one that solved the task would have kept its value.
bool TookItsSteps(const TrialHistory& trial) {
  return trial.state == TrialState::kSucceeded ||
         (trial.state == TrialState::kStopped && trial.reason == kSolved);
}

// Those of the trials that took their steps, as far as all before them have ended: what ends first
// is what is quick to solve the task, and says nothing of the others.
Curves EndedOf(std::vector<TrialId> trials, const std::vector<TrialHistory>& histories) {
  Curves ended;
  std::ranges::sort(trials);
  for (TrialId trial : trials) {
    const TrialHistory* history = FindHistory(trial, histories);
    if (history == nullptr || !IsTerminal(history->state)) break;
    if (TookItsSteps(*history) && !history->values.empty()) ended.push_back(history->values);
  }
  return ended;
}

void AddTrials(absl::Span<const SeedValue> seeds, std::vector<TrialId>& trials) {
  for (const SeedValue& seed : seeds) trials.push_back(seed.trial);
}

}  // namespace

absl::Status ClaimBounds::Add(const Claim& claim, SweepCurves& curves,
                              const ConfigColumns& configs) {
  const absl::StatusOr<const std::vector<TrialHistory>*> all = curves.Of(claim.metric);
  if (!all.ok()) return all.status();
  const auto samples = SamplesOf(claim, configs, curves.seeds());
  if (!samples.ok()) return absl::OkStatus();  // of this claim nothing can be said
  std::vector<TrialId> of_claim;
  for (const ClaimSample& sample : *samples) AddTrials(curves.seeds().Of(sample.config), of_claim);
  const Curves& claim_ended = ended_.emplace_back(EndedOf(of_claim, **all));
  for (const ClaimSample& sample : *samples) {
    for (size_t config : {sample.config, sample.other}) {
      std::vector<TrialId> of_config;
      AddTrials(curves.seeds().Of(config), of_config);
      const Curves& config_ended = ended_.emplace_back(EndedOf(of_config, **all));
      by_config_[config].push_back({&claim,
                                    {sample.bound, SideOf(claim) > 0, RangeOfMetric(claim.metric)},
                                    *all,
                                    &claim_ended,
                                    &config_ended});
      if (sample.config == sample.other) break;
    }
  }
  return absl::OkStatus();
}

std::optional<StopOrder> ClaimBounds::LostFor(size_t config, TrialId trial, double level) const {
  const auto bounds = by_config_.find(config);
  if (bounds == by_config_.end()) return std::nullopt;
  std::string detail;
  for (const One& one : bounds->second) {
    if (std::holds_alternative<ComparisonClaim>(one.claim->statement)) return std::nullopt;
    const TrialHistory* curve = FindHistory(trial, *one.curves);
    if (curve == nullptr || curve->values.empty()) return std::nullopt;
    const double chance =
        ChanceToReach(one.bound, curve->values, {*one.of_claim, *one.of_config}, level);
    if (chance > level) return std::nullopt;
    absl::StrAppend(&detail, detail.empty() ? "" : "; ", one.claim->name, ": ", one.claim->metric,
                    " is ", curve->values.back(), " after ", curve->values.size(),
                    " evaluations; that it still ends ",
                    one.bound.at_least ? "at least " : "at most ", one.bound.value,
                    " has p = ", chance, " by ", one.of_claim->size(), " other trials");
  }
  return StopOrder{kFutility, std::move(detail)};
}

bool ClaimBounds::HoldsOnceSolved(size_t config, double solved_at) const {
  const auto bounds = by_config_.find(config);
  if (bounds == by_config_.end()) return true;
  return std::ranges::all_of(bounds->second, [&](const One& one) {
    return one.claim->metric == kExactMatch &&
           (std::holds_alternative<ComparisonClaim>(one.claim->statement) ||
            one.bound.value <= solved_at);
  });
}

}  // namespace pathsweep

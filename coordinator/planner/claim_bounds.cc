#include "coordinator/planner/claim_bounds.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "base/metrics.h"

namespace pathsweep {
namespace {

// Those of the claim's trials that ended by themselves, as far as all before them have ended:
// what ends first is what is quick to solve the task, and says nothing of the others.
void AddEnded(absl::Span<const ClaimSample> samples, const SeedValues& seeds,
              const std::vector<TrialHistory>& curves, Curves& ended) {
  std::vector<TrialId> trials;
  for (const ClaimSample& sample : samples) {
    for (const SeedValue& seed : seeds.Of(sample.config)) trials.push_back(seed.trial);
  }
  std::ranges::sort(trials);
  for (TrialId trial : trials) {
    const TrialHistory* curve = FindCurve(trial, curves);
    if (curve == nullptr || !IsTerminal(curve->state)) return;
    if (curve->state == TrialState::kSucceeded) ended.push_back(curve->values);
  }
}

}  // namespace

absl::Status ClaimBounds::Add(const Claim& claim, SweepCurves& curves,
                              const ConfigColumns& configs) {
  const absl::StatusOr<const std::vector<TrialHistory>*> all = curves.Of(claim.metric);
  if (!all.ok()) return all.status();
  const auto samples = SamplesOf(claim, configs, curves.seeds());
  if (!samples.ok()) return absl::OkStatus();  // of this claim nothing can be said
  Curves& ended = ended_.emplace_back();
  for (const ClaimSample& sample : *samples) {
    for (size_t config : {sample.config, sample.other}) {
      by_config_[config].push_back(
          {&claim, {sample.bound, SideOf(claim) > 0, RangeOfMetric(claim.metric)}, *all, &ended});
      if (sample.config == sample.other) break;
    }
  }
  AddEnded(*samples, curves.seeds(), **all, ended);
  return absl::OkStatus();
}

std::optional<StopOrder> ClaimBounds::LostFor(size_t config, TrialId trial, double level) const {
  const auto bounds = by_config_.find(config);
  if (bounds == by_config_.end()) return std::nullopt;
  std::string detail;
  for (const One& one : bounds->second) {
    if (std::holds_alternative<ComparisonClaim>(one.claim->statement)) return std::nullopt;
    const TrialHistory* curve = FindCurve(trial, *one.curves);
    if (curve == nullptr || curve->values.empty()) return std::nullopt;
    const double chance = ChanceToReach(one.bound, curve->values, *one.ended, level);
    if (chance > level) return std::nullopt;
    absl::StrAppend(&detail, detail.empty() ? "" : "; ", one.claim->name, ": ", one.claim->metric,
                    " is ", curve->values.back(), " after ", curve->values.size(),
                    " evaluations; that it still ends ",
                    one.bound.at_least ? "at least " : "at most ", one.bound.value,
                    " has p = ", chance, " by ", one.ended->size(), " other trials");
  }
  return StopOrder{kFutility, std::move(detail)};
}

}  // namespace pathsweep

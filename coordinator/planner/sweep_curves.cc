#include "coordinator/planner/sweep_curves.h"

#include <algorithm>
#include <utility>

#include "coordinator/planner/sweep_values.h"

namespace pathsweep {
namespace {

TrialProgress ProgressOf(TrialId trial, const std::vector<TrialHistory>& curves) {
  const TrialHistory* curve = FindHistory(trial, curves);
  if (curve == nullptr) return {.trial = trial, .values = {}};
  const bool dropped = curve->state == TrialState::kStopped &&
                       std::ranges::find(kComparing, curve->reason) != kComparing.end();
  return {trial, curve->state, curve->rung, curve->values, dropped};
}

}  // namespace

const TrialHistory* FindHistory(TrialId trial, const std::vector<TrialHistory>& curves) {
  const auto found = std::ranges::lower_bound(curves, trial, {}, &TrialHistory::trial);
  return found == curves.end() || found->trial != trial ? nullptr : &*found;
}

SweepCurves::SweepCurves(const Sweep& sweep, const ReadCurves& read)
    : sweep_(sweep), read_(read), seeds_(ValuesBySeed(sweep, {}, SeedsOf::kAll)) {}

absl::StatusOr<const std::vector<TrialHistory>*> SweepCurves::Of(const std::string& metric) {
  const auto known = curves_.find(metric);
  if (known != curves_.end()) return &known->second;
  absl::StatusOr<std::vector<TrialHistory>> curves = read_(metric);
  if (!curves.ok()) return curves.status();
  return &curves_.emplace(metric, *std::move(curves)).first->second;
}

absl::StatusOr<std::vector<ConfigProgress>> SweepCurves::Configs(const std::string& metric) {
  const absl::StatusOr<const std::vector<TrialHistory>*> curves = Of(metric);
  if (!curves.ok()) return curves.status();
  std::map<int64_t, ConfigProgress> configs;
  for (const TrialHistory& curve : **curves) configs[sweep_.ConfigOf(curve.trial)];
  std::vector<ConfigProgress> all;
  for (auto& [config, progress] : configs) {
    for (const SeedValue& seed : seeds_.Of(static_cast<size_t>(config))) {
      progress.trials.push_back(ProgressOf(seed.trial, **curves));
    }
    const TrialId first = progress.trials.front().trial;
    progress.open =
        sweep_.spec.claims.empty() || !sweep_.spec.IsClaimed(sweep_.ParametersOf(first));
    all.push_back(std::move(progress));
  }
  return all;
}

}  // namespace pathsweep

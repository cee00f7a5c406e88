#include "coordinator/planner/stop_plan.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "base/metrics.h"
#include "coordinator/early_stopping/hyperband.h"
#include "coordinator/early_stopping/median_rule.h"
#include "coordinator/early_stopping/single_trial.h"
#include "coordinator/planner/claim_bounds.h"
#include "coordinator/planner/sweep_curves.h"
#include "coordinator/planner/sweep_values.h"

namespace pathsweep {
namespace {

void Add(std::vector<TrialStop> stops, Steering& steering) {
  std::ranges::move(stops, std::back_inserter(steering.stops));
}

// Nothing runs or waits for a worker, and nothing will be added.
bool IsLast(const Sweep& sweep) { return sweep.IsIdle() && !sweep.Searches(); }

absl::Status CompareConfigs(SweepCurves& curves, Steering& steering) {
  const Sweep& sweep = curves.sweep();
  const EarlyStopping& rules = *sweep.spec.early_stopping;
  if (!rules.hyperband && !rules.median) return absl::OkStatus();
  const absl::StatusOr<std::vector<ConfigProgress>> configs = curves.Configs(sweep.spec.metric);
  if (!configs.ok()) return configs.status();
  if (rules.hyperband) {
    Steering halved = Halve({*rules.hyperband, rules.maximize, IsLast(sweep)}, *configs);
    Add(std::move(halved.stops), steering);
    steering.promoted = std::move(halved.promoted);
    steering.last = halved.last;
  }
  if (rules.median) Add(BelowMedian(*rules.median, rules.maximize, *configs), steering);
  return absl::OkStatus();
}

// What `rule` says of each trial that has not ended.
template <typename Rule>
absl::Status LookAtEach(SweepCurves& curves, const std::string& metric, const Rule& rule,
                        Steering& steering) {
  const absl::StatusOr<const std::vector<TrialHistory>*> all = curves.Of(metric);
  if (!all.ok()) return all.status();
  for (const TrialHistory& curve : **all) {
    if (IsTerminal(curve.state)) continue;
    std::optional<StopOrder> order = rule(curve);
    if (order) steering.stops.push_back({curve.trial, *std::move(order)});
  }
  return absl::OkStatus();
}

absl::StatusOr<ClaimBounds> BoundsOf(SweepCurves& curves) {
  const ConfigColumns configs = ConfigsOf(curves.sweep());
  ClaimBounds bounds;
  for (const Claim& claim : curves.sweep().spec.claims) {
    if (absl::Status added = bounds.Add(claim, curves, configs); !added.ok()) return added;
  }
  return bounds;
}

// The rules that look at one trial, and at what claims want of it.
absl::Status LookAtTrials(SweepCurves& curves, Steering& steering) {
  const Sweep& sweep = curves.sweep();
  const EarlyStopping& rules = *sweep.spec.early_stopping;
  const bool asks_claims = rules.solved || rules.futility;
  const absl::StatusOr<ClaimBounds> bounds = asks_claims ? BoundsOf(curves) : ClaimBounds();
  if (!bounds.ok()) return bounds.status();
  const auto config_of = [&](const TrialHistory& curve) {
    return static_cast<size_t>(sweep.ConfigOf(curve.trial));
  };
  absl::Status status;
  if (rules.solved) {
    const auto rule = [&](const TrialHistory& curve) {
      return bounds->HoldsOnceSolved(config_of(curve), curve.solved_at)
                 ? StopIfSolved(*rules.solved, curve.values, curve.solved_at)
                 : std::nullopt;
    };
    status.Update(LookAtEach(curves, std::string(kExactMatch), rule, steering));
  }
  if (rules.plateau) {
    const auto rule = [&](const TrialHistory& curve) {
      return StopOnPlateau(*rules.plateau, rules.maximize, curve.values);
    };
    status.Update(LookAtEach(curves, sweep.spec.metric, rule, steering));
  }
  if (rules.futility) {
    const auto rule = [&](const TrialHistory& curve) {
      return bounds->LostFor(config_of(curve), curve.trial, rules.futility->level);
    };
    status.Update(LookAtEach(curves, sweep.spec.metric, rule, steering));
  }
  return status;
}

}  // namespace

absl::StatusOr<Steering> PlanStops(const Sweep& sweep, const ReadCurves& read) {
  SweepCurves curves(sweep, read);
  Steering steering;
  absl::Status status = LookAtTrials(curves, steering);
  status.Update(CompareConfigs(curves, steering));
  if (!status.ok()) return status;
  return steering;
}

}  // namespace pathsweep

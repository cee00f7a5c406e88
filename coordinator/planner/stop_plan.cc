#include "coordinator/planner/stop_plan.h"

#include <algorithm>
#include <iterator>
#include <list>
#include <map>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/metrics.h"
#include "coordinator/analysis/claim_samples.h"
#include "coordinator/early_stopping/futility.h"
#include "coordinator/early_stopping/hyperband.h"
#include "coordinator/early_stopping/median_rule.h"
#include "coordinator/early_stopping/single_trial.h"
#include "coordinator/planner/sweep_values.h"

namespace pathsweep {
namespace {

// The trials of a sweep by config, with curves of each metric that is asked for.
class SweepCurves {
 public:
  SweepCurves(const Sweep& sweep, const ReadCurves& read)
      : sweep_(sweep), read_(read), seeds_(ValuesBySeed(sweep, {}, SeedsOf::kAll)) {}

  // In order of id; live as long as the object. Errors are those of `read`.
  absl::StatusOr<const std::vector<TrialCurve>*> Of(const std::string& metric) {
    const auto known = curves_.find(metric);
    if (known != curves_.end()) return &known->second;
    absl::StatusOr<std::vector<TrialCurve>> curves = read_(metric);
    if (!curves.ok()) return curves.status();
    return &curves_.emplace(metric, *std::move(curves)).first->second;
  }

  // Those of the configs of which some trial has a row.
  absl::StatusOr<std::vector<ConfigProgress>> Configs(const std::string& metric) {
    const absl::StatusOr<const std::vector<TrialCurve>*> curves = Of(metric);
    if (!curves.ok()) return curves.status();
    std::map<int64_t, ConfigProgress> configs;
    for (const TrialCurve& curve : **curves) configs[sweep_.ConfigOf(curve.trial)];
    for (auto& [config, progress] : configs) {
      for (const SeedValue& seed : seeds_.Of(static_cast<size_t>(config))) {
        progress.trials.push_back(ProgressOf(seed.trial, **curves));
      }
      progress.open = sweep_.spec.claims.empty() ||
                      !sweep_.spec.IsClaimed(sweep_.ParametersOf(progress.trials.front().trial));
    }
    std::vector<ConfigProgress> all;
    for (auto& [config, progress] : configs) all.push_back(std::move(progress));
    return all;
  }

  const SeedValues& seeds() const { return seeds_; }
  const Sweep& sweep() const { return sweep_; }

  // Null if it has no row.
  static const TrialCurve* Find(TrialId trial, const std::vector<TrialCurve>& curves) {
    const auto found = std::ranges::lower_bound(curves, trial, {}, &TrialCurve::trial);
    return found == curves.end() || found->trial != trial ? nullptr : &*found;
  }

 private:
  static TrialProgress ProgressOf(TrialId trial, const std::vector<TrialCurve>& curves) {
    const TrialCurve* curve = Find(trial, curves);
    if (curve == nullptr) return {.trial = trial, .values = {}};
    return {trial, curve->state, curve->rung, curve->values};
  }

  const Sweep& sweep_;
  const ReadCurves& read_;
  const SeedValues seeds_;
  std::map<std::string, std::vector<TrialCurve>> curves_;
};

void Add(std::vector<TrialStop> stops, Steering& steering) {
  std::ranges::move(stops, std::back_inserter(steering.stops));
}

// Nothing runs or waits for a worker, and nothing will be added.
bool IsLast(const Sweep& sweep) {
  const TrialCounts counts = sweep.Counts();
  return counts[TrialState::kPending] == 0 && counts[TrialState::kRunning] == 0 &&
         !sweep.Searches();
}

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
  }
  if (rules.median) Add(BelowMedian(*rules.median, rules.maximize, *configs), steering);
  return absl::OkStatus();
}

// What `rule` says of each trial that has not ended.
template <typename Rule>
absl::Status LookAtEach(SweepCurves& curves, const std::string& metric, const Rule& rule,
                        Steering& steering) {
  const absl::StatusOr<const std::vector<TrialCurve>*> all = curves.Of(metric);
  if (!all.ok()) return all.status();
  for (const TrialCurve& curve : **all) {
    if (IsTerminal(curve.state)) continue;
    std::optional<StopOrder> order = rule(curve);
    if (order) steering.stops.push_back({curve.trial, *std::move(order)});
  }
  return absl::OkStatus();
}

// A claim's bound for one of its configs, and what trials of the claim have come to.
struct ClaimBound {
  const Claim* claim;
  Bound bound;
  const std::vector<TrialCurve>* curves;
  const Curves* ended;
};

// What claims want of the sweep's configs.
class Bounds {
 public:
  // Errors are those of `read`.
  absl::Status Add(const Claim& claim, SweepCurves& curves, const ConfigColumns& configs) {
    const absl::StatusOr<const std::vector<TrialCurve>*> all = curves.Of(claim.metric);
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

  // It will not reach the bound of any claim about its config.
  std::optional<StopOrder> LostFor(size_t config, TrialId trial, double level) const {
    const auto bounds = by_config_.find(config);
    if (bounds == by_config_.end()) return std::nullopt;
    std::string detail;
    for (const ClaimBound& one : bounds->second) {
      if (std::holds_alternative<ComparisonClaim>(one.claim->statement)) return std::nullopt;
      const TrialCurve* curve = SweepCurves::Find(trial, *one.curves);
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

 private:
  // Those of the claim's trials that ended by themselves, as far as all before them have ended:
  // what ends first is what is quick to solve the task, and says nothing of the others.
  static void AddEnded(absl::Span<const ClaimSample> samples, const SeedValues& seeds,
                       const std::vector<TrialCurve>& curves, Curves& ended) {
    std::vector<TrialId> trials;
    for (const ClaimSample& sample : samples) {
      for (const SeedValue& seed : seeds.Of(sample.config)) trials.push_back(seed.trial);
    }
    std::ranges::sort(trials);
    for (TrialId trial : trials) {
      const TrialCurve* curve = SweepCurves::Find(trial, curves);
      if (curve == nullptr || !IsTerminal(curve->state)) return;
      if (curve->state == TrialState::kSucceeded) ended.push_back(curve->values);
    }
  }

  std::list<Curves> ended_;  // of each claim; stay where they are
  std::map<size_t, std::vector<ClaimBound>> by_config_;
};

absl::Status EndFutile(SweepCurves& curves, Steering& steering) {
  const Sweep& sweep = curves.sweep();
  const ConfigColumns configs = ConfigsOf(sweep);
  Bounds bounds;
  for (const Claim& claim : sweep.spec.claims) {
    if (absl::Status added = bounds.Add(claim, curves, configs); !added.ok()) return added;
  }
  const double level = sweep.spec.early_stopping->futility->level;
  const auto rule = [&](const TrialCurve& curve) {
    return bounds.LostFor(static_cast<size_t>(sweep.ConfigOf(curve.trial)), curve.trial, level);
  };
  return LookAtEach(curves, sweep.spec.metric, rule, steering);
}

}  // namespace

absl::StatusOr<Steering> PlanStops(const Sweep& sweep, const ReadCurves& read) {
  const EarlyStopping& rules = *sweep.spec.early_stopping;
  SweepCurves curves(sweep, read);
  Steering steering;
  absl::Status status;
  if (rules.solved) {
    const auto rule = [&](const TrialCurve& curve) {
      return StopIfSolved(*rules.solved, curve.values, curve.solved_at);
    };
    status.Update(LookAtEach(curves, std::string(kExactMatch), rule, steering));
  }
  if (rules.plateau) {
    const auto rule = [&](const TrialCurve& curve) {
      return StopOnPlateau(*rules.plateau, rules.maximize, curve.values);
    };
    status.Update(LookAtEach(curves, sweep.spec.metric, rule, steering));
  }
  if (rules.futility) status.Update(EndFutile(curves, steering));
  status.Update(CompareConfigs(curves, steering));
  if (!status.ok()) return status;
  return steering;
}

}  // namespace pathsweep

#include "coordinator/planner/claim_plan.h"

#include <map>
#include <memory>
#include <utility>

#include "coordinator/analysis/claim_samples.h"
#include "coordinator/analysis/claim_verdicts.h"

namespace pathsweep {
namespace {

std::string Name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kHolds:
      return "holds";
    case Verdict::kFails:
      return "fails";
    case Verdict::kUndecided:
      break;
  }
  return "undecided";
}

JudgedConfig Judged(const Claim& claim, const ClaimSample& sample, const ConfigVerdict& verdict) {
  JudgedConfig judged{.claim = claim.name,
                      .config = static_cast<int64_t>(sample.config),
                      .verdict = Name(verdict.verdict),
                      .bound = sample.bound,
                      .margin = verdict.margin,
                      .seeds = static_cast<int64_t>(sample.values.size()),
                      .missing = sample.missing,
                      .counterexamples = WrongTrials(claim, sample)};
  if (!sample.trials.empty()) judged.trial = sample.trials.front();
  if (verdict.mean) {
    judged.mean = verdict.mean->value;
    judged.low = verdict.mean->low;
    judged.high = verdict.mean->high;
  }
  if (sample.values.size() > 1) judged.q = verdict.q;
  // What single seeds say against a config that does not fail is luck until it does.
  if (verdict.verdict != Verdict::kFails) judged.counterexamples.clear();
  return judged;
}

// Seeds that a config has none of: those after its highest.
std::vector<int64_t> NewSeeds(absl::Span<const SeedValue> present, int64_t wanted) {
  std::vector<int64_t> seeds;
  int64_t next = present.back().seed;
  for (auto count = static_cast<int64_t>(present.size()); count < wanted; ++count) {
    seeds.push_back(++next);
  }
  return seeds;
}

}  // namespace

std::vector<MoreSeeds> SeedsFor(const std::map<size_t, int64_t>& wanted, const SeedValues& values) {
  std::map<std::vector<int64_t>, std::vector<int64_t>> configs;  // by their new seeds
  for (const auto& [config, count] : wanted) {
    configs[NewSeeds(values.Of(config), count)].push_back(static_cast<int64_t>(config));
  }
  std::vector<MoreSeeds> more;
  for (auto& [seeds, of] : configs) more.push_back({std::move(of), seeds});
  return more;
}

SeedRule SeedRuleOf(const SweepSpec& spec) {
  return {.least = static_cast<int64_t>(spec.grid.seeds.size()), .most = spec.most_seeds};
}

absl::StatusOr<ClaimPlan> PlanClaims(const Sweep& sweep, const ReadValues& read) {
  const ConfigColumns configs = ConfigsOf(sweep);
  auto judged = std::make_shared<std::vector<JudgedConfig>>();
  std::map<size_t, int64_t> wanted;
  ValuesByClaim by_claim(sweep, read);
  for (const Claim& claim : sweep.spec.claims) {
    const absl::StatusOr<const SeedValues*> values = by_claim.Of(claim);
    if (!values.ok()) return values.status();
    const auto samples = SamplesOf(claim, configs, **values);
    if (!samples.ok()) continue;
    const std::vector<ConfigVerdict> verdicts = Judge(claim, *samples, LooksOf(sweep.spec));
    for (size_t i = 0; i < samples->size(); ++i) {
      judged->push_back(Judged(claim, (*samples)[i], verdicts[i]));
    }
    if (sweep.spec.most_seeds == 0 || sweep.cancelled) continue;
    AddWantedSeeds(SeedRuleOf(sweep.spec), *samples, verdicts, **values, wanted);
  }
  ClaimPlan plan{.more = {}, .verdicts = std::move(judged)};
  if (!wanted.empty()) {
    plan.more = SeedsFor(wanted, ValuesBySeed(sweep, {}, SeedsOf::kAll));
  }
  return plan;
}

}  // namespace pathsweep

#include "coordinator/analysis/claim_verdicts.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/metrics.h"
#include "coordinator/analysis/sample.h"
#include "coordinator/analysis/significance.h"

namespace pathsweep {
namespace {

constexpr double kBelieved = 0.05;

// What the claim is tested on: the values of a config's seeds, or their differences.
struct Sample {
  TrialParameters parameters;
  std::vector<double> values;
  std::vector<int64_t> trials;  // of the values
  int64_t missing = 0;
  double noise = 0;  // of one value, by the size of its test set
};

// Shares have a noise of their own; other metrics say nothing of it.
double NoiseOf(const std::string& metric, double value, const TrialParameters& parameters) {
  const MetricRange range = RangeOfMetric(metric);
  if (range.lowest != 0 || range.highest != 1) return 0;
  return MeasurementNoise(std::clamp(value, 0.0, 1.0), parameters.test_samples);
}

// By config, in the order in which they come.
std::vector<Sample> SamplesByConfig(const Claim& claim, absl::Span<const ClaimTrial> trials) {
  std::vector<Sample> samples;
  std::map<int64_t, size_t> places;
  for (const ClaimTrial& trial : trials) {
    if (!IsWhere(claim, trial.parameters)) continue;
    const auto [place, added] = places.emplace(trial.config, samples.size());
    if (added) samples.push_back({.parameters = trial.parameters});
    Sample& sample = samples[place->second];
    if (trial.value) {
      sample.values.push_back(*trial.value);
      sample.trials.push_back(trial.id);
    } else {
      ++sample.missing;
    }
  }
  for (Sample& sample : samples) {
    if (sample.values.empty()) continue;
    sample.noise = NoiseOf(claim.metric, Mean(sample.values), sample.parameters);
  }
  return samples;
}

// The two sides of a comparison, by seed.
struct Pairs {
  TrialParameters parameters;
  std::map<int64_t, const ClaimTrial*> first, second;
};

// What two configs that are compared have in common: the text of all other parameters.
std::string Rest(TrialParameters parameters, const ParameterSpec& over) {
  PutParameter(parameters, over, DefaultValue(over));
  std::string text;
  for (const ParameterSpec& spec : TrialParameterTable()) {
    absl::StrAppend(&text, FormatValue(GetParameter(parameters, spec)), "\n");
  }
  return text;
}

Sample Differences(const std::string& metric, const Pairs& pairs) {
  Sample sample{.parameters = pairs.parameters};
  std::set<int64_t> seeds;
  for (const auto* side : {&pairs.first, &pairs.second}) {
    for (const auto& [seed, trial] : *side) seeds.insert(seed);
  }
  std::vector<double> firsts, seconds;
  for (int64_t seed : seeds) {
    const auto first = pairs.first.find(seed), second = pairs.second.find(seed);
    const bool both = first != pairs.first.end() && second != pairs.second.end() &&
                      first->second->value && second->second->value;
    if (!both) {
      ++sample.missing;
      continue;
    }
    firsts.push_back(*first->second->value);
    seconds.push_back(*second->second->value);
    sample.values.push_back(firsts.back() - seconds.back());
    sample.trials.push_back(first->second->id);
  }
  if (sample.values.empty()) return sample;
  sample.noise = std::hypot(NoiseOf(metric, Mean(firsts), pairs.parameters),
                            NoiseOf(metric, Mean(seconds), pairs.parameters));
  return sample;
}

std::vector<Sample> SamplesByPair(const Claim& claim, const ComparisonClaim& comparison,
                                  absl::Span<const ClaimTrial> trials) {
  const ParameterSpec& over = *FindParameter(comparison.over);
  std::vector<Pairs> all;
  std::map<std::string, size_t> places;
  for (const ClaimTrial& trial : trials) {
    const ParameterValue value = GetParameter(trial.parameters, over);
    const bool first = value == comparison.first;
    if (!first && value != comparison.second) continue;
    if (!IsWhere(claim, trial.parameters)) continue;
    const auto [place, added] = places.emplace(Rest(trial.parameters, over), all.size());
    if (added) all.push_back({.parameters = trial.parameters});
    Pairs& pairs = all[place->second];
    if (first) pairs.parameters = trial.parameters;
    (first ? pairs.first : pairs.second).emplace(trial.seed, &trial);
  }
  std::vector<Sample> samples;
  for (const Pairs& pairs : all) {
    if (pairs.first.empty() || pairs.second.empty()) continue;
    samples.push_back(Differences(claim.metric, pairs));
  }
  return samples;
}

// Of which side of the bound the claim speaks: 1 above, -1 below.
double SideOf(const Claim& claim) {
  const auto* bound = std::get_if<BoundClaim>(&claim.statement);
  return bound != nullptr && bound->side == BoundClaim::Side::kAtMost ? -1 : 1;
}

const Expression& BoundOf(const Claim& claim) {
  if (const auto* bound = std::get_if<BoundClaim>(&claim.statement)) return bound->bound;
  return std::get<ComparisonClaim>(claim.statement).difference_at_least;
}

MetricRange RangeOf(const Claim& claim) {
  MetricRange range = RangeOfMetric(claim.metric);
  if (!std::holds_alternative<ComparisonClaim>(claim.statement)) return range;
  return {range.lowest - range.highest, range.highest - range.lowest};
}

absl::StatusOr<ConfigVerdict> Describe(const Claim& claim, const Sample& sample) {
  ConfigVerdict verdict{.parameters = sample.parameters};
  const absl::StatusOr<double> bound = BoundOf(claim).Number(sample.parameters);
  if (!bound.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat("claim `", claim.name, "`: ", bound.status().message()));
  }
  verdict.bound = *bound;
  verdict.seeds = static_cast<int64_t>(sample.values.size());
  verdict.missing = sample.missing;
  if (sample.values.empty()) return verdict;
  verdict.mean = MeanInterval(sample.values, RangeOf(claim));
  verdict.margin = SideOf(claim) * (verdict.mean->value - verdict.bound);
  for (size_t i = 0; i < sample.values.size(); ++i) {
    const bool wrong = SideOf(claim) * (sample.values[i] - verdict.bound) < 0;
    if (wrong) verdict.counterexamples.push_back(sample.trials[i]);
  }
  return verdict;
}

// Of two sides. Requires two values.
double PValue(const Sample& sample, double bound) {
  const MeanTest test = TestMean(sample.values, bound, sample.noise);
  return std::min(1.0, 2 * std::min(test.above, test.below));
}

bool Varies(const std::vector<ConfigVerdict>& configs, const ParameterSpec& spec) {
  const ParameterValue first = GetParameter(configs.front().parameters, spec);
  return std::ranges::any_of(configs, [&](const ConfigVerdict& config) {
    return GetParameter(config.parameters, spec) != first;
  });
}

// Neighbours along one parameter: beside each other among its values, the rest being equal.
std::vector<Flip> FindFlips(const std::vector<ConfigVerdict>& configs) {
  std::vector<Flip> flips;
  for (const ParameterSpec& spec : TrialParameterTable()) {
    if (!Varies(configs, spec)) continue;
    std::map<std::string, std::map<ParameterValue, size_t>> lines;
    for (size_t i = 0; i < configs.size(); ++i) {
      lines[Rest(configs[i].parameters, spec)].emplace(GetParameter(configs[i].parameters, spec),
                                                       i);
    }
    for (const auto& [rest, line] : lines) {
      for (auto next = line.begin(); next != line.end();) {
        const size_t here = next->second;
        if (++next == line.end()) break;
        const size_t there = next->second;
        const Verdict a = configs[here].verdict, b = configs[there].verdict;
        if (a == Verdict::kHolds && b == Verdict::kFails) {
          flips.push_back({here, there, std::string(spec.name)});
        } else if (a == Verdict::kFails && b == Verdict::kHolds) {
          flips.push_back({there, here, std::string(spec.name)});
        }
      }
    }
  }
  return flips;
}

}  // namespace

absl::StatusOr<ClaimVerdicts> Judge(const Claim& claim, absl::Span<const ClaimTrial> trials) {
  const auto* comparison = std::get_if<ComparisonClaim>(&claim.statement);
  const std::vector<Sample> samples = comparison == nullptr
                                          ? SamplesByConfig(claim, trials)
                                          : SamplesByPair(claim, *comparison, trials);
  if (samples.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("claim `", claim.name, "` is about none of the sweep's configs"));
  }
  ClaimVerdicts verdicts;
  std::vector<double> p_values;
  std::vector<size_t> tested;
  for (const Sample& sample : samples) {
    absl::StatusOr<ConfigVerdict> verdict = Describe(claim, sample);
    if (!verdict.ok()) return verdict.status();
    verdicts.configs.push_back(*std::move(verdict));
    if (sample.values.size() < 2) continue;
    tested.push_back(verdicts.configs.size() - 1);
    p_values.push_back(PValue(sample, verdicts.configs.back().bound));
  }
  const std::vector<double> adjusted = AdjustForMany(p_values);
  for (size_t i = 0; i < tested.size(); ++i) {
    ConfigVerdict& config = verdicts.configs[tested[i]];
    config.q = adjusted[i];
    if (config.q > kBelieved) continue;
    config.verdict = config.margin > 0 ? Verdict::kHolds : Verdict::kFails;
  }
  for (const ConfigVerdict& config : verdicts.configs) {
    verdicts.holds += config.verdict == Verdict::kHolds ? 1 : 0;
    verdicts.fails += config.verdict == Verdict::kFails ? 1 : 0;
    verdicts.undecided += config.verdict == Verdict::kUndecided ? 1 : 0;
  }
  verdicts.flips = FindFlips(verdicts.configs);
  return verdicts;
}

}  // namespace pathsweep

#include "coordinator/analysis/claim_samples.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/analysis/region.h"
#include "coordinator/analysis/sample.h"
#include "coordinator/analysis/significance.h"

namespace pathsweep {
namespace {

// A number of each config that depends on a few of its parameters: the others are not looked at.
class Scratch {
 public:
  Scratch(const Claim& claim, const ConfigColumns& configs) : parameters_(configs.common()) {
    for (const ConfigColumn& column : configs.columns()) {
      const std::string name(column.spec->name);
      if (name == "test_samples" || claim.bound().names().contains(name)) {
        columns_.push_back(&column);
      }
    }
  }

  const TrialParameters& At(size_t config) {
    for (const ConfigColumn* column : columns_) {
      PutParameter(parameters_, *column->spec, column->ValueOf(config));
    }
    return parameters_;
  }

 private:
  TrialParameters parameters_;
  std::vector<const ConfigColumn*> columns_;
};

// Shares have a noise of their own; other metrics say nothing of it.
double NoiseOf(const std::string& metric, absl::Span<const double> values, int64_t examples) {
  const MetricRange range = RangeOfMetric(metric);
  if (range.lowest != 0 || range.highest != 1) return 0;
  return MeasurementNoise(std::clamp(Mean(values), 0.0, 1.0), examples);
}

void AddSeeds(absl::Span<const SeedValue> seeds, ClaimSample& sample) {
  for (const SeedValue& seed : seeds) {
    if (!seed.value) {
      ++sample.missing;
      continue;
    }
    sample.values.push_back(*seed.value);
    sample.trials.push_back(seed.trial);
  }
}

int64_t TestSamplesOf(size_t config, const ConfigColumns& configs) {
  const ConfigColumn* column = configs.Find("test_samples");
  return column == nullptr ? configs.common().test_samples
                           : std::get<int64_t>(column->ValueOf(config));
}

// Seed by seed; what only one side has is missing.
void AddDifferences(const ConfigPair& pair, const std::string& metric, const ConfigColumns& configs,
                    const SeedValues& values, ClaimSample& sample) {
  absl::Span<const SeedValue> first = values.Of(pair.first), second = values.Of(pair.second);
  std::vector<double> firsts, seconds;
  while (!first.empty() || !second.empty()) {
    const bool take_first =
        !first.empty() && (second.empty() || first.front().seed <= second.front().seed);
    const bool take_second =
        !second.empty() && (first.empty() || second.front().seed <= first.front().seed);
    if (take_first && take_second && first.front().value && second.front().value) {
      firsts.push_back(*first.front().value);
      seconds.push_back(*second.front().value);
      sample.values.push_back(firsts.back() - seconds.back());
      sample.trials.push_back(first.front().trial);
    } else {
      ++sample.missing;
    }
    first.remove_prefix(take_first ? 1 : 0);
    second.remove_prefix(take_second ? 1 : 0);
  }
  if (firsts.empty()) return;
  sample.noise = std::hypot(NoiseOf(metric, firsts, TestSamplesOf(pair.first, configs)),
                            NoiseOf(metric, seconds, TestSamplesOf(pair.second, configs)));
}

// Of the configs of the region.
std::vector<ConfigPair> PairsOf(const ComparisonClaim& comparison,
                                const std::vector<size_t>& region, const ConfigColumns& configs) {
  const ConfigColumn* over = configs.Find(comparison.over);
  if (over == nullptr) return {};
  std::vector<size_t> firsts, seconds;
  for (size_t config : region) {
    if (over->ValueOf(config) == comparison.first) firsts.push_back(config);
    if (over->ValueOf(config) == comparison.second) seconds.push_back(config);
  }
  std::vector<const ConfigColumn*> others;
  for (const ConfigColumn& column : configs.columns()) {
    if (&column != over) others.push_back(&column);
  }
  return pathsweep::PairsOf(firsts, seconds, others, configs);
}

}  // namespace

absl::StatusOr<std::vector<ClaimSample>> SamplesOf(const Claim& claim, const ConfigColumns& configs,
                                                   const SeedValues& values) {
  const std::vector<size_t> region = Region(claim.where, configs);
  const auto* comparison = std::get_if<ComparisonClaim>(&claim.statement);
  std::vector<ConfigPair> pairs;
  if (comparison != nullptr) pairs = PairsOf(*comparison, region, configs);
  const size_t count = comparison == nullptr ? region.size() : pairs.size();
  if (count == 0) {
    return absl::FailedPreconditionError("it is about none of the sweep's configs");
  }
  Scratch scratch(claim, configs);
  std::vector<ClaimSample> samples;
  samples.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    ClaimSample sample;
    sample.config = comparison == nullptr ? region[i] : pairs[i].first;
    sample.other = comparison == nullptr ? region[i] : pairs[i].second;
    const TrialParameters& parameters = scratch.At(sample.config);
    const absl::StatusOr<double> bound = claim.bound().Number(parameters);
    if (!bound.ok()) return absl::FailedPreconditionError(bound.status().message());
    sample.bound = *bound;
    if (comparison != nullptr) {
      AddDifferences(pairs[i], claim.metric, configs, values, sample);
    } else {
      AddSeeds(values.Of(sample.config), sample);
      if (!sample.values.empty()) {
        sample.noise = NoiseOf(claim.metric, sample.values, parameters.test_samples);
      }
    }
    if (!sample.values.empty() || sample.missing > 0) samples.push_back(std::move(sample));
  }
  return samples;
}

std::vector<ConfigPair> PairsOf(absl::Span<const size_t> firsts, absl::Span<const size_t> seconds,
                                absl::Span<const ConfigColumn* const> columns,
                                const ConfigColumns& configs) {
  std::vector<size_t> both(firsts.begin(), firsts.end());
  both.insert(both.end(), seconds.begin(), seconds.end());
  const std::vector<uint64_t> groups = configs.GroupsBy(both, columns);
  std::vector<std::pair<uint64_t, size_t>> partners;
  for (size_t i = 0; i < seconds.size(); ++i) {
    partners.emplace_back(groups[firsts.size() + i], seconds[i]);
  }
  std::ranges::sort(partners);
  std::vector<ConfigPair> pairs;
  for (size_t i = 0; i < firsts.size(); ++i) {
    const auto partner =
        std::ranges::lower_bound(partners, groups[i], {}, &std::pair<uint64_t, size_t>::first);
    if (partner == partners.end() || partner->first != groups[i]) continue;
    pairs.push_back({firsts[i], partner->second});
  }
  return pairs;
}

std::vector<ClaimSample> DifferencesOf(absl::Span<const ConfigPair> pairs,
                                       const std::string& metric, const ConfigColumns& configs,
                                       const SeedValues& values) {
  std::vector<ClaimSample> samples;
  samples.reserve(pairs.size());
  for (const ConfigPair& pair : pairs) {
    ClaimSample sample{.config = pair.first, .other = pair.second};
    AddDifferences(pair, metric, configs, values, sample);
    if (!sample.values.empty() || sample.missing > 0) samples.push_back(std::move(sample));
  }
  return samples;
}

double SideOf(const Claim& claim) {
  const auto* bound = std::get_if<BoundClaim>(&claim.statement);
  return bound != nullptr && bound->side == BoundClaim::Side::kAtMost ? -1 : 1;
}

MetricRange RangeOf(const Claim& claim) {
  return std::holds_alternative<ComparisonClaim>(claim.statement) ? RangeOfDifference(claim.metric)
                                                                  : RangeOfMetric(claim.metric);
}

MetricRange RangeOfDifference(const std::string& metric) {
  const MetricRange range = RangeOfMetric(metric);
  return {range.lowest - range.highest, range.highest - range.lowest};
}

}  // namespace pathsweep

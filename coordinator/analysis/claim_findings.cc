#include "coordinator/analysis/claim_findings.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "coordinator/analysis/significance.h"

namespace pathsweep {
namespace {

void Count(const Claim& claim, ClaimFindings& findings) {
  for (size_t i = 0; i < findings.samples.size(); ++i) {
    const Verdict verdict = findings.verdicts[i].verdict;
    findings.holds += verdict == Verdict::kHolds ? 1 : 0;
    findings.fails += verdict == Verdict::kFails ? 1 : 0;
    findings.undecided += verdict == Verdict::kUndecided ? 1 : 0;
    findings.missing += findings.samples[i].missing;
    const auto wrong = static_cast<int64_t>(WrongTrials(claim, findings.samples[i]).size());
    (verdict == Verdict::kFails ? findings.counterexamples : findings.exceptions) += wrong;
  }
}

std::optional<Estimate> ShareOf(const ClaimFindings& findings) {
  const int64_t decided = findings.holds + findings.fails;
  if (decided == 0) return std::nullopt;
  const int64_t all = decided + findings.undecided;
  return Estimate{static_cast<double>(findings.holds) / static_cast<double>(decided),
                  ExactInterval(findings.holds, all).low,
                  ExactInterval(findings.holds + findings.undecided, all).high};
}

std::vector<size_t> WorstFirst(const std::vector<ConfigVerdict>& verdicts) {
  std::vector<size_t> order(verdicts.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto rank = [&](size_t i) {
    const ConfigVerdict& verdict = verdicts[i];
    const int group = !verdict.mean                            ? 3
                      : verdict.verdict == Verdict::kFails     ? 0
                      : verdict.verdict == Verdict::kUndecided ? 1
                                                               : 2;
    return std::tuple(group, verdict.margin);
  };
  std::ranges::stable_sort(order, {}, rank);
  return order;
}

// By how much the mean of each config is on the claim's side of its bound.
Effects ExplainMargins(const Claim& claim, const ConfigColumns& configs,
                       absl::Span<const ClaimSample> samples) {
  const double side = SideOf(claim);
  std::vector<ConfigMean> margins;
  for (const ClaimSample& sample : samples) {
    ConfigMean& margin = margins.emplace_back(MeanOf(sample.config, sample.values));
    if (margin.mean) margin.mean = side * (*margin.mean - sample.bound);
  }
  return ExplainVariance(configs, margins);
}

}  // namespace

absl::StatusOr<ClaimFindings> Investigate(const Claim& claim, const ConfigColumns& configs,
                                          const SeedValues& values, size_t looks) {
  absl::StatusOr<std::vector<ClaimSample>> samples = SamplesOf(claim, configs, values);
  if (!samples.ok()) return samples.status();
  ClaimFindings findings{.samples = *std::move(samples)};
  findings.verdicts = Judge(claim, findings.samples, looks);
  Count(claim, findings);
  findings.share = ShareOf(findings);
  findings.worst_first = WorstFirst(findings.verdicts);
  findings.effects = ExplainMargins(claim, configs, findings.samples);
  findings.boundary = FindBoundary(configs, findings.samples, findings.verdicts);
  return findings;
}

}  // namespace pathsweep

#include "coordinator/analysis/claim_verdicts.h"

#include <algorithm>

#include "coordinator/analysis/significance.h"

namespace pathsweep {
namespace {

constexpr double kBelieved = 0.05;

// Of two sides. Requires two values.
double PValue(const ClaimSample& sample) {
  const MeanTest test = TestMean(sample.values, sample.bound, sample.noise);
  return std::min(1.0, 2 * std::min(test.above, test.below));
}

}  // namespace

std::vector<ConfigVerdict> Judge(const Claim& claim, absl::Span<const ClaimSample> samples,
                                 size_t looks) {
  return Judge(SideOf(claim), RangeOf(claim), samples, looks);
}

std::vector<ConfigVerdict> Judge(double side, MetricRange range,
                                 absl::Span<const ClaimSample> samples, size_t looks) {
  std::vector<ConfigVerdict> verdicts(samples.size());
  std::vector<double> p_values;
  std::vector<size_t> tested;
  for (size_t i = 0; i < samples.size(); ++i) {
    if (samples[i].values.empty()) continue;
    verdicts[i].mean = MeanInterval(samples[i].values, range, samples[i].noise);
    verdicts[i].margin = side * (verdicts[i].mean->value - samples[i].bound);
    if (samples[i].values.size() < 2) continue;
    tested.push_back(i);
    p_values.push_back(std::min(1.0, PValue(samples[i]) * static_cast<double>(looks)));
  }
  const std::vector<double> adjusted = AdjustForMany(p_values);
  for (size_t i = 0; i < tested.size(); ++i) {
    ConfigVerdict& verdict = verdicts[tested[i]];
    verdict.q = adjusted[i];
    if (verdict.q > kBelieved) continue;
    verdict.verdict = verdict.margin > 0 ? Verdict::kHolds : Verdict::kFails;
  }
  return verdicts;
}

std::vector<int64_t> WrongTrials(const Claim& claim, const ClaimSample& sample) {
  std::vector<int64_t> wrong;
  for (size_t i = 0; i < sample.values.size(); ++i) {
    if (SideOf(claim) * (sample.values[i] - sample.bound) < 0) wrong.push_back(sample.trials[i]);
  }
  return wrong;
}

}  // namespace pathsweep

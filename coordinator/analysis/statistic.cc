#include "coordinator/analysis/statistic.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/philox.h"
#include "coordinator/analysis/sample.h"

namespace pathsweep {
namespace {

constexpr double kTail = 0.025;
constexpr int kResamples = 2000;
constexpr uint64_t kSeed = 1;

// What the method is of a statistic, and `known` what else it may be.
struct Methods {
  IntervalMethod first;
  std::vector<IntervalMethod> others;
  const char* names;
};

Methods MethodsOf(Statistic statistic) {
  using enum IntervalMethod;
  switch (statistic) {
    case Statistic::kMean:
    case Statistic::kInterquartileMean:
      return {kStudentsT, {kBootstrap}, "t, bootstrap or none"};
    case Statistic::kMedian:
    case Statistic::kSteps:
      return {kRanks, {kBootstrap}, "ranks, bootstrap or none"};
    case Statistic::kBest:
      return {kNone, {}, "none"};
    case Statistic::kSolved:
      return {kWilson, {kClopperPearson}, "wilson, clopper-pearson or none"};
  }
  return {kNone, {}, "none"};
}

// A quantile between two values lies on the line between them, as NumPy's do.
double Quantile(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto lower = static_cast<size_t>(at);
  const size_t upper = std::min(lower + 1, sorted.size() - 1);
  return std::lerp(sorted[lower], sorted[upper], at - static_cast<double>(lower));
}

double ValueOf(std::vector<double>& values, Statistic statistic) {
  if (statistic == Statistic::kMean) return Mean(values);
  std::ranges::sort(values);
  return statistic == Statistic::kInterquartileMean ? MiddleMeanOfSorted(values)
                                                    : MedianOfSorted(values);
}

Estimate WithInterval(absl::Span<const double> values, Statistic statistic, IntervalMethod method,
                      MetricRange range) {
  if (method == IntervalMethod::kBootstrap) return Bootstrap(values, statistic, kResamples, kSeed);
  if (statistic == Statistic::kMean) return MeanInterval(values, range);
  if (statistic == Statistic::kInterquartileMean) return InterquartileMeanInterval(values, range);
  return MedianInterval(values);
}

}  // namespace

absl::Status CheckInterval(Statistic statistic, IntervalMethod method) {
  const Methods methods = MethodsOf(statistic);
  const bool known = method == IntervalMethod::kDefault || method == IntervalMethod::kNone ||
                     method == methods.first ||
                     std::ranges::find(methods.others, method) != methods.others.end();
  if (known) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("the statistic has no such interval; it has ", methods.names));
}

Estimate Summarize(absl::Span<const double> values, Statistic statistic, IntervalMethod method,
                   MetricRange range, bool lower_is_better) {
  if (statistic == Statistic::kBest) {
    const double best = lower_is_better ? std::ranges::min(values) : std::ranges::max(values);
    return {best, std::nullopt, std::nullopt};
  }
  Estimate estimate = WithInterval(values, statistic, method, range);
  if (method == IntervalMethod::kNone) estimate.low = estimate.high = std::nullopt;
  return estimate;
}

Estimate ShareSolved(int64_t solved, int64_t trials, IntervalMethod method) {
  Estimate share = method == IntervalMethod::kClopperPearson ? ExactInterval(solved, trials)
                                                             : WilsonInterval(solved, trials);
  if (method == IntervalMethod::kNone) share.low = share.high = std::nullopt;
  return share;
}

Estimate Bootstrap(absl::Span<const double> values, Statistic statistic, int resamples,
                   uint64_t seed) {
  std::vector<double> sample(values.begin(), values.end());
  const double value = ValueOf(sample, statistic);
  if (values.size() == 1) return {value, std::nullopt, std::nullopt};
  std::vector<double> resampled;
  resampled.reserve(resamples);
  for (int i = 0; i < resamples; ++i) {
    PhiloxStream random(seed, /*stream=*/0, static_cast<uint64_t>(i));
    for (double& one : sample) one = values[random.Below(static_cast<uint32_t>(values.size()))];
    resampled.push_back(ValueOf(sample, statistic));
  }
  std::ranges::sort(resampled);
  return {value, Quantile(resampled, kTail), Quantile(resampled, 1 - kTail)};
}

}  // namespace pathsweep

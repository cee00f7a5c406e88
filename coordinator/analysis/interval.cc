#include "coordinator/analysis/interval.h"

#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <vector>

#include "coordinator/analysis/sample.h"

namespace pathsweep {
namespace {

constexpr double kTail = 0.025;
constexpr double kNormalQuantile = 1.959963984540054;

// A table has thousands of cells of as many trials each, and working it out is what takes the time.
double StudentsTQuantile(double degrees) {
  thread_local double last_degrees = 0, last = 0;
  if (degrees != last_degrees) {
    last = boost::math::quantile(boost::math::students_t(degrees), 1 - kTail);
    last_degrees = degrees;
  }
  return last;
}

Estimate StudentsT(double value, double standard_error, double degrees, MetricRange range) {
  const double half_width = StudentsTQuantile(degrees) * standard_error;
  return {value, std::max(value - half_width, range.lowest),
          std::min(value + half_width, range.highest)};
}

double StandardDeviation(absl::Span<const double> values) {
  return std::sqrt(SquaredDeviations(values, Mean(values)) /
                   (static_cast<double>(values.size()) - 1));
}

// How many values lie below the interval of the median, at most; none if it has no room for 95 %.
std::optional<int64_t> RanksOutside(size_t n) {
  const boost::math::binomial_distribution<double> heads(static_cast<double>(n), 0.5);
  auto outside = static_cast<int64_t>(boost::math::quantile(heads, kTail));  // near it
  while (outside >= 0 && boost::math::cdf(heads, static_cast<double>(outside)) > kTail) --outside;
  return outside < 0 ? std::nullopt : std::optional(outside);
}

}  // namespace

Estimate MeanInterval(absl::Span<const double> values, MetricRange range, double least_deviation) {
  const double mean = Mean(values);
  if (values.size() == 1) return {mean, std::nullopt, std::nullopt};
  const auto n = static_cast<double>(values.size());
  const double deviation = std::max(StandardDeviation(values), least_deviation);
  return StudentsT(mean, deviation / std::sqrt(n), n - 1, range);
}

Estimate MedianInterval(absl::Span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  Estimate median{MedianOfSorted(sorted), std::nullopt, std::nullopt};
  if (const std::optional<int64_t> outside = RanksOutside(sorted.size())) {
    median.low = sorted[*outside];
    median.high = sorted[sorted.size() - 1 - *outside];
  }
  return median;
}

Estimate InterquartileMeanInterval(absl::Span<const double> values, MetricRange range) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  const size_t cut = sorted.size() / 4;
  const double mean = MiddleMeanOfSorted(sorted);
  const size_t kept = sorted.size() - 2 * cut;
  if (kept == 1) return {mean, std::nullopt, std::nullopt};
  const auto n = static_cast<double>(sorted.size());
  std::fill_n(sorted.begin(), cut, sorted[cut]);
  std::fill_n(sorted.rbegin(), cut, sorted[sorted.size() - 1 - cut]);
  // Without the quarters; none is cut from fewer than four.
  const double share = cut == 0 ? 1 : 0.5;
  return StudentsT(mean, StandardDeviation(sorted) / share / std::sqrt(n),
                   static_cast<double>(kept) - 1, range);
}

Estimate WilsonInterval(int64_t successes, int64_t trials) {
  const auto n = static_cast<double>(trials);
  const double share = static_cast<double>(successes) / n;
  const double zz = kNormalQuantile * kNormalQuantile / n;
  const double half_width = std::sqrt(zz * (share * (1 - share) + zz / 4));
  return {share, std::max(0.0, (share + zz / 2 - half_width) / (1 + zz)),
          std::min(1.0, (share + zz / 2 + half_width) / (1 + zz))};
}

Estimate ExactInterval(int64_t successes, int64_t trials) {
  const auto k = static_cast<double>(successes), n = static_cast<double>(trials);
  Estimate share{k / n, 0.0, 1.0};
  if (successes > 0) {
    share.low = boost::math::quantile(boost::math::beta_distribution(k, n - k + 1), kTail);
  }
  if (successes < trials) {
    share.high = boost::math::quantile(boost::math::beta_distribution(k + 1, n - k), 1 - kTail);
  }
  return share;
}

}  // namespace pathsweep

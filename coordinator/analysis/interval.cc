#include "coordinator/analysis/interval.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "coordinator/analysis/sample.h"

namespace pathsweep {
namespace {

constexpr double kUpperTail = 0.975;
constexpr double kNormalQuantile = 1.959963984540054;

}  // namespace

Estimate MeanInterval(absl::Span<const double> values, MetricRange range) {
  const auto n = static_cast<double>(values.size());
  const double mean = Mean(values);
  if (values.size() == 1) return {mean, std::nullopt, std::nullopt};
  const double standard_error = std::sqrt(SquaredDeviations(values, mean) / (n - 1) / n);
  const double half_width =
      boost::math::quantile(boost::math::students_t(n - 1), kUpperTail) * standard_error;
  return {mean, std::max(mean - half_width, range.lowest),
          std::min(mean + half_width, range.highest)};
}

Estimate WilsonInterval(int64_t successes, int64_t trials) {
  const auto n = static_cast<double>(trials);
  const double share = static_cast<double>(successes) / n;
  const double zz = kNormalQuantile * kNormalQuantile / n;
  const double half_width = std::sqrt(zz * (share * (1 - share) + zz / 4));
  return {share, std::max(0.0, (share + zz / 2 - half_width) / (1 + zz)),
          std::min(1.0, (share + zz / 2 + half_width) / (1 + zz))};
}

}  // namespace pathsweep

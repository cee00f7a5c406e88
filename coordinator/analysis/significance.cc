#include "coordinator/analysis/significance.h"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/non_central_chi_squared.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>
#include <utility>

#include "coordinator/analysis/sample.h"

namespace pathsweep {
namespace {

constexpr double kTail = 0.025;
constexpr double kNormalQuantile = 1.959963984540054;
constexpr size_t kMostExact = 200;  // ranks

// Twice the ranks by size, which are whole numbers also where equal ones share theirs.
std::vector<size_t> TwiceTheRanks(absl::Span<const double> differences) {
  std::vector<double> sizes;
  for (double difference : differences) sizes.push_back(std::abs(difference));
  std::vector<double> sorted = sizes;
  std::ranges::sort(sorted);
  std::vector<size_t> ranks;
  for (double size : sizes) {
    const auto [first, last] = std::ranges::equal_range(sorted, size);
    ranks.push_back(static_cast<size_t>(first - sorted.begin() + 1 + (last - sorted.begin())));
  }
  return ranks;
}

// The chance of each sum of those ranks whose sign is drawn positive.
std::vector<double> ChancesOfSums(absl::Span<const size_t> ranks) {
  std::vector<double> chances = {1};
  for (size_t rank : ranks) {
    std::vector<double> next(chances.size() + rank, 0);
    for (size_t sum = 0; sum < chances.size(); ++sum) {
      next[sum] += chances[sum] / 2;
      next[sum + rank] += chances[sum] / 2;
    }
    chances = std::move(next);
  }
  return chances;
}

double ExactTail(absl::Span<const size_t> ranks, size_t sum) {
  const std::vector<double> chances = ChancesOfSums(ranks);
  const auto at = chances.begin() + static_cast<int64_t>(sum);
  return std::min(std::accumulate(chances.begin(), at + 1, 0.0),
                  std::accumulate(at, chances.end(), 0.0));
}

double NormalTail(absl::Span<const size_t> ranks, size_t sum) {
  double mean = 0, variance = 0;
  for (size_t rank : ranks) {
    mean += static_cast<double>(rank) / 2;
    variance += static_cast<double>(rank) * static_cast<double>(rank) / 4;
  }
  return std::erfc(std::abs(static_cast<double>(sum) - mean) / std::sqrt(2 * variance)) / 2;
}

}  // namespace

MeanTest TestMean(absl::Span<const double> values, double bound, double least_deviation) {
  const auto n = static_cast<double>(values.size());
  const double mean = Mean(values);
  const double deviation =
      std::max(std::sqrt(SquaredDeviations(values, mean) / (n - 1)), least_deviation);
  if (deviation == 0) {  // nothing varies: the mean is what it is
    return {mean > bound ? 0.0 : 1.0, mean < bound ? 0.0 : 1.0};
  }
  const double t = (mean - bound) / deviation * std::sqrt(n);
  if (!std::isfinite(t)) return {1, 1};  // beyond what a double holds: it says nothing
  const boost::math::students_t distribution(n - 1);
  return {boost::math::cdf(boost::math::complement(distribution, t)),
          boost::math::cdf(distribution, t)};
}

double TestSignedRanks(absl::Span<const double> differences) {
  std::vector<double> others;
  std::ranges::copy_if(differences, std::back_inserter(others),
                       [](double difference) { return difference != 0; });
  if (others.empty()) return 1;
  const std::vector<size_t> ranks = TwiceTheRanks(others);
  size_t positive = 0;
  for (size_t i = 0; i < others.size(); ++i) positive += others[i] > 0 ? ranks[i] : 0;
  const double tail =
      others.size() <= kMostExact ? ExactTail(ranks, positive) : NormalTail(ranks, positive);
  return std::min(1.0, 2 * tail);
}

double MeasurementNoise(double share, int64_t examples) {
  const double n = static_cast<double>(examples) + 4;
  const double moderate = (share * static_cast<double>(examples) + 2) / n;
  return std::sqrt(moderate * (1 - moderate) / n);
}

std::vector<double> AdjustForMany(absl::Span<const double> p_values) {
  std::vector<size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, [&](size_t a, size_t b) { return p_values[a] > p_values[b]; });
  std::vector<double> adjusted(p_values.size());
  const auto all = static_cast<double>(p_values.size());
  double least = 1;
  for (size_t i = 0; i < order.size(); ++i) {  // from the largest down
    const double rank = all - static_cast<double>(i);
    least = std::min(least, p_values[order[i]] * all / rank);
    adjusted[order[i]] = least;
  }
  return adjusted;
}

std::pair<double, double> NoncentralityInterval(double seen, int64_t degrees) {
  constexpr double kLarge = 10'000;
  if (!std::isfinite(seen)) return {0, std::numeric_limits<double>::infinity()};
  if (seen > kLarge) {
    const double root = std::sqrt(seen);
    const double low = root - kNormalQuantile, high = root + kNormalQuantile;
    return {low * low, high * high};
  }
  const auto df = static_cast<double>(degrees);
  const boost::math::chi_squared central(df);
  // Where even no noncentrality makes so little (or so much) unlikely, the interval ends at 0.
  const auto at = [&](double share) {
    if (seen <= 0 || boost::math::cdf(central, seen) <= share) return 0.0;
    return boost::math::non_central_chi_squared::find_non_centrality(df, seen, share);
  };
  return {at(1 - kTail), at(kTail)};
}

}  // namespace pathsweep

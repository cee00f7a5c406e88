// Reads lines of numbers and writes what the statistics make of them, for test_statistics.py:
//   mean V1 V2 …                    -> mean low high
//   wilson K N                      -> share low high
//   mean_test BOUND LEAST V1 V2 …   -> above below
//   exact K N                       -> share low high
//   signed_ranks D1 D2 …            -> p
//   adjust P1 P2 …                  -> q1 q2 …
//   median V1 V2 …                  -> median low high, nan without an interval
//   iqm V1 V2 …                     -> interquartile mean low high
//   bootstrap RESAMPLES V1 V2 …     -> mean low high; bootstrap_median, bootstrap_iqm too
//   curve N S1 V1 … N S1 V1 …       -> of trials of N points: step mean low high n carried …
//   shares A B C V1 V2 …            -> of a grid of A × B × C: a b c ab ac bc abc
#include <cmath>
#include <iomanip>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "coordinator/analysis/interval.h"
#include "coordinator/analysis/learning_curves.h"
#include "coordinator/analysis/significance.h"
#include "coordinator/analysis/statistic.h"
#include "coordinator/analysis/variance_shares.h"

namespace pathsweep {
namespace {

std::vector<double> From(const std::vector<double>& numbers, size_t first) {
  return {numbers.begin() + static_cast<int64_t>(first), numbers.end()};
}

std::vector<double> Numbers(const Estimate& estimate) {
  return {estimate.value, estimate.low.value_or(NAN), estimate.high.value_or(NAN)};
}

std::vector<double> CurveOf(const std::vector<double>& numbers) {
  std::vector<TrialCurve> trials;
  for (size_t i = 0; i < numbers.size();) {
    TrialCurve& trial = trials.emplace_back();
    trial.seed = static_cast<int64_t>(trials.size());
    const auto end = i + 1 + 2 * static_cast<size_t>(numbers[i]);
    for (++i; i < end; i += 2) {
      trial.points.push_back({static_cast<int64_t>(numbers[i]), numbers[i + 1]});
    }
  }
  std::vector<double> answer;
  for (const CurvePoint& point : AverageCurve(trials, {})) {
    const std::vector<double> mean = Numbers(point.mean);
    answer.push_back(static_cast<double>(point.step));
    answer.insert(answer.end(), mean.begin(), mean.end());
    answer.push_back(static_cast<double>(point.n));
    answer.push_back(static_cast<double>(point.carried));
  }
  return answer;
}

std::vector<double> Answer(const std::string& kind, const std::vector<double>& numbers) {
  if (kind == "mean") return Numbers(MeanInterval(numbers, {}));
  if (kind == "wilson") {
    return Numbers(
        WilsonInterval(static_cast<int64_t>(numbers[0]), static_cast<int64_t>(numbers[1])));
  }
  if (kind == "mean_test") {
    const MeanTest test = TestMean(From(numbers, 2), numbers[0], numbers[1]);
    return {test.above, test.below};
  }
  if (kind == "exact") {
    return Numbers(
        ExactInterval(static_cast<int64_t>(numbers[0]), static_cast<int64_t>(numbers[1])));
  }
  if (kind == "signed_ranks") return {TestSignedRanks(numbers)};
  if (kind == "adjust") return AdjustForMany(numbers);
  if (kind == "noncentrality") {
    const auto [low, high] = NoncentralityInterval(numbers[0], static_cast<int64_t>(numbers[1]));
    return {low, high};
  }
  if (kind == "curve") return CurveOf(numbers);
  if (kind == "median") return Numbers(MedianInterval(numbers));
  if (kind == "iqm") return Numbers(InterquartileMeanInterval(numbers, {}));
  const std::map<std::string, Statistic> bootstraps = {
      {"bootstrap", Statistic::kMean},
      {"bootstrap_median", Statistic::kMedian},
      {"bootstrap_iqm", Statistic::kInterquartileMean}};
  if (const auto found = bootstraps.find(kind); found != bootstraps.end()) {
    return Numbers(
        Bootstrap(From(numbers, 1), found->second, static_cast<int>(numbers[0]), /*seed=*/1));
  }
  const Factorial grid({static_cast<int64_t>(numbers[0]), static_cast<int64_t>(numbers[1]),
                        static_cast<int64_t>(numbers[2])},
                       /*order=*/3);
  return grid.Shares(From(numbers, 3));
}

}  // namespace
}  // namespace pathsweep

int main() {
  std::cout << std::setprecision(17);
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string kind;
    words >> kind;
    std::vector<double> numbers;
    for (double number; words >> number;) numbers.push_back(number);
    for (double number : pathsweep::Answer(kind, numbers)) std::cout << number << ' ';
    std::cout << '\n';
  }
}

#include "coordinator/search/parzen_density.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace pathsweep {
namespace {

using Choice = SearchPool::Choice;

constexpr size_t kEqualWeights = 25;

std::vector<double> Weights(size_t points) {
  std::vector<double> weights(points, 1.0);
  if (points < kEqualWeights) return weights;
  const size_t older = points - kEqualWeights;
  const double lowest = 1.0 / static_cast<double>(points);
  for (size_t i = 0; i < older; ++i) {
    const double share = older == 1 ? 0 : static_cast<double>(i) / static_cast<double>(older - 1);
    weights[i] = std::lerp(lowest, 1.0, share);
  }
  return weights;
}

double NormalBelow(double z) { return 0.5 * std::erfc(-z * M_SQRT1_2); }

// The deviation of each kernel of a lane: how far the neighbour is that is farther away, within
// bounds.
std::vector<double> Deviations(const std::vector<double>& middles) {
  std::vector<size_t> order(middles.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](size_t i) { return middles[i]; });
  const size_t last = order.size() - 1;
  const double least = 1 / std::min(100.0, static_cast<double>(middles.size() + 2));
  std::vector<double> deviations(middles.size());
  for (size_t i = 0; i < order.size(); ++i) {
    const double middle = middles[order[i]];
    // Beyond the outermost ones lie the ends of the range, which count if there is nothing else.
    const double below = i > 0 ? middle - middles[order[i - 1]] : last == 0 ? middle : 0;
    const double above = i < last ? middles[order[i + 1]] - middle : last == 0 ? 1 - middle : 0;
    deviations[order[i]] = std::clamp(std::max(below, above), least, 1.0);
  }
  return deviations;
}

size_t DrawIndex(absl::Span<const double> weights, PhiloxStream& random) {
  double left = random.Uniform() * std::accumulate(weights.begin(), weights.end(), 0.0);
  for (size_t i = 0; i < weights.size(); ++i) {
    left -= weights[i];
    if (left <= 0) return i;
  }
  return weights.size() - 1;
}

}  // namespace

ParzenDensity::ParzenDensity(const SearchPool& pool, absl::Span<const Choice> points)
    : pool_(pool), weights_(Weights(points.size())) {
  weights_.push_back(1);
  const double sum = std::accumulate(weights_.begin(), weights_.end(), 0.0);
  for (double& weight : weights_) weight /= sum;
  for (const SearchLane& lane : pool.lanes()) {
    std::vector<double> middles;
    for (const Choice& point : points) middles.push_back(lane.at[point[lane.group]]);
    lanes_.push_back(lane.categories > 0 ? CategoryKernels(lane, std::move(middles))
                                         : NumberKernels(std::move(middles)));
  }
}

double ParzenDensity::LogAt(const Choice& point) const {
  std::vector<double> logs;
  for (size_t kernel = 0; kernel < weights_.size(); ++kernel) {
    double log = std::log(weights_[kernel]);
    for (size_t i = 0; i < lanes_.size(); ++i) {
      const SearchLane& lane = pool_.lanes()[i];
      log += LogKernel(i, kernel, lane.at[point[lane.group]]);
    }
    logs.push_back(log);
  }
  const double most = *std::ranges::max_element(logs);
  double sum = 0;
  for (double log : logs) sum += std::exp(log - most);
  return most + std::log(sum);
}

Choice ParzenDensity::Draw(PhiloxStream& random) const {
  const size_t kernel = DrawIndex(weights_, random);
  std::vector<std::vector<double>> logs;  // of each group's points
  for (size_t size : pool_.sizes()) logs.emplace_back(size, 0.0);
  for (size_t i = 0; i < lanes_.size(); ++i) {
    const SearchLane& lane = pool_.lanes()[i];
    for (size_t point = 0; point < lane.at.size(); ++point) {
      logs[lane.group][point] += LogKernel(i, kernel, lane.at[point]);
    }
  }
  Choice choice;
  for (std::vector<double>& group : logs) {
    const double most = *std::ranges::max_element(group);
    for (double& one : group) one = std::exp(one - most);
    choice.push_back(static_cast<uint32_t>(DrawIndex(group, random)));
  }
  return choice;
}

ParzenDensity::Kernels ParzenDensity::NumberKernels(std::vector<double> middles) {
  Kernels kernels;
  if (!middles.empty()) kernels.deviations = Deviations(middles);
  kernels.middles = std::move(middles);
  kernels.middles.push_back(0.5);
  kernels.deviations.push_back(1);
  for (size_t kernel = 0; kernel < kernels.middles.size(); ++kernel) {
    const double middle = kernels.middles[kernel], deviation = kernels.deviations[kernel];
    const double inside = NormalBelow((1 - middle) / deviation) - NormalBelow(-middle / deviation);
    kernels.log_constants.push_back(-std::log(deviation * std::sqrt(2 * M_PI) * inside));
  }
  return kernels;
}

// A kernel's own category has 1 more than the others.
ParzenDensity::Kernels ParzenDensity::CategoryKernels(const SearchLane& lane,
                                                      std::vector<double> own) {
  const auto count = static_cast<double>(lane.categories);
  const double other = 1 / static_cast<double>(own.size() + 1);
  const double sum = 1 + count * other;
  return {.middles = std::move(own),
          .deviations = {},
          .log_constants = {},
          .log_own = std::log((1 + other) / sum),
          .log_other = std::log(other / sum),
          .log_prior = -std::log(count)};
}

double ParzenDensity::LogKernel(size_t lane, size_t kernel, double at) const {
  const Kernels& kernels = lanes_[lane];
  if (kernels.deviations.empty()) {
    if (kernel == kernels.middles.size()) return kernels.log_prior;
    return kernels.middles[kernel] == at ? kernels.log_own : kernels.log_other;
  }
  const double away = (at - kernels.middles[kernel]) / kernels.deviations[kernel];
  return kernels.log_constants[kernel] - away * away / 2;
}

}  // namespace pathsweep

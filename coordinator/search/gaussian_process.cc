#include "coordinator/search/gaussian_process.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace pathsweep {
namespace {

// What is tried for each; in units of a lane's range, and of the signal's variance.
constexpr double kLengths[] = {0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 6.4};
constexpr double kNoises[] = {1e-4, 1e-3, 1e-2, 0.1, 1, 10};
constexpr int kRounds = 2;
constexpr double kUsualLength = 0.5;

// The prior's share of the logarithm of the posterior.
double LogPrior(const std::vector<double>& lengths) {
  double log = 0;
  for (double length : lengths) log -= std::pow(std::log(length / kUsualLength), 2) / 2;
  return log;
}

}  // namespace

GaussianProcess::GaussianProcess(const SearchPool& pool, absl::Span<const Observation> seen)
    : pool_(&pool), losses_(seen.size()), lengths_(pool.lanes().size(), kUsualLength) {
  for (const Observation& one : seen) {
    losses_[static_cast<Eigen::Index>(points_.size())] = one.loss;
    points_.push_back(CoordinatesOf(one.point));
  }
  // Twice, so that squares of huge losses are finite.
  const double largest = std::max(losses_.cwiseAbs().maxCoeff(), 1e-300);
  losses_ /= largest;
  const double middle = losses_.mean();
  losses_.array() -= middle;
  double scale = std::sqrt(losses_.squaredNorm() / static_cast<double>(losses_.size()));
  if (!(scale > 1e-12)) scale = 1;
  losses_ /= scale;
  middle_ = middle * largest;
  scale_ = scale * largest;
  Fit();
}

std::vector<double> GaussianProcess::CoordinatesOf(const SearchPool::Choice& point) const {
  std::vector<double> coordinates;
  for (const SearchLane& lane : pool_->lanes()) coordinates.push_back(lane.at[point[lane.group]]);
  return coordinates;
}

double GaussianProcess::Kernel(const std::vector<double>& one,
                               const std::vector<double>& other) const {
  double squares = 0;
  for (size_t i = 0; i < one.size(); ++i) {
    const bool is_category = pool_->lanes()[i].categories > 0;
    const double away = is_category ? (one[i] == other[i] ? 0.0 : 1.0) : one[i] - other[i];
    squares += away * away / (lengths_[i] * lengths_[i]);
  }
  const double r = std::sqrt(5 * squares);
  return (1 + r + r * r / 3) * std::exp(-r);
}

double GaussianProcess::Condition() {
  const auto count = static_cast<Eigen::Index>(points_.size());
  Eigen::MatrixXd kernel(count, count);
  for (Eigen::Index i = 0; i < count; ++i) {
    for (Eigen::Index j = 0; j < i; ++j) {
      kernel(i, j) = Kernel(points_[static_cast<size_t>(i)], points_[static_cast<size_t>(j)]);
    }
    kernel(i, i) = 1 + noise_;
  }
  factor_.compute(kernel);  // of the lower half
  if (factor_.info() != Eigen::Success) return -std::numeric_limits<double>::infinity();
  weights_ = factor_.solve(losses_);
  signal_ = std::max(losses_.dot(weights_) / static_cast<double>(count), 1e-12);
  const Eigen::MatrixXd& triangle = factor_.matrixLLT();
  const double log_determinant = triangle.diagonal().array().log().sum();  // of its root
  return -0.5 * static_cast<double>(count) * std::log(signal_) - log_determinant +
         LogPrior(lengths_);
}

// One after the other, by what is best with the others as they are.
void GaussianProcess::Fit() {
  double best = Condition();
  const auto try_all = [&](double& parameter, absl::Span<const double> values) {
    double chosen = parameter;
    for (double value : values) {
      parameter = value;
      const double log = Condition();
      if (log <= best) continue;
      best = log;
      chosen = value;
    }
    parameter = chosen;
  };
  for (int round = 0; round < kRounds; ++round) {
    try_all(noise_, kNoises);
    for (double& length : lengths_) try_all(length, kLengths);
  }
  Condition();
}

GaussianProcess::Belief GaussianProcess::At(const SearchPool::Choice& point) const {
  const std::vector<double> at = CoordinatesOf(point);
  Eigen::VectorXd near(points_.size());
  for (size_t i = 0; i < points_.size(); ++i) {
    near[static_cast<Eigen::Index>(i)] = Kernel(at, points_[i]);
  }
  const double mean = near.dot(weights_);
  const double known = factor_.matrixL().solve(near).squaredNorm();
  const double variance = signal_ * std::max(1 - known, 1e-12);
  return {middle_ + scale_ * mean, scale_ * std::sqrt(variance)};
}

double GaussianProcess::ShareForetold() const {
  const Eigen::Index count = losses_.size();
  const Eigen::MatrixXd inverse = factor_.solve(Eigen::MatrixXd::Identity(count, count));
  const double missed = (weights_.array() / inverse.diagonal().array()).matrix().squaredNorm();
  // Losses are scaled to mean 0; without one of n the others' mean is that one's -1/(n - 1).
  const double by_mean = std::pow(static_cast<double>(count) / static_cast<double>(count - 1), 2) *
                         losses_.squaredNorm();
  return by_mean > 0 ? 1 - missed / by_mean : 0;
}

GaussianProcess GaussianProcess::With(absl::Span<const SearchPool::Choice> pending) const {
  GaussianProcess more = *this;
  more.losses_.conservativeResize(static_cast<Eigen::Index>(points_.size() + pending.size()));
  for (const SearchPool::Choice& point : pending) {
    more.losses_[static_cast<Eigen::Index>(more.points_.size())] =
        (At(point).mean - middle_) / scale_;
    more.points_.push_back(CoordinatesOf(point));
  }
  more.Condition();
  more.signal_ = signal_;  // what is expected says nothing of how much losses vary
  return more;
}

}  // namespace pathsweep

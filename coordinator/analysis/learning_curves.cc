#include "coordinator/analysis/learning_curves.h"

#include <algorithm>
#include <optional>

namespace pathsweep {
namespace {

// Goes along a trial's curve with the steps.
class Follower {
 public:
  // The trial must outlive the object.
  explicit Follower(const TrialCurve& trial) : points_(trial.points) {}

  // The newest value by the step; steps must ascend.
  std::optional<double> At(int64_t step) {
    while (passed_ < points_.size() && points_[passed_].step <= step) ++passed_;
    if (passed_ == 0) return std::nullopt;
    return points_[passed_ - 1].value;
  }
  bool HasEndedBefore(int64_t step) const {
    return passed_ == points_.size() && points_.back().step < step;
  }

 private:
  const absl::Span<const TrialCurve::Point> points_;
  size_t passed_ = 0;
};

bool HaveOneSeed(absl::Span<const TrialCurve> trials) {
  return std::ranges::all_of(
      trials, [&](const TrialCurve& trial) { return trial.seed == trials.front().seed; });
}

}  // namespace

std::vector<int64_t> StepsOf(absl::Span<const TrialCurve> trials) {
  std::vector<int64_t> steps;
  for (const TrialCurve& trial : trials) {
    const size_t known = steps.size();
    for (const TrialCurve::Point& point : trial.points) steps.push_back(point.step);
    std::inplace_merge(steps.begin(), steps.begin() + static_cast<int64_t>(known), steps.end());
    steps.erase(std::ranges::unique(steps).begin(), steps.end());
  }
  return steps;
}

std::vector<CurvePoint> AverageCurve(absl::Span<const TrialCurve> trials, MetricRange range) {
  // Several configs under one seed say nothing of how seeds differ.
  const bool one_seed = HaveOneSeed(trials);
  std::vector<Follower> followers(trials.begin(), trials.end());
  std::vector<CurvePoint> curve;
  std::vector<double> values;
  for (int64_t step : StepsOf(trials)) {
    CurvePoint& point = curve.emplace_back();
    point.step = step;
    values.clear();
    for (Follower& follower : followers) {
      const std::optional<double> value = follower.At(step);
      if (!value) continue;
      values.push_back(*value);
      if (follower.HasEndedBefore(step)) ++point.carried;
    }
    point.n = static_cast<int64_t>(values.size());
    point.mean = MeanInterval(values, range);
    if (one_seed) point.mean.low = point.mean.high = std::nullopt;
  }
  return curve;
}

}  // namespace pathsweep

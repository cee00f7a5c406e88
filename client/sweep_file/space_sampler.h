// Draws points of a search space. Pure: the same for a seed on every machine.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <vector>

#include "absl/status/status.h"
#include "base/grid.h"
#include "base/trial_parameters.h"
#include "client/sweep_file/space_lanes.h"
#include "client/sweep_file/space_rules.h"

namespace pathsweep {

// Points of some parameters, each once, in the order in which they came.
class PointSet {
 public:
  explicit PointSet(std::vector<const ParameterSpec*> specs) : specs_(std::move(specs)) {}

  void Add(const TrialParameters& parameters) {
    JointAxis::Point point;
    for (const ParameterSpec* spec : specs_) point.push_back(GetParameter(parameters, *spec));
    if (seen_.insert(point).second) points_.push_back(std::move(point));
  }

  const std::vector<const ParameterSpec*>& specs() const { return specs_; }
  const std::vector<JointAxis::Point>& points() const { return points_; }

 private:
  std::vector<const ParameterSpec*> specs_;
  std::set<JointAxis::Point> seen_;
  std::vector<JointAxis::Point> points_;
};

struct Sampling {
  std::vector<Lane> lanes;
  // Points of Sobol's sequence (Joe & Kuo 2008) under a random digital shift, in place of
  // independent ones.
  bool sobol = false;
  uint64_t seed = 1;
  int64_t wanted = 1;
};

// Adds points until there are as many as wanted, or a hundred thousand draws in a row were in vain,
// or twenty times as many draws as wanted (200,000 at least) have been made.
// A point that does not fit the rules, or the parameters' own ranges and conditions, is passed
// over. Errors are those of SpaceRules::Resolve.
absl::Status DrawPoints(const Sampling& sampling, const TrialParameters& base,
                        const SpaceRules& rules,
                        const std::function<bool(const TrialParameters&)>& goes_together,
                        PointSet& points);

}  // namespace pathsweep

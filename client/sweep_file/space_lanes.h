// The dimensions of a search space, and which of them formulas tie together. Pure.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/distribution.h"
#include "base/grid.h"
#include "base/trial_parameters.h"
#include "client/sweep_file/problems.h"
#include "client/sweep_file/search_space.h"
#include "client/sweep_file/space_rules.h"

namespace pathsweep {

// One dimension: a point of a list, all alike; or a value of a distribution of one parameter.
struct Lane {
  std::vector<const ParameterSpec*> specs;
  std::vector<JointAxis::Point> points;
  std::optional<Distribution> distribution = std::nullopt;
};

std::set<std::string> NamesOf(const std::vector<const ParameterSpec*>& specs);

void PutPoint(TrialParameters& parameters, const Lane& lane, size_t point);

// Lists and conditional parameters with one value, zipped ones together, in the order of the file;
// then what has a distribution. What cannot be zipped becomes a problem.
std::vector<Lane> LanesOf(const SearchSpace& space, Problems& problems);

// Lanes that depend on each other, and the parameters that follow from them.
struct LaneGroup {
  std::vector<const Lane*> lanes;
  std::set<std::string> names;
};

// `derived` are the parameters that a formula computes. The lanes must outlive the groups.
std::vector<LaneGroup> GroupsOf(const std::vector<Lane>& lanes,
                                const std::set<std::string>& derived, const SpaceRules& rules);

}  // namespace pathsweep

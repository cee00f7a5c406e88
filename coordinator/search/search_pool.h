// What a search chooses from: groups of parameters, of which each point of the space has one point.
// A parameter that varies freely is a group of its own; those that rules tie together are one.
//
// A sampler sees coordinates. A number's is its rank among the group's values, as a share: of
// values that were drawn from a distribution, that is the share of the distribution below them, so
// lr from 1e-4 to 1e-2 is searched on a logarithmic scale if it is distributed on one. What has no
// order is a category.
//
// Immutable; thread safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "base/grid.h"
#include "base/philox.h"

namespace pathsweep {

struct SearchLane {
  size_t group = 0;
  size_t categories = 0;   // 0: a number
  std::vector<double> at;  // of each of the group's points: strictly between 0 and 1, or a category
};

class SearchPool {
 public:
  // A point of each group.
  using Choice = std::vector<uint32_t>;

  // Requires at least one group.
  explicit SearchPool(absl::Span<const JointAxis> groups);

  // Points of each group.
  const std::vector<size_t>& sizes() const { return sizes_; }
  const std::vector<SearchLane>& lanes() const { return lanes_; }

  // The parameters of all groups.
  const std::vector<std::string>& names() const { return names_; }
  // Their values.
  JointAxis::Point PointOf(const Choice& choice) const;
  // None if no choice has these values.
  std::optional<Choice> Find(const JointAxis::Point& point) const;

  // Every point of a group with the same chance.
  Choice Draw(PhiloxStream& random) const;

 private:
  std::vector<JointAxis> groups_;
  std::vector<std::string> names_;
  std::vector<size_t> sizes_;
  std::vector<SearchLane> lanes_;
  std::vector<std::map<JointAxis::Point, uint32_t>> places_;  // of each group's points
};

}  // namespace pathsweep

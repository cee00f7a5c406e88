#include "coordinator/search/search_pool.h"

#include <map>
#include <utility>

#include "base/trial_parameters.h"

namespace pathsweep {
namespace {

// How often each value of a parameter stands in the pool.
using Counts = std::map<ParameterValue, size_t>;

std::map<ParameterValue, double> Categories(const Counts& counts) {
  std::map<ParameterValue, double> coordinates;
  for (const auto& [value, count] : counts) {
    coordinates.emplace(value, static_cast<double>(coordinates.size()));
  }
  return coordinates;
}

// The middle of the ranks that a value has.
std::map<ParameterValue, double> Ranks(const Counts& counts, size_t all) {
  std::map<ParameterValue, double> coordinates;
  double below = 0;
  for (const auto& [value, count] : counts) {
    const auto equal = static_cast<double>(count);
    coordinates[value] = (below + equal / 2) / static_cast<double>(all);
    below += equal;
  }
  return coordinates;
}

SearchLane LaneOf(size_t group, const JointAxis& points, size_t column) {
  const ParameterSpec& spec = *FindParameter(points.names()[column]);
  Counts counts;
  for (const JointAxis::Point& point : points.points()) ++counts[point[column]];
  const bool is_number = TypeName(spec) == "integer" || TypeName(spec) == "real";
  SearchLane lane{.group = group, .categories = is_number ? 0 : counts.size(), .at = {}};
  const auto coordinates = is_number ? Ranks(counts, points.points().size()) : Categories(counts);
  for (const JointAxis::Point& point : points.points()) {
    lane.at.push_back(coordinates.at(point[column]));
  }
  return lane;
}

}  // namespace

SearchPool::SearchPool(absl::Span<const JointAxis> groups) : groups_(groups.begin(), groups.end()) {
  for (size_t group = 0; group < groups_.size(); ++group) {
    const JointAxis& axis = groups_[group];
    names_.insert(names_.end(), axis.names().begin(), axis.names().end());
    sizes_.push_back(axis.points().size());
    for (size_t column = 0; column < axis.names().size(); ++column) {
      lanes_.push_back(LaneOf(group, axis, column));
    }
    auto& places = places_.emplace_back();
    for (const JointAxis::Point& point : axis.points()) {
      places.emplace(point, static_cast<uint32_t>(places.size()));
    }
  }
}

JointAxis::Point SearchPool::PointOf(const Choice& choice) const {
  JointAxis::Point values;
  for (size_t group = 0; group < groups_.size(); ++group) {
    const JointAxis::Point& part = groups_[group].points()[choice[group]];
    values.insert(values.end(), part.begin(), part.end());
  }
  return values;
}

std::optional<SearchPool::Choice> SearchPool::Find(const JointAxis::Point& point) const {
  Choice choice;
  auto value = point.begin();
  for (size_t group = 0; group < groups_.size(); ++group) {
    const auto end = value + static_cast<ptrdiff_t>(groups_[group].names().size());
    const auto place = places_[group].find(JointAxis::Point(value, end));
    if (place == places_[group].end()) return std::nullopt;
    choice.push_back(place->second);
    value = end;
  }
  return choice;
}

SearchPool::Choice SearchPool::Draw(PhiloxStream& random) const {
  Choice choice;
  for (size_t size : sizes_) choice.push_back(random.Below(static_cast<uint32_t>(size)));
  return choice;
}

}  // namespace pathsweep

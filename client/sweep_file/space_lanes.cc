#include "client/sweep_file/space_lanes.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"

namespace pathsweep {
namespace {

using Values = std::vector<ParameterValue>;
using Lists = std::map<std::string, const SpaceParameter*>;

const Values& ListOf(const SpaceParameter& parameter) { return std::get<Values>(parameter.values); }

// A list, in one zip alone, as long as the others.
bool CheckZipped(const SearchSpace& space, const std::string& name, size_t zip, const Lists& lists,
                 Problems& problems) {
  const auto& [names, place] = space.zips[zip];
  const auto list = lists.find(name);
  if (list == lists.end()) {
    problems.Add(place, absl::StrCat("`", name, "` has no `values` to zip"));
    return false;
  }
  for (size_t other = 0; other < zip; ++other) {
    const std::vector<std::string>& others = space.zips[other].first;
    if (std::ranges::find(others, name) == others.end()) continue;
    problems.Add(place, absl::StrCat("`", name, "` is in two zips"));
    return false;
  }
  const auto first = lists.find(names.front());
  if (first == lists.end() || ListOf(*list->second).size() == ListOf(*first->second).size()) {
    return true;
  }
  problems.Add(place,
               absl::StrCat("`", name, "` has ", ListOf(*list->second).size(), " values, but `",
                            names.front(), "` ", ListOf(*first->second).size()));
  return false;
}

Lane LaneOf(const ParameterSpec& spec, const Values& values) {
  Lane lane{.specs = {&spec}, .points = {}};
  for (const ParameterValue& value : values) lane.points.push_back({value});
  return lane;
}

Lane Zipped(const std::vector<std::string>& names, const Lists& lists) {
  Lane lane;
  for (const std::string& name : names) {
    const SpaceParameter& parameter = *lists.at(name);
    const Values& values = ListOf(parameter);
    lane.specs.push_back(parameter.spec);
    lane.points.resize(values.size());
    for (size_t i = 0; i < values.size(); ++i) lane.points[i].push_back(values[i]);
  }
  return lane;
}

// Names that rules and zips tie together, directly or through others.
class Ties {
 public:
  void Tie(const std::set<std::string>& names) {
    if (names.empty()) return;
    const std::string root = Root(*names.begin());
    for (const std::string& name : names) parents_[Root(name)] = root;
  }
  std::string Root(const std::string& name) {
    const auto parent = parents_.find(name);
    if (parent == parents_.end()) return parents_[name] = name;
    if (parent->second == name) return name;
    const std::string root = Root(parent->second);
    return parents_[name] = root;
  }

 private:
  std::map<std::string, std::string> parents_;
};

}  // namespace

std::set<std::string> NamesOf(const std::vector<const ParameterSpec*>& specs) {
  std::set<std::string> names;
  for (const ParameterSpec* spec : specs) names.insert(std::string(spec->name));
  return names;
}

void PutPoint(TrialParameters& parameters, const Lane& lane, size_t point) {
  for (size_t i = 0; i < lane.specs.size(); ++i) {
    PutParameter(parameters, *lane.specs[i], lane.points[point][i]);
  }
}

std::vector<Lane> LanesOf(const SearchSpace& space, Problems& problems) {
  Lists lists;
  for (const SpaceParameter& parameter : space.parameters) {
    if (std::holds_alternative<Values>(parameter.values)) {
      lists[std::string(parameter.spec->name)] = &parameter;
    }
  }
  std::map<std::string, size_t> zip_of;
  for (size_t zip = 0; zip < space.zips.size(); ++zip) {
    for (const std::string& name : space.zips[zip].first) {
      if (CheckZipped(space, name, zip, lists, problems)) zip_of[name] = zip;
    }
  }
  std::vector<Lane> lanes;
  if (!problems.empty()) return lanes;
  std::set<size_t> done;
  for (const SpaceParameter& parameter : space.parameters) {
    const auto zip = zip_of.find(std::string(parameter.spec->name));
    const auto* one = std::get_if<ParameterValue>(&parameter.values);
    if (zip != zip_of.end()) {
      if (!done.insert(zip->second).second) continue;
      lanes.push_back(Zipped(space.zips[zip->second].first, lists));
    } else if (std::holds_alternative<Values>(parameter.values)) {
      lanes.push_back(LaneOf(*parameter.spec, ListOf(parameter)));
    } else if (one != nullptr && parameter.when) {
      lanes.push_back(LaneOf(*parameter.spec, {*one}));
    }
  }
  for (const SpaceParameter& parameter : space.parameters) {
    const auto* distribution = std::get_if<Distribution>(&parameter.values);
    if (distribution != nullptr) lanes.push_back({{parameter.spec}, {}, *distribution});
  }
  return lanes;
}

std::vector<LaneGroup> GroupsOf(const std::vector<Lane>& lanes,
                                const std::set<std::string>& derived, const SpaceRules& rules) {
  Ties ties;
  for (const std::set<std::string>& names : rules.Tied()) ties.Tie(names);
  for (const Lane& lane : lanes) ties.Tie(NamesOf(lane.specs));
  std::vector<LaneGroup> groups;
  std::map<std::string, size_t> place_of;  // of each root among the groups
  const auto group_of = [&](const std::string& name) -> LaneGroup& {
    const auto [place, added] = place_of.emplace(ties.Root(name), groups.size());
    if (added) groups.emplace_back();
    return groups[place->second];
  };
  for (const Lane& lane : lanes) {
    LaneGroup& group = group_of(std::string(lane.specs.front()->name));
    group.lanes.push_back(&lane);
    group.names.merge(NamesOf(lane.specs));
  }
  for (const std::string& name : derived) group_of(name).names.insert(name);
  return groups;
}

}  // namespace pathsweep

#include "client/search_space.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/grid.h"
#include "base/parameter_proto.h"
#include "client/space_rules.h"
#include "client/space_sampler.h"

namespace pathsweep {
namespace {

// Combinations of parameters that rules tie together.
constexpr int64_t kMostCombinations = 200'000;
// Combinations of crossed values that each sample is tried with; of more, the coordinator says what
// does not go together.
constexpr size_t kMostCrossed = 1000;

// Parameters that go through a list together: one, or those of a zip.
struct Lane {
  std::vector<const ParameterSpec*> specs;
  std::vector<JointAxis::Point> points;
};

void PutPoint(TrialParameters& parameters, const Lane& lane, size_t point) {
  for (size_t i = 0; i < lane.specs.size(); ++i) {
    PutParameter(parameters, *lane.specs[i], lane.points[point][i]);
  }
}

void AddNames(const std::vector<const ParameterSpec*>& specs, std::set<std::string>& names) {
  for (const ParameterSpec* spec : specs) names.insert(std::string(spec->name));
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

// Makes one space into parts of a spec.
class Compiler {
 public:
  Compiler(const SearchSpace& space, v1::SweepSpec& spec, Problems& problems,
           std::vector<std::string>& notices)
      : space_(space), spec_(spec), problems_(problems), notices_(notices) {}

  void Compile() {
    absl::StatusOr<SpaceRules> rules = SpaceRules::Of(space_);
    if (!rules.ok()) return Problem(space_.place, rules.status());
    rules_ = *std::move(rules);
    for (const auto& [target, formula] : space_.derived) derived_.insert(std::string(target->name));
    for (const SpaceParameter& parameter : space_.parameters) {
      const std::string name(parameter.spec->name);
      if (derived_.contains(name)) {
        problems_.Add(parameter.place,
                      absl::StrCat("`", name, "` stands in `derive` too; keep one"));
      }
      const auto* fixed = std::get_if<ParameterValue>(&parameter.values);
      if (fixed != nullptr) PutParameter(base_, *parameter.spec, *fixed);
      if (fixed != nullptr && !parameter.when) AddFixed(*parameter.spec, *fixed);
    }
    AddLanes();
    if (!problems_.empty()) return;
    space_.method == SearchSpace::Method::kGrid ? CompileGrid() : CompileSamples();
  }

 private:
  void Problem(Place place, const absl::Status& status) {
    problems_.Add(place, std::string(status.message()));
  }

  void AddFixed(const ParameterSpec& parameter, const ParameterValue& value) {
    v1::Parameter& fixed = *spec_.add_fixed();
    fixed.set_name(std::string(parameter.name));
    *fixed.mutable_value() = ToProto(value);
  }

  // Lists, and conditional parameters with one value; zipped ones together, where the first stands.
  void AddLanes() {
    std::map<std::string, const SpaceParameter*> lists;
    for (const SpaceParameter& parameter : space_.parameters) {
      if (std::holds_alternative<std::vector<ParameterValue>>(parameter.values)) {
        lists[std::string(parameter.spec->name)] = &parameter;
      }
    }
    std::map<std::string, size_t> zip_of;
    for (size_t i = 0; i < space_.zips.size(); ++i) {
      for (const std::string& name : space_.zips[i].first) {
        if (CheckZipped(name, i, lists)) zip_of[name] = i;
      }
    }
    if (!problems_.empty()) return;
    std::set<size_t> done;
    for (const SpaceParameter& parameter : space_.parameters) {
      const std::string name(parameter.spec->name);
      const auto zip = zip_of.find(name);
      if (zip != zip_of.end()) {
        if (done.insert(zip->second).second) {
          lanes_.push_back(Zipped(space_.zips[zip->second].first, lists));
        }
      } else if (const auto* values = std::get_if<std::vector<ParameterValue>>(&parameter.values)) {
        lanes_.push_back(LaneOf(*parameter.spec, *values));
      } else if (const auto* value = std::get_if<ParameterValue>(&parameter.values);
                 value != nullptr && parameter.when) {
        lanes_.push_back(LaneOf(*parameter.spec, {*value}));
      }
    }
  }

  // A list, in one zip alone, as long as the others.
  bool CheckZipped(const std::string& name, size_t zip,
                   const std::map<std::string, const SpaceParameter*>& lists) {
    const auto& [names, place] = space_.zips[zip];
    const auto list = lists.find(name);
    if (list == lists.end()) {
      problems_.Add(place, absl::StrCat("`", name, "` has no `values` to zip"));
      return false;
    }
    for (size_t other = 0; other < zip; ++other) {
      if (std::ranges::find(space_.zips[other].first, name) == space_.zips[other].first.end()) {
        continue;
      }
      problems_.Add(place, absl::StrCat("`", name, "` is in two zips"));
      return false;
    }
    const auto first = lists.find(names.front());
    const auto size = [](const SpaceParameter& parameter) {
      return std::get<std::vector<ParameterValue>>(parameter.values).size();
    };
    if (first == lists.end() || size(*list->second) == size(*first->second)) return true;
    problems_.Add(place, absl::StrCat("`", name, "` has ", size(*list->second), " values, but `",
                                      names.front(), "` ", size(*first->second)));
    return false;
  }

  static Lane LaneOf(const ParameterSpec& spec, const std::vector<ParameterValue>& values) {
    Lane lane{.specs = {&spec}, .points = {}};
    for (const ParameterValue& value : values) lane.points.push_back({value});
    return lane;
  }

  static Lane Zipped(const std::vector<std::string>& names,
                     const std::map<std::string, const SpaceParameter*>& lists) {
    Lane lane;
    for (const std::string& name : names) {
      const SpaceParameter& parameter = *lists.at(name);
      const auto& values = std::get<std::vector<ParameterValue>>(parameter.values);
      lane.specs.push_back(parameter.spec);
      lane.points.resize(values.size());
      for (size_t i = 0; i < values.size(); ++i) lane.points[i].push_back(values[i]);
    }
    return lane;
  }

  void CompileGrid() {
    Ties ties;
    for (const std::set<std::string>& names : rules_.Tied()) ties.Tie(names);
    for (const Lane& lane : lanes_) {
      std::set<std::string> names;
      AddNames(lane.specs, names);
      ties.Tie(names);
    }
    // Everything in one, if it has to be cut off.
    int64_t configs = 1;
    for (const Lane& lane : lanes_) {
      configs =
          std::min<int64_t>(configs * static_cast<int64_t>(lane.points.size()), kMaxTrialsPerSweep);
    }
    const bool cut = space_.run_cap > 0 && configs > space_.run_cap;
    std::map<std::string, std::vector<const Lane*>> groups;  // of lanes that are tied
    std::vector<std::string> order;
    for (const Lane& lane : lanes_) {
      const std::string root = cut ? "" : ties.Root(std::string(lane.specs.front()->name));
      if (!groups.contains(root)) order.push_back(root);
      groups[root].push_back(&lane);
    }
    for (const std::string& name : derived_) {
      const std::string root = cut ? "" : ties.Root(name);
      if (groups.emplace(root, std::vector<const Lane*>()).second) order.push_back(root);
    }
    std::set<std::string> all = derived_;
    for (const Lane& lane : lanes_) {
      AddNames(lane.specs, all);
    }
    TrialParameters fixed = base_;
    const absl::StatusOr<bool> holds = rules_.NotAbout(all).Resolve(fixed);
    if (!holds.ok()) return Problem(space_.place, holds.status());
    if (!*holds) return Contradiction();
    for (const std::string& root : order) {
      std::set<std::string> names;
      for (const Lane* lane : groups[root]) {
        AddNames(lane->specs, names);
      }
      for (const std::string& name : derived_) {
        if (cut || ties.Root(name) == root) names.insert(name);
      }
      const SpaceRules rules = cut ? rules_ : rules_.About(names);
      if (rules.empty() && !cut && groups[root].size() == 1 &&
          groups[root].front()->specs.size() == 1) {
        AddAxis(*groups[root].front());
      } else {
        AddProduct(groups[root], names, rules, cut ? space_.run_cap : 0);
      }
    }
  }

  void AddAxis(const Lane& lane) {
    v1::Axis& axis = *spec_.add_axes();
    axis.set_name(std::string(lane.specs.front()->name));
    for (const JointAxis::Point& point : lane.points) *axis.add_values() = ToProto(point.front());
  }

  // The combinations of the lanes that the rules leave, the first lane slowest; the first `limit`
  // of them, if it is not 0.
  void AddProduct(const std::vector<const Lane*>& lanes, const std::set<std::string>& names,
                  const SpaceRules& rules, int64_t limit) {
    int64_t combinations = 1;
    for (const Lane* lane : lanes) {
      combinations =
          std::min(combinations * static_cast<int64_t>(lane->points.size()), kMostCombinations + 1);
    }
    if (combinations > kMostCombinations && limit == 0) {
      problems_.Add(space_.place,
                    absl::StrCat("formulas tie more than ", kMostCombinations,
                                 " combinations together; tie fewer or shorter lists"));
      return;
    }
    PointSet points(SpecsOf(names));
    for (int64_t i = 0; i < combinations; ++i) {
      if (limit > 0 && static_cast<int64_t>(points.points().size()) == limit) break;
      TrialParameters parameters = base_;
      int64_t rest = i;
      for (auto lane = lanes.rbegin(); lane != lanes.rend(); ++lane) {
        const auto size = static_cast<int64_t>((*lane)->points.size());
        PutPoint(parameters, **lane, rest % size);
        rest /= size;
      }
      const absl::StatusOr<bool> fits = rules.Resolve(parameters);
      if (!fits.ok()) return Problem(space_.place, fits.status());
      if (*fits) points.Add(parameters);
    }
    AddPoints(points);
  }

  static std::vector<const ParameterSpec*> SpecsOf(const std::set<std::string>& names) {
    std::vector<const ParameterSpec*> specs;
    for (const ParameterSpec& spec : TrialParameterTable()) {
      if (names.contains(std::string(spec.name))) specs.push_back(&spec);
    }
    return specs;
  }

  void Contradiction() {
    const Place place =
        space_.constraints.empty() ? space_.place : space_.constraints.front().place;
    problems_.Add(
        place,
        "no point of the space satisfies its constraints and what parameters need of each "
        "other; take some away");
  }

  // What is the same in all points becomes fixed.
  void AddPoints(const PointSet& points) {
    if (points.points().empty()) return Contradiction();
    if (points.points().size() > kMostPoints) {
      problems_.Add(space_.place,
                    absl::StrCat("parameters that do not vary freely have ", points.points().size(),
                                 " points, more than ", kMostPoints));
      return;
    }
    std::vector<std::string> names;
    std::vector<size_t> varying;
    for (size_t i = 0; i < points.specs().size(); ++i) {
      const ParameterValue& first = points.points().front()[i];
      const bool varies = std::ranges::any_of(
          points.points(), [&](const JointAxis::Point& point) { return point[i] != first; });
      if (!varies) {
        AddFixed(*points.specs()[i], first);
        continue;
      }
      names.emplace_back(points.specs()[i]->name);
      varying.push_back(i);
    }
    if (names.empty()) return;
    std::vector<JointAxis::Point> kept;
    for (const JointAxis::Point& point : points.points()) {
      JointAxis::Point& some = kept.emplace_back();
      for (size_t i : varying) some.push_back(point[i]);
    }
    *spec_.add_joint() = ToProto(JointAxis(std::move(names), std::move(kept)));
  }

  void CompileSamples() {
    std::vector<SampledLane> sampled;
    std::set<std::string> names = derived_;
    std::set<std::string> crossed;
    for (const SpaceParameter& parameter : space_.parameters) {
      if (parameter.cross) crossed.insert(std::string(parameter.spec->name));
    }
    std::vector<TrialParameters> beside = {base_};  // what each sample is crossed with
    std::vector<const ParameterSpec*> crossed_specs;
    for (const Lane& lane : lanes_) {
      if (lane.specs.size() > 1 || !crossed.contains(std::string(lane.specs.front()->name))) {
        sampled.push_back({lane.specs, lane.points, std::nullopt});
        continue;
      }
      AddAxis(lane);
      crossed_specs.push_back(lane.specs.front());
      std::vector<TrialParameters> more;
      for (const TrialParameters& one : beside) {
        for (size_t i = 0; i < lane.points.size() && more.size() < kMostCrossed; ++i) {
          PutPoint(more.emplace_back(one), lane, i);
        }
      }
      beside = std::move(more);
    }
    for (const SpaceParameter& parameter : space_.parameters) {
      if (const auto* distribution = std::get_if<Distribution>(&parameter.values)) {
        sampled.push_back({{parameter.spec}, {}, *distribution});
      }
    }
    for (const SampledLane& lane : sampled) {
      AddNames(lane.specs, names);
    }
    for (const std::set<std::string>& tied : rules_.Tied()) {
      for (const std::string& name : tied) {
        if (!crossed.contains(name)) continue;
        problems_.Add(space_.place,
                      absl::StrCat("`", name,
                                   "` is crossed with every sample, so no formula may "
                                   "depend on it"));
        return;
      }
    }
    if (space_.run_cap == 0) {
      notices_.push_back(absl::StrCat("no `run_cap`: ", kDefaultSamples, " configs are sampled"));
    }
    const int64_t wanted = space_.run_cap == 0 ? kDefaultSamples : space_.run_cap;
    PointSet points(SpecsOf(names));
    const auto goes_together = [&](const TrialParameters& sample) {
      return std::ranges::all_of(beside, [&](const TrialParameters& one) {
        TrialParameters both = sample;
        for (const ParameterSpec* spec : crossed_specs) {
          PutParameter(both, *spec, GetParameter(one, *spec));
        }
        return CheckTogether(both).ok();
      });
    };
    const absl::Status status = DrawPoints({.lanes = sampled,
                                            .sobol = space_.method == SearchSpace::Method::kSobol,
                                            .seed = space_.sampler_seed,
                                            .wanted = wanted},
                                           base_, rules_, goes_together, points);
    if (!status.ok()) return Problem(space_.place, status);
    if (static_cast<int64_t>(points.points().size()) < wanted && !points.points().empty()) {
      notices_.push_back(absl::StrCat("the space has only ", points.points().size(),
                                      " different configs that were found, of ", wanted));
    }
    AddPoints(points);
  }

  const SearchSpace& space_;
  v1::SweepSpec& spec_;
  Problems& problems_;
  std::vector<std::string>& notices_;
  TrialParameters base_;
  SpaceRules rules_;
  std::set<std::string> derived_;
  std::vector<Lane> lanes_;
};

}  // namespace

void AddSpace(const SearchSpace& space, v1::SweepSpec& spec, Problems& problems,
              std::vector<std::string>& notices) {
  Compiler(space, spec, problems, notices).Compile();
}

}  // namespace pathsweep

#include "client/sweep_file/search_space.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/grid.h"
#include "base/parameter_proto.h"
#include "client/sweep_file/space_lanes.h"
#include "client/sweep_file/space_rules.h"
#include "client/sweep_file/space_sampler.h"

namespace pathsweep {
namespace {

// Combinations of parameters that rules tie together.
constexpr int64_t kMostCombinations = 200'000;
// Combinations of crossed values that each sample is tried with; of more, the coordinator says what
// does not go together.
constexpr size_t kMostCrossed = 1000;
// Of which a search makes its points: values of a parameter that varies freely, and points of some
// that are tied together.
constexpr int64_t kQuantiles = 1000;
constexpr int64_t kTiedPoints = 10'000;

bool GoesWithAll(const TrialParameters&) { return true; }

int64_t Combinations(const std::vector<const Lane*>& lanes, int64_t most) {
  int64_t combinations = 1;
  for (const Lane* lane : lanes) {
    combinations = std::min(combinations * static_cast<int64_t>(lane->points.size()), most);
  }
  return combinations;
}

std::vector<const ParameterSpec*> SpecsOf(const std::set<std::string>& names) {
  std::vector<const ParameterSpec*> specs;
  for (const ParameterSpec& spec : TrialParameterTable()) {
    if (names.contains(std::string(spec.name))) specs.push_back(&spec);
  }
  return specs;
}

bool IsDistributed(const Lane* lane) { return lane->distribution.has_value(); }

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
      if (parameter.cross) crossed_.insert(name);
      const auto* fixed = std::get_if<ParameterValue>(&parameter.values);
      if (fixed != nullptr) PutParameter(base_, *parameter.spec, *fixed);
      if (fixed != nullptr && !parameter.when) AddFixed(*parameter.spec, *fixed);
    }
    lanes_ = LanesOf(space_, problems_);
    if (!problems_.empty()) return;
    switch (space_.method) {
      case SearchSpace::Method::kGrid:
        return CompileGrid();
      case SearchSpace::Method::kRandom:
      case SearchSpace::Method::kSobol:
        return CompileSamples();
      case SearchSpace::Method::kTpe:
      case SearchSpace::Method::kGp:
      case SearchSpace::Method::kFalsify:
        return CompileSearch();
    }
  }

 private:
  // What samples are crossed with.
  struct Crossing {
    std::vector<const ParameterSpec*> specs;
    std::vector<TrialParameters> beside;  // its combinations

    bool GoesWith(const TrialParameters& sample) const {
      return std::ranges::all_of(beside, [&](const TrialParameters& one) {
        TrialParameters both = sample;
        for (const ParameterSpec* spec : specs) PutParameter(both, *spec, GetParameter(one, *spec));
        return CheckTogether(both).ok();
      });
    }
  };

  void Problem(Place place, const absl::Status& status) {
    problems_.Add(place, std::string(status.message()));
  }

  void Contradiction() {
    const Place place =
        space_.constraints.empty() ? space_.place : space_.constraints.front().place;
    problems_.Add(
        place,
        "no point of the space satisfies its constraints and what parameters need of each "
        "other; take some away");
  }

  void AddFixed(const ParameterSpec& parameter, const ParameterValue& value) {
    v1::Parameter& fixed = *spec_.add_fixed();
    fixed.set_name(std::string(parameter.name));
    *fixed.mutable_value() = ToProto(value);
  }

  void AddAxis(const Lane& lane) {
    v1::Axis& axis = *spec_.add_axes();
    axis.set_name(std::string(lane.specs.front()->name));
    for (const JointAxis::Point& point : lane.points) *axis.add_values() = ToProto(point.front());
  }

  // What is the same in all points becomes fixed, the rest a joint axis.
  void AddPoints(const PointSet& points, google::protobuf::RepeatedPtrField<v1::JointAxis>& axes) {
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
    *axes.Add() = ToProto(JointAxis(std::move(names), std::move(kept)));
  }

  // Whether the rules allow what does not vary at all.
  bool CheckFixed() {
    std::set<std::string> all = derived_;
    for (const Lane& lane : lanes_) all.merge(NamesOf(lane.specs));
    TrialParameters fixed = base_;
    const absl::StatusOr<bool> holds = rules_.NotAbout(all).Resolve(fixed);
    if (!holds.ok()) Problem(space_.place, holds.status());
    if (holds.ok() && !*holds) Contradiction();
    return problems_.empty();
  }

  void CompileGrid() {
    if (!CheckFixed()) return;
    std::vector<LaneGroup> groups = GroupsOf(lanes_, derived_, rules_);
    LaneGroup all{.lanes = {}, .names = derived_};
    for (const Lane& lane : lanes_) {
      all.lanes.push_back(&lane);
      all.names.merge(NamesOf(lane.specs));
    }
    if (space_.run_cap > 0 && Combinations(all.lanes, kMaxTrialsPerSweep) > space_.run_cap) {
      return AddProduct(all, rules_, space_.run_cap, *spec_.mutable_joint());
    }
    for (const LaneGroup& group : groups) {
      const SpaceRules rules = rules_.About(group.names);
      if (rules.empty() && group.lanes.size() == 1 && group.lanes.front()->specs.size() == 1) {
        AddAxis(*group.lanes.front());
      } else {
        AddProduct(group, rules, 0, *spec_.mutable_joint());
      }
    }
  }

  // The combinations of the lanes that the rules leave, the first lane slowest; the first `limit`
  // of them, if it is not 0.
  void AddProduct(const LaneGroup& group, const SpaceRules& rules, int64_t limit,
                  google::protobuf::RepeatedPtrField<v1::JointAxis>& axes) {
    const int64_t combinations = Combinations(group.lanes, kMostCombinations + 1);
    if (combinations > kMostCombinations && limit == 0) {
      problems_.Add(space_.place,
                    absl::StrCat("formulas tie more than ", kMostCombinations,
                                 " combinations together; tie fewer or shorter lists"));
      return;
    }
    PointSet points(SpecsOf(group.names));
    for (int64_t i = 0; i < combinations; ++i) {
      if (limit > 0 && static_cast<int64_t>(points.points().size()) == limit) break;
      TrialParameters parameters = base_;
      int64_t rest = i;
      for (auto lane = group.lanes.rbegin(); lane != group.lanes.rend(); ++lane) {
        const auto size = static_cast<int64_t>((*lane)->points.size());
        PutPoint(parameters, **lane, rest % size);
        rest /= size;
      }
      const absl::StatusOr<bool> fits = rules.Resolve(parameters);
      if (!fits.ok()) return Problem(space_.place, fits.status());
      if (*fits) points.Add(parameters);
    }
    AddPoints(points, axes);
  }

  // Makes the crossed lanes axes of their own and returns the others. Problems if a formula is
  // about one that is crossed.
  std::vector<Lane> WithoutCrossed(Crossing& crossing) {
    std::vector<Lane> others;
    for (const Lane& lane : lanes_) {
      if (lane.specs.size() > 1 || !crossed_.contains(std::string(lane.specs.front()->name))) {
        others.push_back(lane);
        continue;
      }
      AddAxis(lane);
      crossing.specs.push_back(lane.specs.front());
      std::vector<TrialParameters> more;
      for (const TrialParameters& one : crossing.beside) {
        for (size_t i = 0; i < lane.points.size() && more.size() < kMostCrossed; ++i) {
          PutPoint(more.emplace_back(one), lane, i);
        }
      }
      crossing.beside = std::move(more);
    }
    for (const std::set<std::string>& tied : rules_.Tied()) {
      for (const std::string& name : tied) {
        if (!crossed_.contains(name)) continue;
        problems_.Add(space_.place,
                      absl::StrCat("`", name,
                                   "` is crossed with every sample, so no formula may "
                                   "depend on it"));
        return others;
      }
    }
    return others;
  }

  int64_t Wanted() {
    if (space_.run_cap > 0) return space_.run_cap;
    notices_.push_back(absl::StrCat("no `run_cap`: ", kDefaultSamples, " configs are sampled"));
    return kDefaultSamples;
  }

  void CompileSamples() {
    Crossing crossing{.specs = {}, .beside = {base_}};
    const std::vector<Lane> sampled = WithoutCrossed(crossing);
    if (!problems_.empty()) return;
    std::set<std::string> names = derived_;
    for (const Lane& lane : sampled) names.merge(NamesOf(lane.specs));
    const int64_t wanted = Wanted();
    PointSet points(SpecsOf(names));
    const absl::Status status = DrawPoints(
        {.lanes = sampled,
         .sobol = space_.method == SearchSpace::Method::kSobol,
         .seed = space_.sampler_seed,
         .wanted = wanted},
        base_, rules_, [&](const TrialParameters& sample) { return crossing.GoesWith(sample); },
        points);
    if (!status.ok()) return Problem(space_.place, status);
    if (static_cast<int64_t>(points.points().size()) < wanted && !points.points().empty()) {
      notices_.push_back(absl::StrCat("the space has only ", points.points().size(),
                                      " different configs that were found, of ", wanted));
    }
    AddPoints(points, *spec_.mutable_joint());
  }

  // What depends on nothing else is a group of its own. Which combinations of groups go together
  // the coordinator sees when it makes one.
  void CompileSearch() {
    if (!CheckFixed()) return;
    Crossing crossing{.specs = {}, .beside = {base_}};
    const std::vector<Lane> chosen = WithoutCrossed(crossing);
    if (!problems_.empty()) return;
    for (const SpaceParameter& parameter : space_.parameters) {
      const auto* distribution = std::get_if<Distribution>(&parameter.values);
      if (distribution == nullptr || distribution->probabilities.empty()) continue;
      notices_.push_back(
          absl::StrCat("`probabilities` of `", parameter.spec->name, "` do not weigh in a search"));
    }
    v1::Search& search = *spec_.mutable_search();
    for (const LaneGroup& group : GroupsOf(chosen, derived_, rules_)) {
      const SpaceRules rules = rules_.About(group.names);
      if (std::ranges::none_of(group.lanes, IsDistributed)) {
        AddProduct(group, rules, 0, *search.mutable_groups());
      } else {
        AddDraws(group, rules, search);
      }
      if (!problems_.empty()) return;
    }
    if (search.groups().empty()) {
      problems_.Add(space_.place,
                    "there is nothing to search; give a parameter `values`, or `min` and `max`");
      return;
    }
    const bool falsifies = space_.method == SearchSpace::Method::kFalsify;
    search.set_method(falsifies                                   ? v1::Search::METHOD_FALSIFY
                      : space_.method == SearchSpace::Method::kGp ? v1::Search::METHOD_GP
                                                                  : v1::Search::METHOD_TPE);
    search.set_points(Wanted());
    search.set_seed(static_cast<int64_t>(space_.sampler_seed));
    search.set_minimize(space_.minimize);
    if (!falsifies) return;
    search.set_claim(space_.claim);
    search.set_fresh_seeds(space_.fresh_seeds);
  }

  void AddDraws(const LaneGroup& group, const SpaceRules& rules, v1::Search& search) {
    Sampling sampling{.sobol = true, .seed = space_.sampler_seed};
    for (const Lane* lane : group.lanes) sampling.lanes.push_back(*lane);
    sampling.wanted = rules.empty() ? kQuantiles : kTiedPoints;
    PointSet points(SpecsOf(group.names));
    const absl::Status status = DrawPoints(sampling, base_, rules, GoesWithAll, points);
    if (!status.ok()) return Problem(space_.place, status);
    AddPoints(points, *search.mutable_groups());
  }

  const SearchSpace& space_;
  v1::SweepSpec& spec_;
  Problems& problems_;
  std::vector<std::string>& notices_;
  TrialParameters base_;
  SpaceRules rules_;
  std::set<std::string> derived_;
  std::set<std::string> crossed_;
  std::vector<Lane> lanes_;
};

}  // namespace

void AddSpace(const SearchSpace& space, v1::SweepSpec& spec, Problems& problems,
              std::vector<std::string>& notices) {
  Compiler(space, spec, problems, notices).Compile();
}

}  // namespace pathsweep

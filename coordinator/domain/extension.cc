#include "coordinator/domain/extension.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace pathsweep {
namespace {

template <typename Value>
std::vector<Value> Missing(const std::vector<Value>& present, const std::vector<Value>& wanted) {
  std::set<Value> known(present.begin(), present.end());
  std::vector<Value> missing;
  std::ranges::copy_if(wanted, std::back_inserter(missing),
                       [&](const Value& value) { return known.insert(value).second; });
  return missing;
}

int64_t ConfigsOf(const Sweep& sweep) {
  int64_t configs = 0;
  for (const TrialBlock& block : sweep.blocks) {
    configs = std::max(configs, block.first_config + ConfigCount(block.grid));
  }
  return configs;
}

// A parameter that had one value gets an axis.
std::vector<ParameterValue>& ValuesOf(Grid& grid, const std::string& name) {
  const auto axis = std::ranges::find(grid.axes, name, &GridAxis::name);
  if (axis != grid.axes.end()) return axis->values;
  const ParameterValue fixed = GetParameter(grid.fixed, *FindParameter(name));
  return grid.axes.emplace_back(GridAxis{name, {fixed}}).values;
}

bool SameNames(const JointAxis& one, const JointAxis& other) {
  return std::set<std::string>(one.names().begin(), one.names().end()) ==
         std::set<std::string>(other.names().begin(), other.names().end());
}

// The axis's points, their values in the order of the names.
std::vector<JointAxis::Point> InOrderOf(const std::vector<std::string>& names,
                                        const JointAxis& axis) {
  std::vector<size_t> places;
  for (const std::string& name : names) {
    places.push_back(std::ranges::find(axis.names(), name) - axis.names().begin());
  }
  std::vector<JointAxis::Point> points;
  for (const JointAxis::Point& from : axis.points()) {
    JointAxis::Point& point = points.emplace_back();
    for (size_t place : places) point.push_back(from[place]);
  }
  return points;
}

// Puts blocks behind those of a sweep.
class Growth {
 public:
  Growth(Sweep sweep, TrialId first_trial) : sweep_(std::move(sweep)), first_trial_(first_trial) {}

  absl::Status AddSeeds(const std::vector<int64_t>& wanted) {
    std::vector<int64_t>& seeds = sweep_.spec.grid.seeds;
    const std::vector<int64_t> missing = Missing(seeds, wanted);
    if (missing.empty()) return absl::OkStatus();
    if (sweep_.spec.most_seeds > 0) {
      return absl::FailedPreconditionError(
          absl::StrCat("sweep `", sweep_.spec.name,
                       "` adds seeds by itself, until its claims are decided; leave `seeds` as "
                       "they are"));
    }
    std::set<int64_t> done;  // first configs: a block may be there with other seeds too
    for (const TrialBlock& block : std::vector<TrialBlock>(sweep_.blocks)) {
      if (!done.insert(block.first_config).second) continue;
      Grid grid = block.grid;
      grid.seeds = missing;
      if (absl::Status status = Add(grid, block.first_config); !status.ok()) return status;
    }
    seeds.insert(seeds.end(), missing.begin(), missing.end());
    return absl::OkStatus();
  }

  absl::Status AddValues(const GridAxis& wanted) {
    absl::StatusOr<GridAxis> typed = CheckAxis(wanted);
    if (!typed.ok()) return typed.status();
    Grid grid = sweep_.spec.grid;
    for (const JointAxis& joint : grid.joint) {
      if (std::ranges::find(joint.names(), typed->name) == joint.names().end()) continue;
      return absl::FailedPreconditionError(
          absl::StrCat("`", typed->name, "` of sweep `", sweep_.spec.name,
                       "` changes together with others; submit a sweep of its own"));
    }
    std::vector<ParameterValue>& values = ValuesOf(grid, typed->name);
    const std::vector<ParameterValue> missing = Missing(values, typed->values);
    if (missing.empty()) return absl::OkStatus();
    std::vector<ParameterValue> all = std::exchange(values, missing);
    if (absl::Status status = Add(grid, ConfigsOf(sweep_)); !status.ok()) return status;
    all.insert(all.end(), missing.begin(), missing.end());
    ValuesOf(sweep_.spec.grid, typed->name) = std::move(all);
    return absl::OkStatus();
  }

  absl::Status AddPoints(const JointAxis& wanted) {
    std::vector<JointAxis>& joint = sweep_.spec.grid.joint;
    absl::StatusOr<JointAxis> typed = CheckAxis(wanted);
    if (!typed.ok()) return typed.status();
    if (joint.size() != 1 || !SameNames(joint.front(), *typed)) {
      return absl::FailedPreconditionError(absl::StrCat(
          "points of `", absl::StrJoin(wanted.names(), "`, `"), "` are none of sweep `",
          sweep_.spec.name, "`, in which ",
          joint.size() == 1
              ? absl::StrCat("`", absl::StrJoin(joint.front().names(), "`, `"), "` change")
              : "no such parameters change",
          " together"));
    }
    const std::vector<JointAxis::Point> missing =
        Missing(joint.front().points(), InOrderOf(joint.front().names(), *typed));
    if (missing.empty()) return absl::OkStatus();
    if (joint.front().points().size() + missing.size() > kMostPoints) {
      return absl::ResourceExhaustedError(absl::StrCat("sweep `", sweep_.spec.name,
                                                       "` would have more than the limit of ",
                                                       kMostPoints, " points"));
    }
    Grid grid = sweep_.spec.grid;
    grid.joint = {JointAxis(joint.front().names(), missing)};
    if (absl::Status status = Add(grid, ConfigsOf(sweep_)); !status.ok()) return status;
    std::vector<JointAxis::Point> all = joint.front().points();
    all.insert(all.end(), missing.begin(), missing.end());
    joint.front() = JointAxis(joint.front().names(), std::move(all));
    return absl::OkStatus();
  }

  void EndSearch() {
    if (!sweep_.spec.search) return;
    sweep_.spec.search->points =
        static_cast<int64_t>(sweep_.spec.grid.joint.front().points().size());
  }

  absl::Status AddSome(const MoreSeeds& more) {
    int64_t next_config = 0;
    for (const TrialBlock& block : std::vector<TrialBlock>(sweep_.blocks)) {
      if (block.first_config != next_config) continue;  // other seeds for configs that are there
      next_config += ConfigCount(block.grid);
      const auto begin = std::ranges::lower_bound(more.configs, block.first_config);
      const auto end = std::ranges::lower_bound(more.configs, next_config);
      if (begin == end) continue;
      std::vector<int64_t> some;
      for (auto config = begin; config != end; ++config) {
        some.push_back(*config - block.first_config);
      }
      Grid grid = block.grid;
      grid.seeds = more.seeds;
      if (absl::Status status = Add(grid, block.first_config, some); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  Sweep Take() { return std::move(sweep_); }

 private:
  // The grid's configs, or some of them.
  absl::Status Add(const Grid& grid, int64_t first_config, const std::vector<int64_t>& some = {}) {
    if (absl::Status status = CheckGrid(grid); !status.ok()) return status;
    const int64_t trials =
        some.empty() ? *CountTrials(grid) : static_cast<int64_t>(some.size() * grid.seeds.size());
    if (sweep_.trials + trials > kMaxTrialsPerSweep) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the sweep would have ", sweep_.trials + trials,
                       " trials, more than the limit of ", kMaxTrialsPerSweep));
    }
    sweep_.blocks.push_back({first_trial_, sweep_.trials, first_config, grid, trials, some});
    first_trial_ += trials;
    sweep_.trials += trials;
    return absl::OkStatus();
  }

  Sweep sweep_;
  TrialId first_trial_;
};

}  // namespace

absl::StatusOr<Sweep> Extend(Sweep sweep, const Extension& extension, TrialId first_trial) {
  Growth growth(std::move(sweep), first_trial);
  if (absl::Status status = growth.AddSeeds(extension.seeds); !status.ok()) return status;
  for (const GridAxis& axis : extension.axes) {
    if (absl::Status status = growth.AddValues(axis); !status.ok()) return status;
  }
  if (extension.points) {
    if (absl::Status status = growth.AddPoints(*extension.points); !status.ok()) return status;
  }
  for (const MoreSeeds& more : extension.more_seeds) {
    if (absl::Status status = growth.AddSome(more); !status.ok()) return status;
  }
  if (extension.ends_search) growth.EndSearch();
  return growth.Take();
}

std::vector<std::vector<TrialId>> TrialsOfPoints(const Sweep& sweep, const JointAxis& points) {
  std::map<JointAxis::Point, size_t> places;
  if (sweep.spec.grid.joint.size() != 1) return {};
  for (const JointAxis::Point& point : InOrderOf(sweep.spec.grid.joint.front().names(), points)) {
    places.emplace(point, places.size());
  }
  std::vector<std::vector<TrialId>> trials(places.size());
  for (const TrialBlock& block : sweep.blocks) {
    if (!block.some.empty()) continue;  // other seeds
    const std::vector<JointAxis::Point>& known = block.grid.joint.front().points();
    const int64_t width = block.configs() / static_cast<int64_t>(known.size());
    for (int64_t offset = 0; offset < block.trials; ++offset) {
      const auto place = places.find(known[block.ConfigInGrid(offset) / width]);
      if (place != places.end()) trials[place->second].push_back(block.first_trial + offset);
    }
  }
  return trials;
}

}  // namespace pathsweep

#include "coordinator/rpc/curve_report.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "base/claim_proto.h"
#include "base/metrics.h"
#include "base/parameter_proto.h"
#include "coordinator/analysis/learning_curves.h"
#include "coordinator/analysis/region.h"
#include "coordinator/planner/sweep_values.h"
#include "coordinator/rpc/convert.h"
#include "coordinator/rpc/measured_metric.h"

namespace pathsweep {
namespace {

constexpr size_t kMostCurves = 100;
constexpr size_t kMostPoints = 20'000;            // of all curves
constexpr size_t kMostMeasurements = 10'000'000;  // which are held at once
constexpr absl::string_view kAskForLess =
    "; group by fewer parameters (--by), or ask for a part of the sweep (--where)";

constexpr size_t kOutside = std::numeric_limits<size_t>::max();

// Configs of the sweep that make one curve.
struct Group {
  size_t first_config = 0;
  int64_t configs = 0;
  std::vector<TrialCurve> trials;
};

struct Grouping {
  std::vector<std::string> by;
  std::vector<Group> groups;
  std::vector<size_t> of_config;  // kOutside if it does not count
};

// Those that vary in the region.
std::vector<std::string> Varying(const ConfigColumns& configs, const std::vector<size_t>& region) {
  std::vector<std::string> names;
  for (const ConfigColumn& column : configs.columns()) {
    const uint32_t first = column.at[region.front()];
    if (std::ranges::any_of(region, [&](size_t config) { return column.at[config] != first; })) {
      names.emplace_back(column.spec->name);
    }
  }
  return names;
}

absl::Status CheckNames(const std::vector<std::string>& names) {
  std::set<std::string> seen;
  for (const std::string& name : names) {
    if (FindParameter(name) == nullptr) return UnknownParameter(name);
    if (!seen.insert(name).second) {
      return absl::InvalidArgumentError(absl::StrCat("`", name, "` stands twice"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Grouping> GroupConfigs(const v1::GetCurvesRequest& request,
                                      const ConfigColumns& configs) {
  const absl::StatusOr<std::vector<ClaimCondition>> where = FromProto(request.where());
  if (!where.ok()) return where.status();
  if (absl::Status occur = CheckOccur(*where, configs); !occur.ok()) return occur;
  const std::vector<size_t> region = Region(*where, configs);
  if (region.empty()) {
    return absl::InvalidArgumentError("no config of the sweep has all of these values");
  }
  Grouping grouping{.by = {request.by().begin(), request.by().end()}};
  if (grouping.by.empty()) grouping.by = Varying(configs, region);
  if (absl::Status valid = CheckNames(grouping.by); !valid.ok()) return valid;
  std::vector<const ConfigColumn*> columns;
  for (const std::string& name : grouping.by) {
    if (const ConfigColumn* column = configs.Find(name)) columns.push_back(column);
  }
  const std::vector<uint64_t> numbers = configs.GroupsBy(region, columns);
  absl::flat_hash_map<uint64_t, size_t> places;
  grouping.of_config.assign(configs.size(), kOutside);
  for (size_t i = 0; i < region.size(); ++i) {
    const auto [place, is_new] = places.try_emplace(numbers[i], grouping.groups.size());
    if (is_new) grouping.groups.push_back({.first_config = region[i]});
    ++grouping.groups[place->second].configs;
    grouping.of_config[region[i]] = place->second;
  }
  if (grouping.groups.size() <= kMostCurves) return grouping;
  return absl::ResourceExhaustedError(absl::StrCat(grouping.groups.size(), " curves are too many (",
                                                   kMostCurves, " at most)", kAskForLess));
}

absl::Status ReadTrials(const Sweep& sweep, const std::string& metric, ResultsReader& reader,
                        Grouping& grouping) {
  size_t measurements = 0;
  return reader.ReadCurves(sweep, metric,
                           [&](TrialId trial, const std::vector<StepValue>& curve) -> absl::Status {
                             const size_t group = grouping.of_config[sweep.ConfigOf(trial)];
                             if (group == kOutside) return absl::OkStatus();
                             measurements += curve.size();
                             if (measurements > kMostMeasurements) {
                               return absl::ResourceExhaustedError(
                                   absl::StrCat("the curves rest on too many measurements (",
                                                kMostMeasurements, " at most)", kAskForLess));
                             }
                             TrialCurve& to = grouping.groups[group].trials.emplace_back();
                             to.seed = sweep.SeedOf(trial);
                             for (const StepValue& one : curve)
                               to.points.push_back({one.step, one.value});
                             return absl::OkStatus();
                           });
}

absl::Status CheckSize(const std::vector<Group>& groups) {
  size_t points = 0;
  for (const Group& group : groups) points += StepsOf(group.trials).size();
  if (points <= kMostPoints) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("the curves have too many points (", points,
                                                   "; ", kMostPoints, " at most)", kAskForLess));
}

v1::Curve CurveToProto(const Group& group, const TrialParameters& parameters,
                       const std::vector<std::string>& by, MetricRange range) {
  v1::Curve proto;
  for (const std::string& name : by) {
    v1::Parameter& parameter = *proto.add_parameters();
    parameter.set_name(name);
    *parameter.mutable_value() = ToProto(GetParameter(parameters, *FindParameter(name)));
  }
  proto.set_configs(group.configs);
  proto.set_trials(static_cast<int64_t>(group.trials.size()));
  for (const CurvePoint& point : AverageCurve(group.trials, range)) {
    v1::CurvePoint& to = *proto.add_points();
    to.set_step(point.step);
    *to.mutable_mean() = ToProto(point.mean);
    to.set_n(point.n);
    to.set_carried(point.carried);
  }
  return proto;
}

// The highest first.
std::vector<double> ChanceOf(const ConfigColumns& configs, const Grouping& grouping) {
  std::set<double, std::greater<>> chance;
  const ConfigColumn* degrees = configs.Find("degree");
  if (degrees == nullptr) return {1.0 / static_cast<double>(configs.common().degree)};
  for (size_t config = 0; config < configs.size(); ++config) {
    if (grouping.of_config[config] == kOutside) continue;
    chance.insert(1.0 / static_cast<double>(std::get<int64_t>(degrees->ValueOf(config))));
  }
  return {chance.begin(), chance.end()};
}

}  // namespace

absl::StatusOr<v1::Curves> CurvesOf(const Sweep& sweep, const v1::GetCurvesRequest& request,
                                    ResultsReader& reader) {
  const std::string metric = MetricOf(request, sweep.spec);
  const ConfigColumns configs = ConfigsOf(sweep);
  absl::StatusOr<Grouping> grouping = GroupConfigs(request, configs);
  if (!grouping.ok()) return grouping.status();
  if (absl::Status read = ReadTrials(sweep, metric, reader, *grouping); !read.ok()) return read;
  const bool none = std::ranges::all_of(grouping->groups,
                                        [](const Group& group) { return group.trials.empty(); });
  if (none) {
    if (absl::Status status = CheckMeasured(sweep, metric, reader); !status.ok()) return status;
  }
  if (absl::Status size = CheckSize(grouping->groups); !size.ok()) return size;

  v1::Curves proto;
  proto.set_sweep(sweep.spec.name);
  proto.set_metric(metric);
  proto.mutable_by()->Assign(grouping->by.begin(), grouping->by.end());
  const MetricRange range = RangeOfMetric(metric);
  for (const Group& group : grouping->groups) {
    *proto.add_curves() = CurveToProto(group, configs.At(group.first_config), grouping->by, range);
  }
  const std::vector<double> chance = ChanceOf(configs, *grouping);
  proto.mutable_chance()->Assign(chance.begin(), chance.end());
  return proto;
}

}  // namespace pathsweep

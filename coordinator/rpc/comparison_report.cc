#include "coordinator/rpc/comparison_report.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/claim_proto.h"
#include "base/metrics.h"
#include "base/parameter_proto.h"
#include "coordinator/analysis/paired_comparison.h"
#include "coordinator/planner/sweep_values.h"
#include "coordinator/rpc/convert.h"
#include "coordinator/rpc/measured_metric.h"

namespace pathsweep {
namespace {

constexpr int kPairs = 1000;  // unless asked for otherwise
constexpr int kMostPairs = 20'000;

v1::ConfigPair PairToProto(const ConfigColumns& configs, const ClaimSample& sample,
                           const ConfigVerdict& verdict, absl::Span<const ClaimCondition> first) {
  v1::ConfigPair proto;
  for (const ConfigColumn& column : configs.columns()) {
    const std::string name(column.spec->name);
    if (std::ranges::find(first, name, &ClaimCondition::parameter) != first.end()) continue;
    v1::Parameter& parameter = *proto.add_parameters();
    parameter.set_name(name);
    *parameter.mutable_value() = ToProto(column.ValueOf(sample.config));
  }
  if (verdict.mean) *proto.mutable_difference() = ToProto(*verdict.mean);
  proto.set_seeds(static_cast<int64_t>(sample.values.size()));
  proto.set_missing(sample.missing);
  proto.set_q(verdict.q);
  proto.set_first_is_better(ToProto(verdict.verdict));
  return proto;
}

int MostPairs(const v1::GetComparisonRequest& request) {
  return request.max_pairs() <= 0 ? kPairs : std::min(request.max_pairs(), kMostPairs);
}

}  // namespace

absl::StatusOr<v1::PairedComparison> ComparisonOf(const Sweep& sweep,
                                                  const v1::GetComparisonRequest& request,
                                                  ResultsReader& reader) {
  const std::string metric = MetricOf(request, sweep.spec);
  const absl::StatusOr<std::vector<ClaimCondition>> first = FromProto(request.first());
  if (!first.ok()) return first.status();
  const absl::StatusOr<std::vector<ClaimCondition>> second = FromProto(request.second());
  if (!second.ok()) return second.status();
  const absl::StatusOr<FinalValues> final = reader.ReadFinal(sweep, metric, /*judged=*/true);
  if (!final.ok()) return final.status();
  const ConfigColumns configs = ConfigsOf(sweep);
  const SeedValues values = ValuesBySeed(sweep, final->values, SeedsOf::kAll);
  const absl::StatusOr<PairedComparison> comparison =
      CompareInPairs(*first, *second, metric, configs, values, LooksOf(sweep.spec));
  if (!comparison.ok()) return comparison.status();
  if (!comparison->mean) {
    if (absl::Status status = CheckMeasured(sweep, metric, reader); !status.ok()) return status;
  }

  v1::PairedComparison proto;
  proto.set_sweep(sweep.spec.name);
  proto.set_metric(metric);
  *proto.mutable_first() = request.first();
  *proto.mutable_second() = request.second();
  proto.set_lower_is_better(IsLowerBetter(metric));
  for (size_t i = 0; i < comparison->samples.size(); ++i) {
    if (proto.pairs_size() == MostPairs(request)) break;
    *proto.add_pairs() =
        PairToProto(configs, comparison->samples[i], comparison->verdicts[i], *first);
  }
  proto.set_better(comparison->better);
  proto.set_worse(comparison->worse);
  proto.set_equal(comparison->equal);
  proto.set_missing(static_cast<int64_t>(comparison->samples.size()) - comparison->better -
                    comparison->worse - comparison->equal);
  if (comparison->mean) *proto.mutable_mean() = ToProto(*comparison->mean);
  if (comparison->share) *proto.mutable_share() = ToProto(*comparison->share);
  proto.set_p(comparison->p);
  proto.set_chosen(sweep.spec.search.has_value());
  return proto;
}

}  // namespace pathsweep

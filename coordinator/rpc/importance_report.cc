#include "coordinator/rpc/importance_report.h"

#include <string>
#include <vector>

#include "coordinator/analysis/effects.h"
#include "coordinator/planner/sweep_values.h"
#include "coordinator/rpc/convert.h"
#include "coordinator/rpc/measured_metric.h"

namespace pathsweep {
namespace {

// Of the configs that have a value.
std::vector<ConfigMean> MeansOf(const SeedValues& values, size_t configs) {
  std::vector<ConfigMean> means;
  std::vector<double> of_config;
  for (size_t config = 0; config < configs; ++config) {
    of_config.clear();
    for (const SeedValue& one : values.Of(config)) {
      if (one.value) of_config.push_back(*one.value);
    }
    if (!of_config.empty()) means.push_back(MeanOf(config, of_config));
  }
  return means;
}

}  // namespace

absl::StatusOr<v1::Importance> ImportanceOf(const Sweep& sweep,
                                            const v1::GetImportanceRequest& request,
                                            ResultsReader& reader) {
  const std::string metric = MetricOf(request, sweep.spec);
  const absl::StatusOr<FinalValues> final = reader.ReadFinal(sweep, metric);
  if (!final.ok()) return final.status();
  const ConfigColumns configs = ConfigsOf(sweep);
  const SeedValues values = ValuesBySeed(sweep, final->values, SeedsOf::kAll);
  const std::vector<ConfigMean> means = MeansOf(values, configs.size());
  if (means.empty()) {
    if (absl::Status status = CheckMeasured(sweep, metric, reader); !status.ok()) return status;
  }
  v1::Importance proto;
  proto.set_sweep(sweep.spec.name);
  proto.set_metric(metric);
  proto.set_configs(static_cast<int64_t>(means.size()));
  proto.set_chosen(sweep.spec.search.has_value());
  *proto.mutable_effects() = ToProto(ExplainVariance(configs, means));
  return proto;
}

}  // namespace pathsweep

#include "coordinator/rpc/claim_report.h"

#include <string>

#include "base/claim_proto.h"
#include "base/parameter_proto.h"
#include "coordinator/analysis/claim_findings.h"
#include "coordinator/rpc/convert.h"

namespace pathsweep {
namespace {

constexpr int kCounterexamples = 100;  // of each config

v1::ConfigVerdict ConfigToProto(const Claim& claim, const ConfigColumns& configs,
                                const ClaimSample& sample, const ConfigVerdict& verdict) {
  v1::ConfigVerdict proto;
  for (const ConfigColumn& column : configs.columns()) {
    v1::Parameter& parameter = *proto.add_parameters();
    parameter.set_name(std::string(column.spec->name));
    *parameter.mutable_value() = ToProto(column.ValueOf(sample.config));
  }
  proto.set_verdict(ToProto(verdict.verdict));
  if (verdict.mean) *proto.mutable_mean() = ToProto(*verdict.mean);
  proto.set_bound(sample.bound);
  proto.set_margin(verdict.margin);
  proto.set_seeds(static_cast<int64_t>(sample.values.size()));
  proto.set_missing(sample.missing);
  proto.set_q(verdict.q);
  for (int64_t trial : WrongTrials(claim, sample)) {
    if (proto.counterexamples_size() == kCounterexamples) break;
    proto.add_counterexamples(trial);
  }
  return proto;
}

void AddBoundary(const std::vector<BoundaryStep>& boundary, v1::ClaimReport& proto) {
  for (const BoundaryStep& step : boundary) {
    v1::ClaimBoundary& to = *proto.add_boundary();
    to.set_parameter(std::string(step.column->spec->name));
    *to.mutable_below() = ToProto(step.column->values[step.below]);
    *to.mutable_above() = ToProto(step.column->values[step.below + 1]);
    to.set_failing_to_holding(step.failing_to_holding);
    to.set_holding_to_failing(step.holding_to_failing);
    to.set_steady(step.steady);
  }
}

// The configs with the lowest and the highest margin.
void AddExtremes(const Claim& claim, const ConfigColumns& configs, const ClaimFindings& findings,
                 v1::ClaimReport& proto) {
  std::optional<size_t> worst, best;
  for (size_t i = 0; i < findings.verdicts.size(); ++i) {
    const ConfigVerdict& verdict = findings.verdicts[i];
    if (!verdict.mean) continue;
    if (!worst || verdict.margin < findings.verdicts[*worst].margin) worst = i;
    if (!best || verdict.margin > findings.verdicts[*best].margin) best = i;
  }
  if (!worst) return;
  *proto.mutable_worst() =
      ConfigToProto(claim, configs, findings.samples[*worst], findings.verdicts[*worst]);
  *proto.mutable_best() =
      ConfigToProto(claim, configs, findings.samples[*best], findings.verdicts[*best]);
}

}  // namespace

v1::ClaimReport ReportOn(const Claim& claim, const ConfigColumns& configs, const SeedValues& values,
                         size_t looks, size_t max_verdicts) {
  v1::ClaimReport proto;
  *proto.mutable_claim() = ToProto(claim);
  const absl::StatusOr<ClaimFindings> findings = Investigate(claim, configs, values, looks);
  if (!findings.ok()) {
    proto.set_error(std::string(findings.status().message()));
    return proto;
  }
  proto.set_configs(static_cast<int64_t>(findings->samples.size()));
  proto.set_holds(findings->holds);
  proto.set_fails(findings->fails);
  proto.set_undecided(findings->undecided);
  if (findings->share) *proto.mutable_share() = ToProto(*findings->share);
  proto.set_missing(findings->missing);
  proto.set_counterexamples(findings->counterexamples);
  proto.set_exceptions(findings->exceptions);
  AddExtremes(claim, configs, *findings, proto);
  *proto.mutable_effects() = ToProto(findings->effects);
  AddBoundary(findings->boundary, proto);
  for (size_t i : findings->worst_first) {
    if (static_cast<size_t>(proto.verdicts_size()) == max_verdicts) break;
    *proto.add_verdicts() =
        ConfigToProto(claim, configs, findings->samples[i], findings->verdicts[i]);
  }
  return proto;
}

void AddSearch(const Claim& claim, const ConfigColumns& configs, const SeedValues& values,
               v1::ClaimReport& report) {
  const auto samples = SamplesOf(claim, configs, values);
  if (!samples.ok()) return;
  const std::vector<ConfigVerdict> verdicts = Judge(claim, *samples);
  v1::ClaimSearch& search = *report.mutable_search();
  std::optional<size_t> lowest;
  for (size_t i = 0; i < samples->size(); ++i) {
    if (!verdicts[i].mean) continue;
    search.set_tried(search.tried() + 1);
    if (verdicts[i].margin < 0) search.set_broke(search.broke() + 1);
    if (!lowest || verdicts[i].margin < verdicts[*lowest].margin) lowest = i;
  }
  if (!lowest) return;
  *search.mutable_lowest() = ConfigToProto(claim, configs, (*samples)[*lowest], verdicts[*lowest]);
}

}  // namespace pathsweep

#include "coordinator/rpc/claim_report.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/claim_proto.h"
#include "base/parameter_proto.h"
#include "base/suggest.h"
#include "coordinator/analysis/claim_findings.h"
#include "coordinator/planner/sweep_values.h"
#include "coordinator/rpc/convert.h"

namespace pathsweep {
namespace {

// Config verdicts of each claim, unless asked for otherwise, and at most.
constexpr size_t kVerdicts = 1000;
constexpr size_t kMostVerdicts = 20'000;
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

// With so many config verdicts at most; `looks` is as in Judge.
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

// What a search for configs that break the claim has tried; `values` are those of its seeds.
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

// Those of the request, or else the sweep's by the names of the request.
absl::StatusOr<std::vector<Claim>> AskedClaims(const v1::GetClaimsRequest& request,
                                               const SweepSpec& spec) {
  if (request.claims_size() > 0) {
    v1::SweepSpec asked;
    asked.set_metric(spec.metric);
    *asked.mutable_claims() = request.claims();
    return ClaimsFromProto(asked, spec.grid);
  }
  std::vector<Claim> claims;
  std::vector<absl::string_view> known;
  for (const Claim& claim : spec.claims) known.push_back(claim.name);
  for (const std::string& name : request.names()) {
    if (std::ranges::find(known, name) != known.end()) continue;
    return absl::NotFoundError(
        absl::StrCat("the sweep has no claim `", name, "`", DidYouMean(name, known)));
  }
  for (const Claim& claim : spec.claims) {
    const auto& names = request.names();
    const bool asked = names.empty() || std::ranges::find(names, claim.name) != names.end();
    if (asked) claims.push_back(claim);
  }
  return claims;
}

}  // namespace

absl::StatusOr<v1::GetClaimsResponse> ClaimsOf(const Sweep& sweep,
                                               const v1::GetClaimsRequest& request,
                                               ResultsReader& reader,
                                               const std::function<bool()>& cancelled) {
  const absl::StatusOr<std::vector<Claim>> claims = AskedClaims(request, sweep.spec);
  if (!claims.ok()) return claims.status();
  const size_t max_verdicts = request.max_verdicts() <= 0
                                  ? kVerdicts
                                  : std::min<size_t>(request.max_verdicts(), kMostVerdicts);
  const ConfigColumns configs = ConfigsOf(sweep);
  ValuesByClaim by_claim(sweep, ReadFrom(reader, sweep, /*judged=*/true));
  v1::GetClaimsResponse response;
  for (const Claim& claim : *claims) {
    if (cancelled()) return absl::CancelledError();
    const absl::StatusOr<const SeedValues*> values = by_claim.Of(claim);
    if (!values.ok()) return values.status();
    v1::ClaimReport& report = *response.add_claims();
    report = ReportOn(claim, configs, **values, LooksOf(sweep.spec), max_verdicts);
    if (sweep.spec.search) report.clear_share();  // configs that were chosen are no sample
    if (!Falsifies(sweep.spec, claim)) continue;
    const absl::StatusOr<const SeedValues*> tried = by_claim.Of(claim.metric, SeedsOf::kGrid);
    if (!tried.ok()) return tried.status();
    AddSearch(claim, configs, **tried, report);
  }
  response.set_sweep(sweep.spec.name);
  response.set_trials(sweep.trials);
  response.set_unfinished(sweep.Unfinished());
  return response;
}

}  // namespace pathsweep
